from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.columns import columns


class CrlIndicatorValue(models.Model):
    """How values get into the table: many at once, and only those that change."""

    _inherit = "crl.indicator.value"

    @api.model
    def _put_computed(self, indicators, within, week, few=False):
        """Measure indicators anew for some customers: what changed is written, what a
        customer does not have any more goes.

        What is the same is left out by the query that measures.

        :param within: see ``crl.indicator._get_found_sql``
        :param week: the next Monday, under which the history has what changed
        :param few: whether the customers are named one by one
        :returns: ids of the customers with other values than before
        """
        rows = self.env.execute_query(
            self._get_all_changed_sql(indicators, within, few)
        )
        if rows:
            self._write_computed([row for row in rows if row[5] is not None], week)
            self._drop([row[0] for row in rows if row[5] is None], week)
        return [row[1] for row in rows]

    @api.model
    def _get_all_changed_sql(self, indicators, within, few):
        """``_get_changed_sql`` of many indicators. Few customers, and what is stored of
        them, are read once for all; of many, what is stored of each indicator lies in
        the order it is compared in."""
        measured, readings = indicators._share_readings(within)
        return SQL(
            """
            WITH customers AS MATERIALIZED (
                SELECT partner_id, company_id FROM crl_relationship r WHERE %(asked)s),
            stored AS %(materialized)s (
                SELECT id, partner_id, indicator_id, raw, since, score, company_id,
                       source
                  FROM crl_indicator_value v
                 WHERE v.indicator_id = ANY(%(indicators)s) AND %(within)s)
            %(readings)s
            %(changed)s
            """,
            asked=within(SQL("r.partner_id")),
            materialized=SQL("MATERIALIZED" if few else "NOT MATERIALIZED"),
            indicators=indicators.ids,
            within=within(SQL("v.partner_id")),
            readings=SQL().join(SQL(", %s", reading) for reading in readings),
            changed=SQL(" UNION ALL ").join(
                self._get_changed_sql(indicator, within, measured.get(indicator.id))
                for indicator in indicators
            ),
        )

    @api.model
    def _get_changed_sql(self, indicator, within, measured):
        """A query for the customers with another value of an indicator than what is
        stored: ``id, partner_id, indicator_id, raw, since, score, company_id,
        is_news``, the last for the history: days that go by are none. It needs both
        tables of ``_get_all_changed_sql``."""
        return SQL(
            """
            SELECT v.id, m.partner_id, m.indicator_id, m.raw, m.since, m.score,
                   m.company_id,
                   CASE WHEN m.since IS NULL THEN v.score IS DISTINCT FROM m.score
                        ELSE v.since IS DISTINCT FROM m.since END
                   OR v.source IS DISTINCT FROM m.source AS is_news
              FROM (SELECT f.indicator_id, f.partner_id,
                           CASE WHEN f.raw IS NOT NULL THEN f.since END AS since,
                           CASE WHEN f.since IS NULL THEN f.raw END AS raw,
                           CASE WHEN f.raw IS NOT NULL THEN %(score)s END AS score,
                           CASE WHEN f.raw IS NOT NULL
                                THEN COALESCE(i.company_id, f.company_id)
                           END AS company_id,
                           CASE WHEN f.raw IS NOT NULL THEN 'computed' END AS source
                      FROM (%(found)s) f
                      JOIN crl_indicator i ON i.id = f.indicator_id) m
         LEFT JOIN stored v
                ON v.partner_id = m.partner_id AND v.indicator_id = %(indicator)s
             WHERE (v.raw, v.since, v.score, v.company_id, v.source)
                   IS DISTINCT FROM
                   (m.raw, m.since, m.score, m.company_id, m.source)
            """,
            score=self._get_score_sql(SQL("f.raw")),
            found=indicator._get_found_sql(within, measured, SQL("customers")),
            indicator=indicator.id,
        )

    @api.model
    def _write_computed(self, rows, week):
        """Write values, and their news into the history.

        The ids are said twice: from an array in the condition the planner learns how
        many they are, and does not read the values of everybody to find them.

        :param rows: ``[(id or None, customer, indicator, raw, since, score, company,
            whether it is news)]``
        """
        moved = columns(row for row in rows if row[0])
        made = columns(row for row in rows if not row[0])
        if moved:
            put = SQL(
                """UPDATE crl_indicator_value v
                      SET raw = g.raw, since = g.since, score = g.score,
                          company_id = g.company_id, date = %s,
                          source = 'computed', user_id = NULL, note = NULL
                     FROM found g WHERE v.id = g.id AND v.id = ANY(%s::int[])""",
                fields.Datetime.now(),
                moved[0],
            )
            self._put_with_history(moved, put, week)
        if made:
            put = SQL(
                """INSERT INTO crl_indicator_value (
                          partner_id, indicator_id, raw, since, score, company_id,
                          date, source, dedup_key)
                   SELECT partner_id, indicator_id, raw, since, score, company_id,
                          %s, 'computed', indicator_id || ':' || partner_id
                     FROM found
                       ON CONFLICT (dedup_key) DO UPDATE
                      SET raw = EXCLUDED.raw, since = EXCLUDED.since,
                          score = EXCLUDED.score, date = EXCLUDED.date,
                          company_id = EXCLUDED.company_id,
                          source = EXCLUDED.source""",
                fields.Datetime.now(),
            )
            self._put_with_history(made, put, week)

    @api.model
    def _put_with_history(self, found, put, week):
        """Run a statement over the rows ``found``, and write what is news under a week.
        Where days are counted, these are as of its Monday, less than none when the day
        is yet to come: so whoever reads a line knows the day it was counted from.

        :param found: their columns, as of ``_write_computed``
        """
        raw = SQL("COALESCE(g.raw, %s::date - g.since)", week)
        self.env.execute_query(
            SQL(
                """WITH found AS (
                       SELECT * FROM UNNEST(%(found)s)
                           AS g (id, partner_id, indicator_id, raw, since, score,
                                 company_id, is_news)),
                   put AS (%(put)s)
                   INSERT INTO crl_indicator_history (
                          indicator_id, partner_id, company_id, week, raw, score,
                          dedup_key)
                   SELECT g.indicator_id, g.partner_id, g.company_id, %(week)s, %(raw)s,
                          %(score)s, %(key)s
                     FROM found g JOIN crl_indicator i ON i.id = g.indicator_id
                    WHERE g.is_news
                       ON CONFLICT (dedup_key) DO UPDATE
                      SET raw = EXCLUDED.raw, score = EXCLUDED.score""",
                put=put,
                week=week,
                raw=raw,
                score=self._get_score_sql(raw),
                key=self._get_history_key_sql("g", week),
                found=SQL(
                    """%s::int[], %s::int[], %s::int[], %s::double precision[],
                       %s::date[], %s::double precision[], %s::int[], %s::boolean[]""",
                    *found,
                ),
            )
        )

    @api.model
    def _drop(self, ids, week):
        """Delete values, and say in the history that there is none any more."""
        if ids:
            self.env.execute_query(
                SQL(
                    """WITH gone AS (
                           DELETE FROM crl_indicator_value WHERE id = ANY(%(ids)s)
                        RETURNING indicator_id, partner_id, company_id)
                       INSERT INTO crl_indicator_history (
                              indicator_id, partner_id, company_id, week, dedup_key)
                       SELECT g.indicator_id, g.partner_id, g.company_id, %(week)s,
                              %(key)s
                         FROM gone g
                           ON CONFLICT (dedup_key) DO UPDATE
                          SET raw = NULL, score = NULL""",
                    ids=ids,
                    week=week,
                    key=self._get_history_key_sql("g", week),
                )
            )

    @api.model
    def _get_history_key_sql(self, alias, week):
        return SQL(
            "%s || ':' || %s || ':' || %s",
            SQL.identifier(alias, "indicator_id"),
            SQL.identifier(alias, "partner_id"),
            str(week),
        )

    @api.model
    def _score_again(self, indicators, within):
        """Judge the values of some customers by the thresholds of today; what was given
        goes to the company of today, too. Who moves is measured anew."""
        today = indicators._get_company()._crl_today()
        score = self._get_score_sql(self._get_raw_sql(SQL("v.raw"), "v", today))
        company = SQL(
            """CASE v.source WHEN 'computed' THEN v.company_id
                    ELSE COALESCE(i.company_id, (SELECT p.company_id
                           FROM res_partner p WHERE p.id = v.partner_id)) END"""
        )
        self.env.execute_query(
            SQL(
                """UPDATE crl_indicator_value v
                      SET score = %(score)s, company_id = %(company)s,
                          date = CASE v.source WHEN 'computed' THEN %(now)s
                                 ELSE v.date END
                     FROM crl_indicator i
                    WHERE i.id = v.indicator_id AND %(within)s
                      AND v.indicator_id = ANY(%(indicators)s)
                      AND (v.score IS DISTINCT FROM %(score)s
                        OR v.company_id IS DISTINCT FROM %(company)s)""",
                score=score,
                company=company,
                now=fields.Datetime.now(),
                indicators=indicators.ids,
                within=within(SQL("v.partner_id")),
            )
        )

    @api.model
    def _keep_history(self, indicators, within, week):
        """Put the scores that are not in the history yet under a week.

        :param week: its Monday
        """
        today = indicators._get_company()._crl_today()
        self.env.execute_query(
            SQL(
                """WITH moved AS (
                       UPDATE crl_indicator_value v SET history_score = v.score
                        WHERE v.indicator_id = ANY(%(indicators)s) AND %(within)s
                          AND v.history_score IS DISTINCT FROM v.score
                    RETURNING v.indicator_id, v.partner_id, v.company_id,
                              %(raw)s AS raw, v.score)
                   INSERT INTO crl_indicator_history AS h (
                          indicator_id, partner_id, company_id, week, raw, score,
                          dedup_key)
                   SELECT m.indicator_id, m.partner_id, m.company_id, %(week)s, m.raw,
                          m.score, %(key)s
                     FROM moved m
                       ON CONFLICT (dedup_key) DO UPDATE
                      SET raw = EXCLUDED.raw, score = EXCLUDED.score
                RETURNING h.id""",
                indicators=indicators.ids,
                within=within(SQL("v.partner_id")),
                week=week,
                raw=self._get_raw_sql(SQL("v.raw"), "v", today),
                key=self._get_history_key_sql("m", week),
            )
        )
