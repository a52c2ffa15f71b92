from . import feedback
from . import health
