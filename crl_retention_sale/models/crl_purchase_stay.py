from odoo import api, models


class CrlPurchase(models.Model):
    """Purchases say who is a customer, and until when."""

    _inherit = "crl.purchase"

    @api.model
    def _recount(self, partners=None):
        changed = super()._recount(partners)
        self.env["crl.customer.stay"]._refresh(None if partners is None else changed)
        return changed
