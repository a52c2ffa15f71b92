from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import schedule
from ..tools.columns import columns
from .crl_indicator_refresh import NIGHT, get_between, get_within, has_turn

#: Customers a statement looks at, for each record of the engine's batch.
CUSTOMERS_PER_RECORD = 100
#: How long the night waits for indicators that are still measured.
PATIENCE = timedelta(hours=1)


class CrlRelationship(models.Model):
    """How healthy the relationship is, as the values of the indicators say.

    One statement finds the customers whose health is another, any number of them; then
    these are written, and their line of the week.
    """

    _inherit = "crl.relationship"

    band_since = fields.Datetime("In This Band Since")

    @api.model
    def _refresh_health(self, partners=None, first=0, last=0):
        """Write what the values now say of customers: score, band, trend, confidence.

        The indicators of a customer's company count, and those of none; of a customer
        without a company all of them, within the limits of the main company.

        :param partners: some customers; else, as the night does, all with an id from
            ``first`` to ``last``: of them those whose score moved by a point
        :returns: how many changed
        """
        if partners is not None and not partners:
            return 0
        self.env.flush_all()
        by_night = partners is None
        within = get_between(first, last) if by_night else get_within(partners.ids)
        limits = self._get_limits()
        rows = self._find_changed(within, limits, by_night)
        if rows:
            self._write_health(rows)
            self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
            (partners or self.env["res.partner"]).invalidate_recordset(
                self._get_partner_fields(), flush=False
            )
        self.env["crl.alert"]._sort_due(within, limits)
        return len(rows)

    @api.model
    def _find_changed(self, within, limits, by_night):
        """The customers whose health is another: ``[(id, score, band, trend,
        confidence, week of the history when score or band are others)]``.

        By night, when the days lower many scores by a fraction of a point, these wait
        until they round to another point; and whose score stands still is compared with
        four weeks ago once a week, when it is their turn. It writes nothing, so that
        the database may share it between its workers.
        """
        compared = SQL("TRUE")
        if by_night:
            days = self.env["res.company"]._crl_get_trend_turns()
            compared = has_turn(SQL("a.partner_id"), days)
        return self.env.execute_query(
            SQL(
                """
                WITH limits AS (%(limits)s)
                SELECT c.id, c.score, c.band, c.trend, c.confidence,
                       CASE WHEN (c.score, c.band) IS DISTINCT FROM
                                 (c.old_score, c.old_band) THEN c.week END
                  FROM (SELECT a.*, l.week,
                               CASE WHEN ABS(a.score - b.score) < l.points
                                      OR a.score = b.score THEN 'same'
                                    WHEN a.score > b.score THEN 'up'
                                    WHEN a.score < b.score THEN 'down' END AS trend
                          FROM (SELECT a.*,
                                       (ROUND(a.score, %(digits)s), a.band,
                                        a.confidence) IS DISTINCT FROM
                                       (ROUND(a.old_score, %(digits)s), a.old_band,
                                        a.old_confidence) AS is_moved
                                  FROM (%(assessed)s) a) a
                          JOIN limits l ON l.company_id = a.company_id
                     LEFT JOIN LATERAL (
                               SELECT h.score FROM crl_indicator_history h
                                WHERE h.partner_id = a.partner_id
                                  AND h.indicator_id IS NULL AND h.week <= l.before
                             -- as the index has it: the first row is the one
                             ORDER BY h.indicator_id DESC, h.week DESC LIMIT 1
                               ) b ON TRUE
                         WHERE a.is_moved OR %(compared)s) c
                 WHERE c.is_moved OR c.trend IS DISTINCT FROM c.old_trend
                """,
                limits=limits,
                assessed=self._get_assessed(within),
                digits=0 if by_night else 2,
                compared=compared,
            )
        )

    @api.model
    def _write_health(self, rows):
        """Write the health of customers, and what changed down for the week.

        :param rows: as of ``_find_changed``
        """
        ids, scores, bands, trends, confidences, weeks = columns(rows)
        self.env.execute_query(
            SQL(
                """
                WITH found AS (
                    SELECT * FROM UNNEST(%(ids)s::int[], %(scores)s::numeric[],
                                         %(bands)s::varchar[], %(trends)s::varchar[],
                                         %(confidences)s::int[], %(weeks)s::date[])
                           AS g (id, score, band, trend, confidence, week)),
                changed AS (
                    UPDATE crl_relationship r
                       SET score = g.score, band = g.band, trend = g.trend,
                           confidence = g.confidence,
                           band_since = CASE WHEN g.band IS DISTINCT FROM r.band
                                             THEN %(now)s ELSE r.band_since END
                      FROM found g
                     -- the array tells the planner how many they are
                     WHERE r.id = g.id AND r.id = ANY(%(ids)s::int[])
                 RETURNING r.partner_id, r.company_id, g.week, g.score, g.band)
                INSERT INTO crl_indicator_history (
                            partner_id, company_id, week, score, band, dedup_key)
                     SELECT c.*, '0:' || c.partner_id || ':' || c.week
                       FROM changed c WHERE c.week IS NOT NULL
                ON CONFLICT (dedup_key) DO UPDATE
                        SET score = EXCLUDED.score, band = EXCLUDED.band
                """,
                ids=ids,
                scores=scores,
                bands=bands,
                trends=trends,
                confidences=confidences,
                weeks=weeks,
                now=fields.Datetime.now(),
            )
        )

    # ---- Every night ----

    @api.model
    def _get_range(self, cursor, count):
        """The first and last of the customers that come next, and how many they are.

        :param int cursor: the last customer so far
        """
        ((first, last, found),) = self.env.execute_query(
            SQL(
                """SELECT MIN(partner_id), MAX(partner_id), COUNT(*) FROM (
                       SELECT partner_id FROM crl_relationship
                        WHERE partner_id > %s ORDER BY partner_id LIMIT %s) AS next""",
                cursor,
                count,
            )
        )
        return first, last, found

    @api.model
    def _refresh_health_due(self, limit):
        """Refresh the health of the next range of customers, once the indicators are
        measured. How far it came is on the main company.

        :param int limit: the engine's batch; 100 customers count as one record
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
        most = limit * CUSTOMERS_PER_RECORD
        first, last, found = self._get_range(company.crl_health_cursor, most)
        if found:
            self._refresh_health(first=first, last=last)
        company.write(
            {"crl_health_cursor": last}
            if found == most
            else {
                "crl_health_cursor": 0,
                "crl_trend_date": min(company._crl_get_days()),
                "crl_health_date": schedule.utc_at(
                    company._crl_today() + timedelta(days=1), NIGHT, company._crl_tz()
                ),
            }
        )
        return ceil(found / CUSTOMERS_PER_RECORD)
