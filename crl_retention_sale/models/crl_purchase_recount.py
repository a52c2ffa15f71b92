from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: What follows from the documents of a day, beside whose it is and when.
FOUND = (
    "order_count",
    "amount",
    "margin",
    "user_id",
    "team_id",
    "country_id",
    "first_date",
    "month_number",
)
#: Documents are looked at again that were changed so long before the last count: what
#: was written in a transaction has the moment when it began.
OVERLAP = timedelta(days=1)


class CrlPurchase(models.Model):
    """Making purchase days equal to what Odoo's documents say.

    At once for customers whose orders left an event; for those with changed documents
    every night; for all of them once a week, and when a company counts otherwise.
    """

    _inherit = "crl.purchase"

    @api.model
    def _recount(self, partners=None):
        """Make rows equal to the truth. One statement, which writes only what differs.

        :param partners: customers, also former ones; all of them without
        :returns: the customers whose rows changed
        """
        self.env.flush_all()
        within = None
        if partners is not None:
            if not partners:
                return partners
            within = SQL("SELECT UNNEST(%s::int[])", partners.ids)
        columns, found, own = (
            SQL(", ").join(SQL.identifier(*path, name) for name in FOUND)
            for path in ((), ("t",), ("p",))
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH wrong AS MATERIALIZED (
                    SELECT p.id, t.*
                      FROM (%(truth)s) t
                 FULL JOIN (SELECT * FROM crl_purchase p WHERE %(within)s) p
                        ON p.partner_id = t.partner_id
                       AND p.company_id = t.company_id AND p.date = t.date
                     WHERE p.id IS NULL OR t.date IS NULL
                        OR (%(own)s) IS DISTINCT FROM (%(found)s)),
                gone AS (
                    DELETE FROM crl_purchase p USING wrong t
                     WHERE p.id = t.id AND t.date IS NULL AND %(within)s
                 RETURNING p.partner_id),
                changed AS (
                    UPDATE crl_purchase p SET (%(columns)s) = ROW(%(found)s)
                      FROM wrong t
                     -- whose they are is known, but a few are found by that sooner
                     WHERE p.id = t.id AND t.date IS NOT NULL AND %(within)s
                 RETURNING p.partner_id),
                added AS (
                    INSERT INTO crl_purchase (partner_id, company_id, date, %(columns)s)
                    SELECT partner_id, company_id, date, %(found)s FROM wrong t
                     WHERE t.id IS NULL
                    -- somebody else counts the same customer: another try is made
                    ON CONFLICT DO NOTHING
                 RETURNING partner_id)
                SELECT partner_id FROM gone UNION SELECT partner_id FROM changed
                 UNION SELECT partner_id FROM added
                """,
                truth=self._get_purchases_sql(within),
                within=SQL("TRUE")
                if within is None
                else SQL("p.partner_id IN (%s)", within),
                columns=columns,
                found=found,
                own=own,
            )
        )
        if rows:
            self.invalidate_model(flush=False)
        return self.env["res.partner"].browse(row[0] for row in rows)

    @api.model
    def _recount_due(self, limit):
        """Count anew what may have changed behind the events, once a night: customers
        with changed documents, and all of them on Sundays or where a company counts
        otherwise than before. A job of the engine.

        :param limit: not needed: it is one statement
        :returns: how many customers' rows changed
        """
        # sudo: all companies are counted, and know how far it got
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        companies = companies.search([])  # pylint: disable=no-search-all
        states = {company: company._crl_get_purchase_state() for company in companies}
        due = companies.filtered(lambda c: c.crl_purchase_state != states[c])
        if not due:
            return 0
        former = [(company.crl_purchase_state or "").rpartition(" ") for company in due]
        is_night = all(
            before == states[company].rpartition(" ")[0]
            for company, (before, __, __) in zip(due, former, strict=True)
        )
        changed = self._recount(
            self._find_changed(min(day for __, __, day in former)) if is_night else None
        )
        for company in companies:
            company.crl_purchase_state = states[company]
        return min(len(changed), limit - 1)

    @api.model
    def _find_changed(self, day):
        """Customers who are changed themselves or have changed documents.

        :param str day: since when, on a company's clock
        """
        since = fields.Datetime.to_datetime(day) - OVERLAP
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id FROM sale_order o
                  JOIN res_partner p ON p.id = o.partner_id
                 WHERE o.write_date >= %(since)s
                 UNION
                SELECT p.commercial_partner_id FROM account_move m
                  JOIN res_partner p ON p.id = m.partner_id
                 WHERE m.write_date >= %(since)s
                   AND m.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
                 UNION
                SELECT partner_id FROM crl_purchase u
                  JOIN res_partner p ON p.id = u.partner_id
                 WHERE p.write_date >= %(since)s
                   AND (u.country_id IS DISTINCT FROM p.country_id
                        OR p.commercial_partner_id <> p.id)
                """,
                since=since,
            )
        )
        return self.env["res.partner"].browse(row[0] for row in rows if row[0])
