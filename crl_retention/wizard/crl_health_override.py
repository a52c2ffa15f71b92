from odoo import fields, models

from ..models.crl_relationship import BANDS
from ..models.crl_relationship_override import OVERRIDE_DAYS


class CrlHealthOverride(models.TransientModel):
    """Asks which band a customer is in, why, and for how long."""

    _name = "crl.health.override"
    _description = "Set the Health by Hand"

    relationship_id = fields.Many2one(
        "crl.relationship", "Customer", required=True, ondelete="cascade"
    )
    band = fields.Selection(BANDS, "Health", required=True)
    reason = fields.Char(
        "What Do You Know?", required=True, help="Everybody who sees the score sees it."
    )
    until = fields.Date(
        "Holds Until",
        required=True,
        default=lambda self: fields.Date.add(
            self.env.company._crl_today(),
            days=OVERRIDE_DAYS,
        ),
        help="Its last day. Then it is what the indicators say again.",
    )

    def action_apply(self):
        self.env["crl.actor"]._check_one(self)
        self.relationship_id.action_override_health(self.band, self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
