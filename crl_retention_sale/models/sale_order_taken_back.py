from odoo import models


class SaleOrder(models.Model):
    """Orders whose money was refunded wholly."""

    _inherit = "sale.order"

    def _crl_is_taken_back(self):
        """Whether nothing is left of the order, by what was invoiced and refunded."""
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: not (line.display_type or line.is_downpayment)
        )
        return any(
            move.move_type == "out_refund" and move.state == "posted"
            for move in self.invoice_ids
        ) and all(line.qty_invoiced <= 0 for line in lines)
