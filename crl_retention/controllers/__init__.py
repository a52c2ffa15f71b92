from . import feedback
from . import health
from . import unsubscribe
