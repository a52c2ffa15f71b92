from odoo import api, models

#: Customers who are looked at as soon as their purchases change. More wait for the run
#: that compares all of them.
MAX_AT_ONCE = 1000


class CrlPurchase(models.Model):
    """What customers are worth follows from their purchases."""

    _inherit = "crl.purchase"

    @api.model
    def _recount(self, partners=None):
        changed = super()._recount(partners)
        # what was returned changes without a purchase, too
        partners = changed if partners is None else partners
        if len(partners) <= MAX_AT_ONCE:
            self.env["crl.buyer"]._refresh_at_once(partners)
        else:
            companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
            companies._crl_mark_value_due()
        return changed
