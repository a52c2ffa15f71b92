from odoo import fields, models

from odoo.addons.crl_retention.models.res_partner import READERS


class ResPartner(models.Model):
    """When somebody was a customer, and when they bought."""

    _inherit = "res.partner"

    crl_stay_ids = fields.One2many(
        "crl.customer.stay", "partner_id", "Times as a Customer", groups=READERS
    )
    crl_purchase_ids = fields.One2many(
        "crl.purchase", "partner_id", "Purchases", groups=READERS
    )
