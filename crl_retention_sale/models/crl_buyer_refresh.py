from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crl_retention.tools import schedule

from .crl_buyer_sql import FACTS

#: The hour, where the company is, from which on customers are compared: the day is
#: over; segments and indicators come later in the night.
NIGHT = 0.0


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
            companies = companies.with_context(active_test=False)
            companies = companies.search([])  # pylint: disable=no-search-all
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
        """One statement that finds the truth, compares, and writes what differs."""
        names = [SQL.identifier(name) for name in FACTS]
        return SQL(
            """
            WITH limits AS NOT MATERIALIZED (%(limits)s),
            differs AS MATERIALIZED (
                SELECT o.id, t.*
                  FROM (%(truth)s) t
             FULL JOIN (SELECT o.* FROM crl_buyer o
                          JOIN limits l ON l.company_id = o.company_id
                         WHERE %(within)s) o
                    ON o.partner_id = t.partner_id AND o.company_id = t.company_id
                 WHERE (%(old)s) IS DISTINCT FROM (%(new)s)),
            gone AS (
                DELETE FROM crl_buyer o USING differs d
                 WHERE o.id = d.id AND d.partner_id IS NULL
             RETURNING o.partner_id),
            written AS (
                INSERT INTO crl_buyer (partner_id, company_id, %(names)s)
                SELECT d.partner_id, d.company_id, %(names)s FROM differs d
                 WHERE d.partner_id IS NOT NULL
                    ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET (%(names)s) = ROW(%(excluded)s)
             RETURNING partner_id)
            SELECT partner_id FROM gone UNION ALL SELECT partner_id FROM written
            """,
            limits=companies._crl_get_value_limits(),
            truth=self._get_truth_sql(within, ranked),
            within=within(SQL("o.partner_id")),
            names=SQL(", ").join(names),
            old=_of("o"),
            new=_of("t"),
            excluded=_of("excluded"),
        )

    @api.model
    def _refresh_at_once(self, partners):
        """Let what customers are worth follow their purchases, and their indicators and
        health what they are worth, in the same transaction.

        They are compared with the others as of last night, and the others with them
        tonight.
        """
        changed = partners.browse(self._refresh(partners))
        self.env["crl.indicator"]._follow(changed, [self._name])

    # ---- Every night ----

    @api.model
    def _refresh_due(self, limit):
        """Compare all customers of the companies whose night it is.

        :returns: how many companies were looked at
        """
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        now = fields.Datetime.now()
        due = companies.filtered(lambda company: (company.crl_value_date or now) <= now)
        for company in due[:limit]:
            self._refresh(companies=company)
            company.crl_value_date = schedule.utc_at(
                company._crl_today() + timedelta(days=1), NIGHT, company._crl_tz()
            )
        return len(due[:limit])


def _of(alias):
    """The facts of a row, as SQL."""
    return SQL(", ").join(SQL.identifier(alias, name) for name in FACTS)
