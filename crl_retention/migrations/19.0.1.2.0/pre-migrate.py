def migrate(cr, version):
    """The campaign of an enrollment is one of ours now, and no longer one of Odoo's;
    nothing in the product had ever written it."""
    cr.execute("UPDATE crl_enrollment SET campaign_id = NULL")
