from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator_refresh import NIGHT

#: Days a score is compared over.
TREND_DAYS = 28
#: Customers a statement looks at, for each record of the engine's batch.
CUSTOMERS_PER_RECORD = 50
#: How long the night waits for indicators that are still measured.
PATIENCE = timedelta(hours=1)


class CrlRelationship(models.Model):
    """How healthy the relationship is, as the values of the indicators say.

    ``tools/health.py`` says what is computed; here it is one statement for any number
    of customers, which writes those that change, and their line of the week.
    """

    _inherit = "crl.relationship"

    band_since = fields.Datetime("In This Band Since")

    @api.model
    def _refresh_health(self, partners=None, first=0, last=0):
        """Write what the values now say of customers: score, band, trend, confidence.

        The indicators of a customer's company count, and those of none; of a customer
        without a company all of them, within the limits of the main company.

        :param partners: some customers; else all with an id from ``first`` to ``last``
        :returns: how many changed
        """
        if partners is not None and not partners:
            return 0
        self.env.flush_all()
        within = self._get_within(partners, first, last)
        limits = self._get_limits()
        self._ensure_found(within)
        rows = self.env.execute_query(
            SQL(
                """
                WITH limits AS (%(limits)s),
                assessed AS (%(assessed)s),
                compared AS (
                    SELECT a.*,
                           CASE WHEN ABS(a.score - b.score) < l.points
                                  OR a.score = b.score THEN 'same'
                                WHEN a.score > b.score THEN 'up'
                                WHEN a.score < b.score THEN 'down' END AS trend
                      FROM assessed a
                      JOIN limits l ON l.company_id = a.company_id
                 LEFT JOIN LATERAL (
                           SELECT h.score FROM crl_indicator_history h
                            WHERE h.partner_id = a.partner_id
                              AND h.indicator_id IS NULL AND h.week <= l.before
                         ORDER BY h.week DESC LIMIT 1) b ON TRUE
                ),
                changed AS (
                    UPDATE crl_relationship r
                       SET score = c.score, band = c.band, trend = c.trend,
                           confidence = c.confidence,
                           band_since = CASE
                               WHEN c.band IS DISTINCT FROM c.old_band THEN %(now)s
                               ELSE r.band_since END
                      FROM compared c
                     WHERE c.id = r.id
                       AND (r.score, r.band, r.trend, r.confidence) IS DISTINCT FROM
                           (c.score, c.band, c.trend, c.confidence)
                 RETURNING r.id
                ),
                noted AS (
                    INSERT INTO crl_indicator_history
                                (partner_id, company_id, week, score, band, dedup_key)
                         SELECT c.partner_id, c.own_company_id, l.week, c.score, c.band,
                                '0:' || c.partner_id || ':' || l.week
                           FROM compared c
                           JOIN limits l ON l.company_id = c.company_id
                          WHERE (c.score, c.band) IS DISTINCT FROM
                                (c.old_score, c.old_band)
                    ON CONFLICT (dedup_key) DO UPDATE
                            SET score = EXCLUDED.score, band = EXCLUDED.band
                )
                SELECT id FROM changed
                """,
                limits=limits,
                assessed=self._get_assessed(within),
                now=fields.Datetime.now(),
            )
        )
        if rows:
            self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
            (partners or self.env["res.partner"]).invalidate_recordset(
                self._get_partner_fields(), flush=False
            )
        self.env["crl.alert"]._sort_due(within, limits)
        return len(rows)

    @api.model
    def _get_within(self, partners, first, last):
        """A function that says which rows are meant, for a column with a customer."""
        if partners is None:
            return lambda column: SQL("%s BETWEEN %s AND %s", column, first, last)
        return lambda column: SQL("%s = ANY(%s)", column, partners.ids)

    @api.model
    def _ensure_found(self, within):
        """Make a relationship for customers who have values but none yet."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT v.partner_id
                     FROM crl_indicator_value v
                    WHERE %s AND NOT EXISTS (
                          SELECT 1 FROM crl_relationship r
                           WHERE r.partner_id = v.partner_id)""",
                within(SQL("v.partner_id")),
            )
        )
        partners = self.env["res.partner"].browse(row[0] for row in rows)
        for start in range(0, len(partners), 1000):
            self._ensure(partners[start : start + 1000])
        self.env.flush_all()

    @api.model
    def _get_limits(self, chosen=None):
        """A query for the limits of each company, and its days: today, the Monday as
        of which a change is noted, and the day scores are compared with.

        :param chosen: ``(company, health.Limits)`` to try instead of what is set
        """
        # every company counts, whoever asks
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        rows = []
        for company in companies:
            limits = company._crl_get_health_limits()
            if chosen and chosen[0] == company:
                limits = chosen[1]
            today = company._crl_today()
            rows.append(
                (
                    company.id,
                    limits.at_risk,
                    limits.watch,
                    company.crl_health_points or 0.0,
                    company.crl_health_alert_days or 0,
                    today,
                    # the history says how it stood when a week began
                    today + timedelta(days=7 - today.weekday()),
                    today - timedelta(days=TREND_DAYS),
                )
            )
        return SQL(
            """SELECT * FROM unnest(%s::int[], %s::numeric[], %s::numeric[],
                   %s::numeric[], %s::int[], %s::date[], %s::date[], %s::date[])
               AS l (company_id, at_risk, watch, points, alert_days, today, week,
                     before)""",
            *[list(column) for column in zip(*rows, strict=True)],
        )

    @api.model
    def _get_assessed(self, within, rules=None, score=None):
        """A query for the health of customers, as ``tools.health.assess`` has it; it
        needs the query of ``_get_limits`` as ``limits``.

        :param within: as of ``_get_within``
        :param rules: a query for other weights and knock-outs to try
        :param score: how a value scores, where it is tried
        """
        return SQL(
            """
            WITH rules AS (%(rules)s),
            weights AS (
                SELECT l.company_id, SUM(i.weight) AS weight
                  FROM (SELECT company_id FROM limits UNION ALL SELECT 0) l
                  JOIN rules i
                    ON l.company_id IN (COALESCE(i.company_id, l.company_id), 0)
              GROUP BY l.company_id
            ),
            scored AS (
                SELECT v.partner_id, SUM(i.weight) AS weight,
                       SUM(i.weight * %(score)s) AS points,
                       MIN(CASE WHEN %(score)s <= COALESCE(i.knock_out_score, 0) THEN
                               CASE i.knock_out WHEN 'at_risk' THEN 0
                                                WHEN 'watch' THEN 1 END
                           END) AS knocked
                  FROM crl_indicator_value v
                  JOIN rules i ON i.id = v.indicator_id
                 WHERE %(values)s AND %(of_company)s
                   AND (COALESCE(i.valid_days, 0) = 0
                     OR v.date + make_interval(days => i.valid_days) >= %(now)s)
              GROUP BY v.partner_id
            )
            SELECT a.id, a.partner_id, a.own_company_id, a.company_id, a.score,
                   a.confidence, a.old_score, a.old_band, a.override_band,
                   COALESCE(a.override_band, CASE
                       WHEN a.knocked = 0 OR a.score <= l.at_risk THEN 'at_risk'
                       WHEN a.knocked = 1 OR a.score <= l.watch THEN 'watch'
                       WHEN a.score IS NOT NULL THEN 'healthy' END) AS band
              FROM (
                SELECT r.id, r.partner_id, r.override_band, s.knocked,
                       r.company_id AS own_company_id,
                       COALESCE(r.company_id, %(main)s) AS company_id,
                       r.score AS old_score, r.band AS old_band,
                       ROUND((s.points / NULLIF(s.weight, 0))::numeric, 2) AS score,
                       NULLIF(ROUND((100 * s.weight / NULLIF(w.weight, 0))::numeric),
                              0)::int AS confidence
                  FROM crl_relationship r
             LEFT JOIN scored s ON s.partner_id = r.partner_id
             LEFT JOIN weights w ON w.company_id = COALESCE(r.company_id, 0)
                 WHERE %(relationships)s) a
              JOIN limits l ON l.company_id = a.company_id
            """,
            rules=rules
            or SQL(
                """SELECT id, company_id, weight, valid_days, knock_out, knock_out_score
                     FROM crl_indicator WHERE active"""
            ),
            score=score or SQL("v.score"),
            main=self.env["res.company"]._get_main_company().id,
            relationships=within(SQL("r.partner_id")),
            values=within(SQL("v.partner_id")),
            of_company=self._get_of_company(),
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_of_company(self):
        """That an indicator ``i`` holds for the customer of a value ``v``: it is one of
        no company, the customer's, or the customer has none. Where no indicator has a
        company the customers need not be looked at."""
        # sudo: those of every company count, whoever asks
        indicators = self.env["crl.indicator"].sudo()
        if not indicators.search_count([("company_id", "!=", False)], limit=1):
            return SQL("TRUE")
        return SQL(
            """(i.company_id IS NULL OR NOT EXISTS (
                SELECT 1 FROM crl_relationship r
                 WHERE r.partner_id = v.partner_id AND r.company_id != i.company_id))"""
        )

    # ---- Every night ----

    @api.model
    def _refresh_health_due(self, limit):
        """Refresh the health of the next range of customers, once the indicators are
        measured. How far it came is on the main company.

        :param int limit: the engine's batch; 50 customers count as one record
        :returns: how many such records were looked at
        """
        company = self.env["res.company"]._get_main_company()
        now = fields.Datetime.now()
        if (company.crl_health_date or now) > now:
            return 0
        measured = self.env["crl.indicator"].search_count(
            [("date_refresh", "<=", now), ("date_refresh", ">", now - PATIENCE)],
            limit=1,
        )
        if measured:
            self.env.ref("crl_retention.ir_cron_run")._trigger()
            return 0
        cursor, most = company.crl_health_cursor, limit * CUSTOMERS_PER_RECORD
        ((first, last, found),) = self.env.execute_query(
            SQL(
                """SELECT MIN(id), MAX(id), COUNT(*) FROM (
                       SELECT p.id FROM (
                           SELECT partner_id AS id FROM crl_relationship
                            UNION SELECT partner_id FROM crl_indicator_value) p
                        WHERE p.id > %s ORDER BY p.id LIMIT %s) AS next""",
                cursor,
                most,
            )
        )
        if found:
            self._refresh_health(first=first, last=last)
        company.write(
            {"crl_health_cursor": last}
            if found == most
            else {
                "crl_health_cursor": 0,
                "crl_health_date": schedule.utc_at(
                    company._crl_today() + timedelta(days=1), NIGHT, company._crl_tz()
                ),
            }
        )
        return ceil(found / CUSTOMERS_PER_RECORD)
