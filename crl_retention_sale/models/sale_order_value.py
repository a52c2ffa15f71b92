from odoo import fields, models


class SaleOrder(models.Model):
    """Orders that were cancelled after they were confirmed count as returned."""

    _inherit = "sale.order"

    crl_cancel_date = fields.Datetime(
        "Cancelled After Confirmation On", copy=False, readonly=True
    )

    _crl_cancel_date = models.Index(
        "(crl_cancel_date) WHERE crl_cancel_date IS NOT NULL"
    )

    def _crl_note(self, kind):
        if kind == "cancelled":
            # sudo: part of the cancellation, whoever may do that
            self.sudo().crl_cancel_date = fields.Datetime.now()
        return super()._crl_note(kind)
