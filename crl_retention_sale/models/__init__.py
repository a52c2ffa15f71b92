from . import crl_rhythm, crl_buyer, crl_buyer_sql, crl_buyer_refresh
from . import crl_campaign
from . import crl_screen
from . import res_company_value, res_partner_lookup
from . import res_partner_timeline
from . import res_users
from . import sale_order_told
