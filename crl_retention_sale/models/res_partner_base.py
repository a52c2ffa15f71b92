from odoo import api, fields, models

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

    def _crl_settle(self):
        result = super()._crl_settle()
        # those of several who are one now
        self.env["crl.customer.stay"]._refresh(self.commercial_partner_id | self)
        return result

    @api.model
    def _crl_get_exported(self):
        names = ["company_id", "kind", "date_from", "date_to", "amount"]
        return {**super()._crl_get_exported(), "crl.customer.stay": names}
