from odoo import fields, models


class CrlAlertSnooze(models.TransientModel):
    """Asks until when alerts are put off, and why."""

    _name = "crl.alert.snooze"
    _description = "Put Alerts Off"

    alert_ids = fields.Many2many(
        "crl.alert",
        string="Alerts",
        default=lambda self: self.env.context.get("active_ids"),
    )
    until = fields.Date(
        "Put Off Until",
        required=True,
        default=lambda self: fields.Date.add(self.env.company._crl_today(), days=14),
        help="They come back on this day, if the reason is still there.",
    )
    reason = fields.Char()

    def action_snooze(self):
        self.env["crl.actor"]._check_one(self)
        self.alert_ids.action_snooze(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
