from odoo import api, fields, models


class CrlIndicatorEntry(models.TransientModel):
    """Asks what an indicator that people write says of a customer now."""

    _name = "crl.indicator.entry"
    _description = "Write an Indicator"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    indicator_id = fields.Many2one(
        "crl.indicator",
        required=True,
        ondelete="cascade",
        domain=[("source", "=", "manual")],
        default=lambda self: self.env["crl.indicator"].search(
            [("source", "=", "manual")], limit=1
        ),
    )
    description = fields.Text(related="indicator_id.description")
    unit = fields.Char(related="indicator_id.unit")
    value_id = fields.Many2one(
        "crl.indicator.value", "Value So Far", compute="_compute_value_id"
    )
    before = fields.Float("So Far", related="value_id.raw")
    before_date = fields.Datetime("Of", related="value_id.date")
    raw = fields.Float(
        "Value", compute="_compute_raw", store=True, readonly=False, precompute=True
    )
    note = fields.Text("Why")

    @api.depends("partner_id", "indicator_id")
    def _compute_value_id(self):
        for entry in self:
            entry.value_id = self.env["crl.indicator.value"].search(
                [
                    ("indicator_id", "=", entry.indicator_id.id),
                    ("partner_id", "=", entry.partner_id.commercial_partner_id.id),
                ],
                limit=1,
            )

    @api.depends("indicator_id")
    def _compute_raw(self):
        for entry in self:
            entry.raw = entry.value_id.raw or entry.indicator_id.raw_fair

    def action_save(self):
        self.env["crl.actor"]._check_one(self)
        self.partner_id.crl_set_indicator(
            self.indicator_id.code, self.raw, self.note or None
        )
        return {"type": "ir.actions.act_window_close"}
