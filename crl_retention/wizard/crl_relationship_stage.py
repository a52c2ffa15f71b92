from odoo import fields, models


class CrlRelationshipStage(models.TransientModel):
    """Asks to which stage customers are put aside, and why."""

    _name = "crl.relationship.stage"
    _description = "Put Customers Aside"

    relationship_ids = fields.Many2many(
        "crl.relationship",
        string="Customers",
        default=lambda self: self.env.context.get("active_ids"),
    )
    stage_id = fields.Many2one(
        "crl.stage",
        required=True,
        domain=[("kind", "in", ("setup", "at_risk", "dormant", "lost", "won_back"))],
        ondelete="cascade",
    )
    reason = fields.Char()

    def action_set_stage(self):
        self.env["crl.actor"]._check_one(self)
        self.relationship_ids.action_set_stage(self.stage_id.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
