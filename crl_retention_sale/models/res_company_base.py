from odoo import fields, models

#: Days somebody stays a customer after a purchase, as delivered.
ACTIVITY_DAYS = 365


class ResCompany(models.Model):
    """How long somebody is a customer. No NOT NULL: see the core."""

    _inherit = "res.company"

    crl_activity_days = fields.Integer(
        "Customer for (Days)",
        default=ACTIVITY_DAYS,
        help="Who buys is a customer for so many days after it; who has not bought "
        "again until then is lost.",
    )
    crl_is_base_due = fields.Boolean(copy=False)

    # figures are by the month: who comes in one is there at its end
    _crl_activity_days_long = models.Constraint(
        "CHECK(crl_activity_days BETWEEN 31 AND 3660)",
        "Who buys is a customer for 31 to 3660 days.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "crl_activity_days" in vals:
            # sudo: a mark for the engine, and its own scheduled action
            self.sudo().crl_is_base_due = True
            cron = self.env.ref("crl_retention.ir_cron_run").sudo()  # as above
            cron._trigger()
        return result
