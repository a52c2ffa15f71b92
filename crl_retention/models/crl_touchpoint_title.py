from odoo import api, fields, models


class CrlTouchpoint(models.Model):
    """What a contact is called where its customer is shown beside it."""

    _inherit = "crl.touchpoint"

    title = fields.Char("Contact", compute="_compute_title")
    case_words = fields.Text("What the Case Is About", related="case_id.description")

    @api.depends_context("lang")
    @api.depends("step_id.name", "channel", "case_id")
    def _compute_title(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for touchpoint in self:
            touchpoint.title = touchpoint._get_title(channels)
