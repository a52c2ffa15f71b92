from odoo import models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """Orders of which something, or all, was given back."""

    _inherit = "sale.order"

    def _crl_is_taken_back(self):
        """Whether nothing is left of the order, by what was invoiced and refunded."""
        self.ensure_one()
        # a down payment comes and goes while the order stands
        lines = self.order_line.filtered(
            lambda line: not (line.display_type or line.is_downpayment)
        )
        moves = lines.invoice_lines.move_id
        drafts = moves.filtered(lambda move: move.state == "draft")
        moves = moves.filtered(lambda move: move.state == "posted")
        return (
            "out_refund" in moves.mapped("move_type")
            # the invoice is made anew
            and "out_invoice" not in drafts.mapped("move_type")
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

    def _crl_filter_given_back(self):
        """Those of orders of which the customer gave something back. A rebate, and
        what was invoiced once more, are no such thing."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT s.order_id
                     FROM sale_order_line s
                     JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                     JOIN account_move_line l ON l.id = r.invoice_line_id
                     JOIN account_move m ON m.id = l.move_id AND m.state = 'posted'
                          AND m.move_type = 'out_refund'
                    WHERE s.order_id = ANY(%s) AND %s""",
                self.ids,
                self.env["account.move"]._crl_get_return_sql(SQL("m")),
            )
        )
        back = self.browse(row[0] for row in rows)
        return back | (self - back).filtered(lambda order: order._crl_is_taken_back())
