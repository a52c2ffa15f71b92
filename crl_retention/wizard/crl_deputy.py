from odoo import fields, models


class CrlDeputy(models.TransientModel):
    """Asks who stands in for colleagues while they are away."""

    _name = "crl.deputy"
    _description = "Choose a Deputy"

    user_ids = fields.Many2many(
        "res.users",
        string="Users",
        default=lambda self: self.env.context.get("active_ids"),
    )
    deputy_id = fields.Many2one("res.users", domain="[('share', '=', False)]")

    def action_confirm(self):
        self.env["crl.actor"]._check_one(self)
        self.user_ids.crl_set_deputy(self.deputy_id.id)
        return {"type": "ir.actions.act_window_close"}
