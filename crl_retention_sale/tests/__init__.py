from . import test_orders_seen
from . import test_orders_used
