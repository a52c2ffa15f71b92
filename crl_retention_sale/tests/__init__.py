from . import test_access_matrix
from . import test_order_event
from . import test_purchase, test_purchase_random
from . import test_returns
from . import test_base
from . import test_base_orders, test_base_tour
from . import test_cadence_order
from . import test_letters
from . import test_orders_seen
from . import test_orders_used
from . import test_order_tour
from . import test_order_trigger
from . import test_demo
from . import test_far_dates
from . import test_value, test_value_health
from . import test_run_out, test_run_out_ask, test_run_out_tour
