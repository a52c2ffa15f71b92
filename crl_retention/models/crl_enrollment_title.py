from odoo import api, models


class CrlEnrollment(models.Model):
    """What an enrollment is called where a link leads to it."""

    _inherit = "crl.enrollment"

    @api.depends_context("lang")
    @api.depends("cadence_id.name", "partner_id.display_name")
    def _compute_display_name(self):
        for enrollment in self:
            enrollment.display_name = self.env._(
                "%(cadence)s – %(customer)s",
                cadence=enrollment.cadence_id.name,
                customer=enrollment.partner_id.display_name,
            )
