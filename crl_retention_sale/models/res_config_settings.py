from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crl_purchase_basis = fields.Selection(
        related="company_id.crl_purchase_basis", readonly=False
    )
    crl_activity_days = fields.Integer(
        related="company_id.crl_activity_days", readonly=False
    )
    crl_value_days = fields.Integer(related="company_id.crl_value_days", readonly=False)
    crl_late_factor = fields.Float(related="company_id.crl_late_factor", readonly=False)
