from odoo import api, models
from odoo.tools import SQL


class CrlPurchase(models.Model):
    """What credit notes take off purchases, as SQL."""

    _inherit = "crl.purchase"

    @api.model
    def _get_credits_sql(self, basis, within):
        """Lines of posted credit notes, each with the document it names: the order of
        its order line, or the invoice it reverses. Of several the last; what a line
        does not tell, the others of the note do, and the invoice."""
        by_order = """
            COALESCE(
                (SELECT MAX(s.order_id) FROM sale_order_line_invoice_rel r
                   JOIN sale_order_line s ON s.id = r.order_line_id
                  WHERE r.invoice_line_id = l.id),
                (SELECT MAX(s.order_id) FROM account_move_line k
                   JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = k.id
                   JOIN sale_order_line s ON s.id = r.order_line_id
                  WHERE k.move_id IN (m.id, m.reversed_entry_id)))"""
        by_invoice = """
            COALESCE(
                m.reversed_entry_id,
                (SELECT MAX(i.id) FROM sale_order_line_invoice_rel r
                   JOIN sale_order_line_invoice_rel q
                        ON q.order_line_id = r.order_line_id
                   JOIN account_move_line k ON k.id = q.invoice_line_id
                   JOIN account_move i ON i.id = k.move_id AND i.state = 'posted'
                        AND i.move_type IN ('out_invoice', 'out_receipt')
                  WHERE r.invoice_line_id = l.id))"""
        rate = "o.currency_rate"
        named = "sale_order"
        if basis == "invoice":
            rate, named = "o.invoice_currency_rate", "account_move"
        is_within = self._get_within_sql(within)
        return SQL(
            """
            SELECT k.partner_id, k.company_id, k.date, k.basis, k.document_id,
                   k.is_within,
                   CASE WHEN o.currency_id = k.currency_id
                        THEN k.price / COALESCE(NULLIF(%(rate)s, 0), 1)
                        ELSE k.balance END AS amount
              FROM (SELECT p.commercial_partner_id AS partner_id, m.company_id,
                           m.invoice_date AS date, m.currency_id, c.basis,
                           l.price_subtotal AS price, l.balance,
                           %(document)s AS document_id, %(is_within)s AS is_within
                      FROM account_move m
                      JOIN company c ON c.id = m.company_id AND c.basis = %(basis)s
                      JOIN res_partner p ON p.id = m.partner_id
                      JOIN account_move_line l ON l.move_id = m.id
                           AND l.display_type = 'product'
                           AND l.is_downpayment IS NOT TRUE
                     WHERE m.state = 'posted' AND m.move_type = 'out_refund'
                       AND %(asked)s
                    -- looked up once
                    OFFSET 0) k
         LEFT JOIN %(named)s o ON o.id = k.document_id
            """,
            rate=SQL(rate),
            named=SQL.identifier(named),
            document=SQL(by_order if basis == "order" else by_invoice),
            basis=basis,
            is_within=is_within,
            asked=SQL("TRUE")
            if within is None
            else SQL("(%s OR m.id IN (%s))", is_within, self._get_naming_sql(basis)),
        )

    @api.model
    def _get_naming_sql(self, basis):
        """The moves that name one of the documents, whoever got them."""
        if basis == "order":
            return SQL(
                """
                SELECT UNNEST(ARRAY[k.move_id, b.id]) FROM document d
                  JOIN sale_order_line s ON s.order_id = d.id
                  JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                  JOIN account_move_line k ON k.id = r.invoice_line_id
             LEFT JOIN account_move b ON b.reversed_entry_id = k.move_id
                 WHERE d.basis = 'order'
                """
            )
        return SQL(
            """
            SELECT b.id FROM document d JOIN account_move b
                   ON b.reversed_entry_id = d.id
             WHERE d.basis = 'invoice'
             UNION
            SELECT n.move_id FROM document d
              JOIN account_move_line k ON k.move_id = d.id
              JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = k.id
              JOIN sale_order_line_invoice_rel q ON q.order_line_id = r.order_line_id
              JOIN account_move_line n ON n.id = q.invoice_line_id
             WHERE d.basis = 'invoice'
            """
        )

    @api.model
    def _get_invoiced_again_sql(self):
        """The money of an order that was invoiced beyond the order: what was credited
        (``c``) is billed once more."""
        return SQL(
            """
            CASE WHEN c.basis = 'order' THEN (
                SELECT GREATEST(
                           (SELECT COALESCE(SUM(
                                       CASE WHEN i.currency_id = o.currency_id
                                            THEN l.price_subtotal / r.rate
                                            ELSE -l.balance END), 0)
                              FROM (SELECT DISTINCT q.invoice_line_id AS id
                                      FROM sale_order_line s
                                      JOIN sale_order_line_invoice_rel q
                                           ON q.order_line_id = s.id
                                     WHERE s.order_id = o.id) billed
                              JOIN account_move_line l ON l.id = billed.id
                                   AND l.is_downpayment IS NOT TRUE
                              JOIN account_move i ON i.id = l.move_id
                                   AND i.state = 'posted'
                                   AND i.move_type IN ('out_invoice', 'out_receipt'))
                           - o.amount_untaxed / r.rate, 0)
                  FROM sale_order o
            CROSS JOIN LATERAL (
                       SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate) r
                 WHERE o.id = c.document_id)
            ELSE 0 END
            """
        )
