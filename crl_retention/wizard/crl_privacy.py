import base64

from odoo import api, fields, models


class CrlPrivacy(models.TransientModel):
    """Hands out or erases what we hold about a customer who asks for it."""

    _name = "crl.privacy"
    _description = "Retention Data of a Customer"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    summary = fields.Char(compute="_compute_summary")
    file = fields.Binary(readonly=True)

    @api.depends("partner_id")
    def _compute_summary(self):
        for wizard in self:
            customer = wizard.partner_id.commercial_partner_id
            wizard.summary = self.env._(
                "Contacts: %(contacts)s · cases: %(cases)s · "
                "lines in the log: %(lines)s",
                contacts=len(customer.crl_touchpoint_ids),
                cases=len(customer.crl_case_ids),
                lines=self.env["crl.touchpoint.log"].search_count(
                    [("partner_id", "=", customer.id)]
                ),
            )

    def action_export(self):
        """Download what we hold, as a JSON file."""
        self.env["crl.actor"]._check_one(self)
        self.file = base64.b64encode(self.partner_id.crl_export_data().encode())
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/retention.json"
            "?download=true",
            "target": "self",
        }

    def action_erase(self):
        self.env["crl.actor"]._check_one(self)
        self.partner_id.crl_erase_data()
        return {"type": "ir.actions.act_window_close"}
