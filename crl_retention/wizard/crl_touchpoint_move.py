from odoo import fields, models
from odoo.exceptions import UserError


class CrlTouchpointMove(models.TransientModel):
    """Asks for the new moment of contacts; failed ones are planned again."""

    _name = "crl.touchpoint.move"
    _description = "Move Contacts"

    touchpoint_ids = fields.Many2many(
        "crl.touchpoint",
        string="Contacts",
        default=lambda self: self.env.context.get("active_ids"),
    )
    date_planned = fields.Datetime("New Moment", required=True)

    def action_move(self):
        self.env["crl.actor"]._check_one(self)
        if self.date_planned < fields.Datetime.now():
            raise UserError(self.env._("Choose a time still to come."))
        self.touchpoint_ids.action_reschedule(self.date_planned)
        return {"type": "ir.actions.act_window_close"}
