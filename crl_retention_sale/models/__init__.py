from . import res_partner_lookup
