from odoo import fields, models


class ResPartner(models.Model):
    """What the customer's own page shows of the retention procedure."""

    _inherit = "res.partner"

    crl_cadence_id = fields.Many2one(
        related="crl_relationship_id.enrollment_id.cadence_id", string="Procedure"
    )
    crl_last_words = fields.Text("Last Words", compute="_compute_crl_last_words")

    def _compute_crl_last_words(self):
        for partner in self:
            partner.crl_last_words = (
                self.env["crl.touchpoint"]
                .search(
                    [
                        ("partner_id", "=", partner.commercial_partner_id.id),
                        ("note", "!=", False),
                        ("state", "=", "done"),
                    ],
                    order="date_done desc, id desc",
                    limit=1,
                )
                .note
            )

    def action_crl_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_case_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.commercial_partner_id.id}
        return action

    def action_crl_open_enrollment(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crl.enrollment",
            "res_id": self.crl_enrollment_id.id,
            "view_mode": "form",
        }
