from odoo import api, models
from odoo.tools import SQL

from ..tools import rfm

#: What is written of a customer: the columns of the table, but whose they are.
FACTS = (
    "date_first",
    "date_last",
    "day_count",
    "amount",
    "amount_before",
    "amount_total",
    "margin_total",
    "return_count",
    "gap_days",
    "date_expected",
    "date_late",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "rfm",
    "rfm_group",
)
#: The scores, and what customers are compared by.
MEASURES = {
    "recency_score": "date_last",
    "frequency_score": "day_count",
    "monetary_score": "amount",
}


class CrlBuyer(models.Model):
    """What customers are worth, as SQL: ``tools/rfm.py`` and ``tools/rhythm.py`` for
    any number of them."""

    _inherit = "crl.buyer"

    @api.model
    def _get_truth_sql(self, within, ranked):
        """A query for the rows as they should be: ``partner_id, company_id`` and the
        columns of ``FACTS``. It needs the query ``limits`` of the companies.

        :param within: takes a column of customers and returns the condition, as SQL,
            that it is one of those asked for
        :param ranked: a query that adds the scores to the rows of ``bought``
        """
        rhythm = self.env["crl.rhythm"]
        last, gap = SQL("b.date_last"), SQL("b.gap_days")
        return SQL(
            """
            WITH bought AS (%(bought)s),
                 returned AS (%(returned)s),
                 ranked AS (%(ranked)s)
            SELECT b.partner_id, b.company_id, b.date_first, b.date_last, b.day_count,
                   b.amount, b.amount_before, b.amount_total, b.margin_total,
                   COALESCE(c.return_count, 0) AS return_count, b.gap_days,
                   %(expected)s AS date_expected, %(latest)s AS date_late,
                   b.recency_score, b.frequency_score, b.monetary_score,
                   b.recency_score || b.frequency_score::text || b.monetary_score
                       AS rfm,
                   CASE WHEN b.day_count = 0 THEN 'lost' ELSE %(group)s END AS rfm_group
              FROM ranked b
              JOIN limits l ON l.company_id = b.company_id
         LEFT JOIN returned c
                -- one key: of two, only the company's was used, and all tried with all
                ON ARRAY[c.partner_id, c.company_id]
                   = ARRAY[b.partner_id, b.company_id]
            """,
            bought=self._get_bought_sql(within),
            returned=self._get_returned_sql(within),
            ranked=ranked,
            expected=rhythm._get_expected_sql(last, gap),
            latest=rhythm._get_latest_sql(last, gap, SQL("l.factor")),
            group=self._get_group_sql(),
        )

    @api.model
    def _get_bought_sql(self, within):
        """What customers bought until today."""
        rhythm = self.env["crl.rhythm"]
        days = SQL(
            """SELECT p.partner_id, p.company_id, p.date, p.amount, p.margin, l.since,
                      l.before
                 FROM crl_purchase p
                 JOIN limits l ON l.company_id = p.company_id AND p.date <= l.today
                WHERE %s""",
            within(SQL("p.partner_id")),
        )
        return SQL(
            """SELECT b.partner_id, b.company_id, b.date_first, b.date_last,
                      b.day_count, b.amount, b.amount_before, b.amount_total,
                      b.margin_total, b.is_new, %(gap)s AS gap_days
                 FROM (SELECT partner_id, company_id, MIN(date) AS date_first,
                              MAX(date) AS date_last,
                              COUNT(*) FILTER (WHERE date > since)::int AS day_count,
                              COALESCE(SUM(amount) FILTER (WHERE date > since), 0)
                                  AS amount,
                              COALESCE(SUM(amount) FILTER (
                                  WHERE date > before AND date <= since), 0)
                                  AS amount_before,
                              SUM(amount) AS amount_total,
                              SUM(margin) AS margin_total,
                              MIN(date) > MIN(since) AS is_new,
                              %(gaps)s AS gaps
                         FROM (%(days)s) d
                     GROUP BY partner_id, company_id) b""",
            gap=rhythm._get_gap_sql(SQL("b.gaps")),
            gaps=rhythm._get_gaps_sql(),
            days=rhythm._get_days_sql(days, SQL("d.partner_id, d.company_id")),
        )

    @api.model
    def _get_returned_sql(self, within):
        """How many orders of customers were cancelled after they were confirmed, and
        how many credit notes took something back, within the window."""
        return SQL(
            """SELECT r.partner_id, r.company_id, COUNT(*)::int AS return_count
                 FROM (SELECT m.commercial_partner_id AS partner_id, m.company_id,
                              m.invoice_date AS date
                         FROM account_move m
                        WHERE m.move_type = 'out_refund' AND m.state = 'posted'
                          AND %s
                        UNION ALL
                       SELECT p.commercial_partner_id, s.company_id,
                              %s
                         FROM sale_order s
                         JOIN res_partner p ON p.id = s.partner_id
                        WHERE s.crl_cancel_date IS NOT NULL AND s.state = 'cancel') r
                 JOIN limits l ON l.company_id = r.company_id
                WHERE r.date > l.since AND r.date <= l.today AND %s
             GROUP BY r.partner_id, r.company_id""",
            self.env["account.move"]._crl_get_return_sql(SQL("m")),
            self._get_day_sql(SQL("s.crl_cancel_date"), SQL("s.company_id")),
            within(SQL("r.partner_id")),
        )

    @api.model
    def _get_ranked_sql(self):
        """Scores among all customers of a company who bought within its window."""
        scores = SQL(", ").join(
            SQL(
                """CASE WHEN day_count > 0
                        THEN (1 + 5 * (RANK() OVER (same ORDER BY %s) - 1)
                                  / COUNT(*) OVER same)::int
                    END AS %s""",
                SQL.identifier(measure),
                SQL.identifier(score),
            )
            for score, measure in MEASURES.items()
        )
        return SQL(
            """SELECT *, %s FROM bought
               WINDOW same AS (PARTITION BY company_id, day_count > 0)""",
            scores,
        )

    @api.model
    def _get_placed_sql(self):
        """Scores of a few customers among the others as the last night left them: the
        lowest that somebody as good or better has. None where no night has been."""
        scores = SQL(", ").join(
            SQL(
                """CASE WHEN day_count > 0 THEN (
                        SELECT COALESCE(
                                   MIN(s.%(score)s) FILTER (
                                       WHERE s.most_%(measure)s >= b.%(measure)s),
                                   -- better than all of them
                                   MAX(5) FILTER (WHERE s.%(score)s IS NOT NULL))
                          FROM steps s WHERE s.company_id = b.company_id)
                    END AS %(score)s""",
                score=SQL(score),
                measure=SQL(measure),
            )
            for score, measure in MEASURES.items()
        )
        return SQL(
            """WITH steps AS MATERIALIZED (
                   SELECT company_id, %(scores)s, %(most)s
                     FROM crl_buyer WHERE day_count > 0
                 GROUP BY GROUPING SETS (%(sets)s))
               SELECT b.*, %(placed)s FROM bought b""",
            scores=SQL(", ").join(map(SQL, MEASURES)),
            most=SQL(", ").join(
                SQL("MAX(%s) AS most_%s", SQL(name), SQL(name))
                for name in MEASURES.values()
            ),
            sets=SQL(", ").join(SQL("(company_id, %s)", SQL(s)) for s in MEASURES),
            placed=scores,
        )

    @api.model
    def _get_group_sql(self):
        """``get_group``; nothing where there are no scores."""
        cells = [group for row in rfm.TABLE for group in row]
        value = SQL("(b.frequency_score + b.monetary_score + 1) / 2")
        cell = SQL("5 * (b.recency_score - 1) + %s", value)
        newcomers = [rfm.BEGINNERS.get(group, group) for group in cells]
        return SQL(
            "(CASE WHEN b.is_new THEN %s::varchar[] ELSE %s::varchar[] END)[%s]",
            newcomers,
            cells,
            cell,
        )
