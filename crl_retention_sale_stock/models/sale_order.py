from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _crl_is_taken_back(self):
        """By what came back, too."""
        if super()._crl_is_taken_back():
            return True
        if self.delivery_status != "full":
            return False  # what is still to come takes the place of what came back
        goods = self.order_line.filtered(
            lambda line: line.qty_delivered_method == "stock_move"
        )
        return any(
            picking._crl_is_return() for picking in self.picking_ids
        ) and not any(line.qty_delivered > 0 for line in goods)

    def _crl_filter_given_back(self):
        """What came back, too."""
        return super()._crl_filter_given_back() | self.filtered(
            lambda order: any(p._crl_is_return() for p in order.picking_ids)
        )
