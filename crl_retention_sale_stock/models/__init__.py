from . import crl_cadence
from . import crl_order_event
from . import crl_run_out
from . import res_partner
from . import sale_order
from . import stock_picking
