from odoo import api, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Which credit notes tell that goods were given back, and not that they became
    cheaper: those that take something back at the price it was sold at."""

    _inherit = "account.move"

    @api.model
    def _crl_get_return_sql(self, note):
        """Whether a posted credit note takes back what it was sold at, as SQL.

        The price is the one of the order line or of the invoice that the note reverses.
        A rebate has another; what is invoiced once more was a correction, or exchanged.
        More pieces than were taken back are the next delivery of the order.

        :param note: the alias of the credit note
        """
        return SQL(
            """EXISTS (
                SELECT FROM account_move_line l
                 WHERE l.move_id = %(note)s.id AND l.display_type = 'product'
                   AND l.is_downpayment IS NOT TRUE AND l.price_subtotal > 0
                   AND EXISTS (
                        SELECT FROM (
                            SELECT s.price_unit * (100 - COALESCE(s.discount, 0))
                                   AS price
                              FROM sale_order_line_invoice_rel r
                              JOIN sale_order_line s ON s.id = r.order_line_id
                             WHERE r.invoice_line_id = l.id
                             UNION ALL
                            SELECT i.price_unit * (100 - COALESCE(i.discount, 0))
                              FROM account_move_line i
                             WHERE i.move_id = %(note)s.reversed_entry_id
                               AND i.display_type = 'product'
                               AND i.product_id IS NOT DISTINCT FROM l.product_id) sold
                         -- rounded where the discount is in the price; no rebate is
                         -- of one in a thousand
                         WHERE ABS(l.price_unit * (100 - COALESCE(l.discount, 0))
                                   - sold.price) <= sold.price / 1000)
                   AND l.quantity > (
                        SELECT COALESCE(SUM(i.quantity), 0)
                          FROM sale_order_line_invoice_rel r
                          JOIN sale_order_line_invoice_rel q
                               ON q.order_line_id = r.order_line_id
                          JOIN account_move_line i ON i.id = q.invoice_line_id
                               AND i.id > l.id AND i.quantity <= l.quantity
                          JOIN account_move b ON b.id = i.move_id
                               AND b.move_type IN ('out_invoice', 'out_receipt')
                               AND b.state <> 'cancel'
                         WHERE r.invoice_line_id = l.id))""",
            note=note,
        )

    def _crl_filter_returns(self):
        """Those of posted credit notes that tell of a return, or with which nothing is
        left of an order."""
        if not self:
            return self
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT m.id FROM account_move m WHERE m.id = ANY(%s) AND %s",
                self.ids,
                self._crl_get_return_sql(SQL("m")),
            )
        )
        returns = self.browse(row[0] for row in rows)
        return returns | (self - returns).filtered(
            lambda note: any(
                order._crl_is_taken_back()
                for order in note.line_ids.sale_line_ids.order_id
            )
        )
