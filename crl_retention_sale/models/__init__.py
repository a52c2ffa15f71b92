from . import crl_rhythm, crl_buyer, crl_buyer_sql, crl_buyer_refresh
from . import res_company_value, res_partner_lookup
