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
            WITH company AS (%(companies)s),
            document AS (%(documents)s),
            credit AS (%(credits)s),
            credited AS MATERIALIZED (
                SELECT c.company_id, c.document_id,
                       GREATEST(c.amount - %(again)s, 0) AS amount
                  FROM (SELECT company_id, document_id, basis, SUM(amount) AS amount
                          FROM credit WHERE document_id IS NOT NULL
                      GROUP BY company_id, document_id, basis) c),
            day AS (
                SELECT partner_id, company_id, date,
                       COUNT(*) FILTER (WHERE rest > 0)::int AS order_count,
                       SUM(rest) FILTER (WHERE rest > 0) AS amount,
                       %(margin)s AS margin,
                       -- the last document of the day, and whose it is: compared from
                       -- the left, and in one pass
                       MAX(ARRAY[moment, id, user_id, team_id])
                           FILTER (WHERE rest > 0) AS last,
                       -SUM(amount) FILTER (WHERE amount < 0) AS returned
                  FROM (SELECT d.*, CASE WHEN c.amount IS NULL THEN d.amount
                               ELSE ROUND(d.amount - c.amount, d.digits) END AS rest
                          FROM document d
                     LEFT JOIN credited c ON c.document_id = d.id
                           AND c.company_id = d.company_id) d
              GROUP BY partner_id, company_id, date),
            loose AS (
                SELECT partner_id, company_id, date, SUM(amount) AS amount
                  FROM (SELECT partner_id, company_id, date, amount FROM credit
                         WHERE document_id IS NULL AND is_within
                         UNION ALL
                        SELECT partner_id, company_id, date, returned FROM day
                         WHERE returned IS NOT NULL) l
              GROUP BY partner_id, company_id, date),
            lowered AS (
                SELECT partner_id, company_id, date, SUM(amount) AS amount
                  FROM (SELECT l.partner_id, l.company_id, l.amount,
                               MAX(d.date) AS date
                          FROM loose l
                          JOIN day d ON d.partner_id = l.partner_id
                           AND d.company_id = l.company_id AND d.date <= l.date
                         WHERE d.order_count > 0
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
                     WHERE d.order_count > 0
                       AND l.amount IS DISTINCT FROM d.amount) t
            """,
            companies=self._get_companies_sql(),
            documents=SQL(" UNION ALL ").join(
                get(within) for get in (self._get_orders_sql, self._get_invoices_sql)
            ),
            credits=SQL(" UNION ALL ").join(
                self._get_credits_sql(basis, within) for basis in ("order", "invoice")
            ),
            again=self._get_invoiced_again_sql(),
            margin=SQL(
                """COALESCE(SUM(
                       CASE WHEN rest = amount THEN ROUND(margin, digits)
                            ELSE ROUND(margin * rest / amount, digits) END
                   ) FILTER (WHERE rest > 0), 0)"""
                if self._has_margin()
                else "0.0"
            ),
        )

    @api.model
    def _has_margin(self):
        """Whether orders keep their margin."""
        margin = self.env["sale.order"]._fields.get("margin")
        return bool(margin and margin.store)

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
            """SELECT * FROM UNNEST(%s::int[], %s::text[], %s::text[], %s::int[])
                   AS c (id, basis, tz, digits)""",
            *columns(rows),
        )

    @api.model
    def _get_orders_sql(self, within):
        return SQL(
            """
            SELECT o.id, p.commercial_partner_id AS partner_id, o.company_id,
                   (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE c.tz)::date AS date,
                   DATE_PART('epoch', o.date_order) AS moment, o.currency_id, r.rate,
                   c.digits, c.basis,
                   -- a division a row takes its time
                   CASE WHEN r.rate = 1 THEN o.amount_untaxed
                        ELSE ROUND(o.amount_untaxed / r.rate, c.digits) END AS amount,
                   %(margin)s AS margin, COALESCE(o.user_id, 0) AS user_id,
                   COALESCE(o.team_id, 0) AS team_id
              FROM sale_order o
              JOIN company c ON c.id = o.company_id AND c.basis = 'order'
              JOIN res_partner p ON p.id = o.partner_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate) r
             WHERE o.state = 'sale' AND o.date_order <= %(latest)s AND %(within)s
            """,
            latest=self._get_latest_moment(),
            margin=SQL(
                "COALESCE(o.margin, 0) / r.rate" if self._has_margin() else "0.0"
            ),
            within=self._get_within_sql(within),
        )

    @api.model
    def _get_invoices_sql(self, within):
        """Invoices without their lines of down payments."""
        return SQL(
            """
            SELECT m.id, p.commercial_partner_id, m.company_id, m.invoice_date,
                   DATE_PART('epoch', m.invoice_date), m.currency_id,
                   COALESCE(NULLIF(m.invoice_currency_rate, 0), 1), c.digits, c.basis,
                   l.amount, 0.0, COALESCE(m.invoice_user_id, 0),
                   COALESCE(m.team_id, 0)
              FROM account_move m
              JOIN company c ON c.id = m.company_id AND c.basis = 'invoice'
              JOIN res_partner p ON p.id = m.partner_id
        CROSS JOIN LATERAL (
                   SELECT ROUND(-SUM(l.balance), c.digits) AS amount
                     FROM account_move_line l
                    WHERE l.move_id = m.id AND l.display_type = 'product'
                      AND l.is_downpayment IS NOT TRUE) l
             WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_receipt')
               AND m.invoice_date <= %s AND %s
            """,
            self._get_latest_moment(),
            self._get_within_sql(within),
        )

    @api.model
    def _get_within_sql(self, within):
        """Whether a customer ``p`` is asked about."""
        if within is None:
            return SQL("p.commercial_partner_id IS NOT NULL")
        return SQL("p.commercial_partner_id IN (%s)", within)
