from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crl_retention.tools.columns import columns


class CrlPurchase(models.Model):
    """What Odoo's documents say that customers bought, as SQL.

    A company's *documents* are its confirmed orders, or its posted invoices. What is
    credited comes off the document that the credit note names: by its order lines, or
    by the invoice it reverses.

    - A document that is credited wholly was no purchase. One that is invoiced anew
      after it was credited was.
    - A credit note that names no document lowers the money of the customer's last
      purchase day until then, and so does an order of a negative amount. It unmakes the
      purchase only where it is exactly the day's money; one before all purchases is
      about something else.
    - Nothing bought: a document of 0 (samples), an invoice of a down payment alone,
      which counts with the final invoice.
    - Money is the document's, at the document's rate: credited wholly leaves nothing,
      whatever the rate is then.
    - A margin goes down in proportion with the money that is left.
    """

    _inherit = "crl.purchase"

    @api.model
    def _get_purchases_sql(self, within=None):
        """The truth: a query of the columns of this table, one row for each customer,
        company and day with a purchase.

        :param SQL within: a query of the ids of customers; all of them without
        """
        return SQL(
            """
            WITH %(companies)s,
            document AS (%(documents)s),
            credit AS (%(credits)s),
            credited AS (
                SELECT d.company_id, d.id,
                       SUM(CASE WHEN c.currency_id = d.currency_id
                                THEN c.price / d.rate ELSE c.balance END) AS amount
                  FROM document d
                  JOIN credit c ON c.document_id = d.id AND c.company_id = d.company_id
              GROUP BY d.company_id, d.id),
            kept AS (
                SELECT d.*, c.amount AS credited,
                       CASE WHEN c.amount IS NULL THEN d.amount ELSE ROUND(
                            d.amount - GREATEST(c.amount - %(again)s, 0), d.digits)
                       END AS rest
                  FROM document d
             LEFT JOIN credited c ON c.id = d.id AND c.company_id = d.company_id
                 WHERE d.amount > 0),
            day AS (
                SELECT partner_id, company_id, date, COUNT(*)::int AS order_count,
                       SUM(rest) AS amount,
                       SUM(ROUND(margin * rest / amount, digits)) AS margin,
                       -- the last document of the day, and whose it is: compared from
                       -- the left, and in one pass
                       MAX(ARRAY[moment, id, COALESCE(user_id, 0),
                                 COALESCE(team_id, 0)]) AS last
                  FROM kept
                 WHERE credited IS NULL OR rest > 0
              GROUP BY partner_id, company_id, date),
            loose AS (
                SELECT partner_id, company_id, date, SUM(amount) AS amount
                  FROM (SELECT partner_id, company_id, date, balance AS amount
                          FROM credit WHERE document_id IS NULL AND is_within
                         UNION ALL
                        SELECT partner_id, company_id, date, -amount FROM document
                         WHERE amount < 0) l
              GROUP BY partner_id, company_id, date),
            lowered AS (
                SELECT partner_id, company_id, date, SUM(amount) AS amount
                  FROM (SELECT l.partner_id, l.company_id, l.amount,
                               MAX(d.date) AS date
                          FROM loose l
                          JOIN day d ON d.partner_id = l.partner_id
                           AND d.company_id = l.company_id AND d.date <= l.date
                      GROUP BY l.partner_id, l.company_id, l.date, l.amount) l
              GROUP BY partner_id, company_id, date)
            SELECT partner_id, company_id, date, order_count, amount, margin, user_id,
                   team_id, country_id, first_date,
                   (12 * (DATE_PART('year', date) - DATE_PART('year', first_date))
                    + DATE_PART('month', date) - DATE_PART('month', first_date)
                   )::int AS month_number
              FROM (SELECT d.partner_id, d.company_id, d.date, d.order_count,
                           d.amount - COALESCE(l.amount, 0) AS amount, d.margin,
                           NULLIF(d.last[3], 0)::int AS user_id,
                           NULLIF(d.last[4], 0)::int AS team_id, p.country_id,
                           MIN(d.date) OVER (
                               PARTITION BY d.partner_id, d.company_id) AS first_date
                      FROM day d
                 LEFT JOIN lowered l ON l.partner_id = d.partner_id
                       AND l.company_id = d.company_id AND l.date = d.date
                      JOIN res_partner p ON p.id = d.partner_id
                     WHERE l.amount IS DISTINCT FROM d.amount) t
            """,
            companies=self._get_companies_sql(),
            documents=SQL(" UNION ALL ").join(
                get(within) for get in (self._get_orders_sql, self._get_invoices_sql)
            ),
            credits=SQL(" UNION ALL ").join(
                self._get_credits_sql(basis, within) for basis in ("order", "invoice")
            ),
            again=self._get_invoiced_again_sql(),
        )

    @api.model
    def _get_companies_sql(self):
        """How each company counts: by what, on which clock, to how many digits."""
        # sudo: all companies are counted, whoever changed a document
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        rows = [
            (
                company.id,
                company.crl_purchase_basis or "order",
                company._crl_tz(),
                company.currency_id.decimal_places,
            )
            for company in companies.search([])  # pylint: disable=no-search-all
        ]
        return SQL(
            """company AS (
                SELECT * FROM UNNEST(%s::int[], %s::text[], %s::text[], %s::int[])
                    AS c (id, basis, tz, digits))""",
            *columns(rows),
        )

    @api.model
    def _get_orders_sql(self, within):
        margin = self.env["sale.order"]._fields.get("margin")
        return SQL(
            """
            SELECT o.id, p.commercial_partner_id AS partner_id, o.company_id,
                   (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE c.tz)::date AS date,
                   EXTRACT(EPOCH FROM o.date_order)::bigint AS moment,
                   o.currency_id, r.rate, c.digits, c.basis,
                   ROUND(o.amount_untaxed / r.rate, c.digits) AS amount,
                   %(margin)s / r.rate AS margin, o.user_id, o.team_id
              FROM sale_order o
              JOIN company c ON c.id = o.company_id AND c.basis = 'order'
              JOIN res_partner p ON p.id = o.partner_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate) r
             WHERE o.state = 'sale' AND %(within)s
            """,
            margin=SQL("COALESCE(o.margin, 0)")
            if margin and margin.store
            else SQL("0.0"),
            within=self._get_within_sql(within),
        )

    @api.model
    def _get_invoices_sql(self, within):
        """Invoices without their lines of down payments."""
        return SQL(
            """
            SELECT m.id, p.commercial_partner_id, m.company_id, m.invoice_date,
                   EXTRACT(EPOCH FROM m.invoice_date)::bigint,
                   m.currency_id, COALESCE(NULLIF(m.invoice_currency_rate, 0), 1),
                   c.digits, c.basis, l.amount, 0.0, m.invoice_user_id, m.team_id
              FROM account_move m
              JOIN company c ON c.id = m.company_id AND c.basis = 'invoice'
              JOIN res_partner p ON p.id = m.partner_id
        CROSS JOIN LATERAL (
                   SELECT ROUND(-SUM(l.balance), c.digits) AS amount
                     FROM account_move_line l
                    WHERE l.move_id = m.id AND l.display_type = 'product'
                      AND l.is_downpayment IS NOT TRUE) l
             WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_receipt')
               AND %s
            """,
            self._get_within_sql(within),
        )

    @api.model
    def _get_within_sql(self, within):
        """Whether a customer ``p`` is asked about."""
        if within is None:
            return SQL("p.commercial_partner_id IS NOT NULL")
        return SQL("p.commercial_partner_id IN (%s)", within)

    # ---- Credit notes ----

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
        is_within = self._get_within_sql(within)
        return SQL(
            """
            SELECT p.commercial_partner_id AS partner_id, m.company_id,
                   m.invoice_date AS date, m.currency_id, l.price_subtotal AS price,
                   l.balance, %(document)s AS document_id, %(is_within)s AS is_within
              FROM account_move m
              JOIN company c ON c.id = m.company_id AND c.basis = %(basis)s
              JOIN res_partner p ON p.id = m.partner_id
              JOIN account_move_line l ON l.move_id = m.id
                   AND l.display_type = 'product' AND l.is_downpayment IS NOT TRUE
             WHERE m.state = 'posted' AND m.move_type = 'out_refund' AND %(asked)s
            """,
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
        """The money of an order ``d`` that was invoiced beyond the order: what was
        credited is billed once more."""
        return SQL(
            """
            CASE WHEN d.basis = 'order' THEN GREATEST(
                (SELECT COALESCE(SUM(
                            CASE WHEN i.currency_id = d.currency_id
                                 THEN l.price_subtotal / d.rate ELSE -l.balance END), 0)
                   FROM account_move_line l
                   JOIN account_move i ON i.id = l.move_id AND i.state = 'posted'
                        AND i.move_type IN ('out_invoice', 'out_receipt')
                  WHERE l.is_downpayment IS NOT TRUE AND l.id IN (
                        SELECT r.invoice_line_id FROM sale_order_line s
                          JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                         WHERE s.order_id = d.id)) - d.amount, 0)
            ELSE 0 END
            """
        )
