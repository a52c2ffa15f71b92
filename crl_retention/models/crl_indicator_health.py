from odoo import api, fields, models

REMEDIES = [
    ("call", "Call the customer"),
    ("visit", "Visit the customer"),
    ("case", "Work on the open case"),
    ("ask", "Ask how content they are"),
    ("address", "Have the address corrected"),
]
#: A change of these makes the health of customers another.
HEALTH_BY = {
    "weight",
    "valid_days",
    "knock_out",
    "knock_out_score",
    "raw_bad",
    "raw_fair",
    "raw_good",
    "company_id",
    "active",
}

#: Customers whose health follows their values at once. Of more, a file that is loaded
#: for instance, the engine's next run takes care.
MAX_AT_ONCE = 500


class CrlIndicator(models.Model):
    """What an indicator does for the health, and what helps where it is low."""

    _inherit = "crl.indicator"

    remedy = fields.Selection(
        REMEDIES,
        "What Helps",
        default="call",
        required=True,
        help="What is proposed, one click away, where this indicator would lift the "
        "health of a customer the most.",
    )

    def _get_remedy_label(self):
        self.ensure_one()
        return dict(self._fields["remedy"]._description_selection(self.env))[
            self.remedy
        ]

    @api.model_create_multi
    def create(self, vals_list):
        indicators = super().create(vals_list)
        self.env["res.company"]._crl_mark_health_due()
        return indicators

    def write(self, vals):
        result = super().write(vals)
        if HEALTH_BY & vals.keys():
            self.env["res.company"]._crl_mark_health_due()
        return result

    @api.model
    def _values_changed(self, partners):
        result = super()._values_changed(partners)
        if len(partners) > MAX_AT_ONCE:
            self.env["res.company"]._crl_mark_health_due()
        else:
            # whoever writes a value down; the health is the engine's
            self.env["crl.relationship"].sudo()._refresh_health(partners)
        return result
