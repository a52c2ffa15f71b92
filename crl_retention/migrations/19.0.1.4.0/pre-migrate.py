from odoo.tools import SQL
from odoo.tools.sql import column_exists

#: The highest values that the settings take from now on.
LIMITS = {
    "crl_catch_up_days": 3660,
    "crl_wait_days": 366,
    "crl_clock_hours": 8784,
    "crl_email_gap_hours": 8784,
    "crl_sms_gap_hours": 8784,
    "crl_log_months": 1200,
    "crl_consent_months": 1200,
}


def migrate(cr, version):
    """Days and hours of the settings have an end now: higher ones are lowered, or
    PostgreSQL would refuse the rule."""
    for name, limit in LIMITS.items():
        # who comes from far back has not all of them yet
        if column_exists(cr, "res_company", name):
            column = SQL.identifier(name)
            cr.execute(
                SQL(
                    "UPDATE res_company SET %s = %s WHERE %s > %s",
                    *(column, limit, column, limit),
                )
            )
