from odoo import models


class SaleOrder(models.Model):
    """Orders whose money was refunded wholly."""

    _inherit = "sale.order"

    def _crl_is_taken_back(self):
        """Whether nothing is left of the order, by what was invoiced and refunded."""
        self.ensure_one()
        # a down payment comes and goes while the order stands
        lines = self.order_line.filtered(
            lambda line: not (line.display_type or line.is_downpayment)
        )
        moves = lines.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted"
        )
        return (
            "out_refund" in moves.mapped("move_type")
            # what is not invoiced yet is still to come
            and all(
                line.invoice_lines.move_id & moves
                for line in lines
                if line.price_subtotal
            )
            # money and not quantities: a rebate is credited on all of them
            and self.currency_id.compare_amounts(
                sum(lines.mapped("untaxed_amount_invoiced")), 0
            )
            <= 0
        )
