from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crl_retention.tools import schedule

from .crl_buyer_sql import FACTS

#: The hour of the night, where the company is, from which on customers are compared:
#: before segments are counted and indicators are measured.
NIGHT = 0.5


class CrlBuyer(models.Model):
    """When customers are looked at: a few at once, when something happens to them; all
    of a company every night, when they are compared with each other."""

    _inherit = "crl.buyer"

    @api.model
    def _refresh(self, partners=None, companies=None):
        """Write what purchases now say of customers, only where it is something else.

        :param partners: some customers, compared with the others as of last night;
            else all
        :param companies: some companies; else all
        :returns: the ids of the customers who changed
        """
        if partners is not None and not partners:
            return []
        self.env.flush_all()
        if companies is None:
            # sudo: what is bought from each company counts, whoever asks
            companies = self.env["res.company"].sudo()
            companies = companies.with_context(active_test=False).search([])
        if partners is None:
            within, ranked = lambda column: SQL("TRUE"), self._get_ranked_sql()
        else:
            ids = partners.ids
            within = lambda column: SQL("%s = ANY(%s)", column, ids)  # noqa: E731
            ranked = self._get_placed_sql()
        changed = self.env.execute_query(
            self._get_refresh_sql(within, ranked, companies)
        )
        self.invalidate_model()
        return sorted({row[0] for row in changed})

    @api.model
    def _get_refresh_sql(self, within, ranked, companies):
        """One statement that finds the truth, compares, and writes what differs.

        Of two rows about one customer and company, which a merge may leave, the first
        one stays.
        """
        names = SQL(", ").join(map(SQL.identifier, FACTS))
        return SQL(
            """
            WITH limits AS MATERIALIZED (%(limits)s),
            truth AS MATERIALIZED (%(truth)s),
            kept AS MATERIALIZED (
                SELECT DISTINCT ON (o.partner_id, o.company_id) o.*
                  FROM crl_buyer o
                  JOIN limits l ON l.company_id = o.company_id
                 WHERE %(within)s
              ORDER BY o.partner_id, o.company_id, o.id),
            gone AS (
                DELETE FROM crl_buyer o
                 USING limits l
                 WHERE l.company_id = o.company_id AND %(within)s
                   AND NOT EXISTS (
                       SELECT 1 FROM kept k
                         JOIN truth t ON t.partner_id = k.partner_id
                                     AND t.company_id = k.company_id
                        WHERE k.id = o.id)
             RETURNING o.partner_id),
            moved AS (
                UPDATE crl_buyer o SET (%(names)s) = (SELECT %(new)s)
                  FROM truth t
                  JOIN kept k ON k.partner_id = t.partner_id
                             AND k.company_id = t.company_id
                 WHERE o.id = k.id AND (%(old)s) IS DISTINCT FROM (%(new)s)
             RETURNING o.partner_id),
            made AS (
                INSERT INTO crl_buyer (partner_id, company_id, %(names)s)
                SELECT t.partner_id, t.company_id, %(new)s
                  FROM truth t
                 WHERE NOT EXISTS (
                       SELECT 1 FROM kept k
                        WHERE k.partner_id = t.partner_id
                          AND k.company_id = t.company_id)
             RETURNING partner_id)
            SELECT partner_id FROM gone UNION ALL
            SELECT partner_id FROM moved UNION ALL
            SELECT partner_id FROM made
            """,
            limits=companies._crl_get_value_limits(),
            truth=self._get_truth_sql(within, ranked),
            within=within(SQL("o.partner_id")),
            names=names,
            old=SQL(", ").join(SQL.identifier("k", name) for name in FACTS),
            new=SQL(", ").join(SQL.identifier("t", name) for name in FACTS),
        )

    # ---- Every night ----

    @api.model
    def _refresh_due(self, limit):
        """Compare all customers of the companies whose night it is.

        :returns: how many companies were looked at
        """
        companies = self.env["res.company"].search([])
        now = fields.Datetime.now()
        due = companies.filtered(lambda company: (company.crl_value_date or now) <= now)
        for company in due[:limit]:
            self._refresh(companies=company)
            company.crl_value_date = schedule.utc_at(
                company._crl_today() + timedelta(days=1), NIGHT, company._crl_tz()
            )
        return len(due[:limit])
