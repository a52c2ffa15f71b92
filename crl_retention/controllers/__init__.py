from . import lookup
from . import feedback
from . import health
from . import preferences
from . import unsubscribe
