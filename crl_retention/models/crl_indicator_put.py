from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.columns import array, columns


class CrlIndicatorValue(models.Model):
    """How values get into the table: many at once, and only those that change."""

    _inherit = "crl.indicator.value"

    @api.model
    def _put_computed(self, indicators, within, week):
        """Measure indicators anew for some customers: what changed is written, what a
        customer does not have any more goes.

        What is the same is left out by the query that measures.

        :param within: see ``crl.indicator._get_found_sql``
        :param week: the next Monday, when who has no value any more is to have none
            in the history either
        :returns: ids of the customers with other values than before
        """
        measured, readings = indicators._share_readings(within)
        rows = self.env.execute_query(
            SQL(
                "%s %s",
                SQL("WITH %s", SQL(", ").join(readings)) if readings else SQL(),
                SQL(" UNION ALL ").join(
                    self._get_changed_sql(indicator, within, measured.get(indicator.id))
                    for indicator in indicators
                ),
            )
        )
        if rows:
            self._write_computed([row for row in rows if row[5] is not None])
            self._drop([row[0] for row in rows if row[5] is None], week)
        return [row[1] for row in rows]

    @api.model
    def _get_changed_sql(self, indicator, within, measured):
        """A query for the customers with another value of an indicator than what is
        stored: ``id, partner_id, indicator_id, raw, since, score, company_id``."""
        return SQL(
            """
            SELECT v.id, m.partner_id, m.indicator_id, m.raw, m.since, m.score,
                   m.company_id
              FROM (SELECT f.indicator_id, f.partner_id, f.since,
                           CASE WHEN f.since IS NULL THEN f.raw END AS raw,
                           CASE WHEN f.raw IS NOT NULL THEN %(score)s END AS score,
                           CASE WHEN f.raw IS NOT NULL
                                THEN COALESCE(i.company_id, f.company_id)
                           END AS company_id,
                           CASE WHEN f.raw IS NOT NULL THEN 'computed' END AS source
                      FROM (%(found)s) f
                      JOIN crl_indicator i ON i.id = f.indicator_id) m
         LEFT JOIN crl_indicator_value v
                ON v.partner_id = m.partner_id AND v.indicator_id = %(indicator)s
               AND %(within)s
             WHERE (v.raw, v.since, v.score, v.company_id, v.source)
                   IS DISTINCT FROM
                   (m.raw, m.since, m.score, m.company_id, m.source)
            """,
            score=self._get_score_sql(SQL("f.raw")),
            found=indicator._get_found_sql(within, measured),
            indicator=indicator.id,
            within=within(SQL("v.partner_id")),
        )

    @api.model
    def _write_computed(self, rows):
        """:param rows: ``[(id or None, customer, indicator, raw, since, score,
            company)]``

        The ids are said twice: from an array in the condition the planner learns how
        many they are, and does not read the values of everybody to find them.
        """
        now = fields.Datetime.now()
        moved = [row for row in rows if row[0]]
        if moved:
            ids, __, __, *facts = columns(moved)
            self.env.execute_query(
                SQL(
                    """UPDATE crl_indicator_value v
                          SET raw = g.raw, since = g.since, score = g.score,
                              company_id = g.company_id, date = %(now)s,
                              source = 'computed', user_id = NULL, note = NULL
                         FROM UNNEST(%(ids)s::int[], %(facts)s)
                              AS g (id, raw, since, score, company_id)
                        WHERE v.id = g.id AND v.id = ANY(%(ids)s::int[])""",
                    now=now,
                    ids=ids,
                    facts=_cast(facts),
                )
            )
        made = [row[1:] for row in rows if not row[0]]
        if made:
            partners, measured, *facts = columns(made)
            self.env.execute_query(
                SQL(
                    """INSERT INTO crl_indicator_value (
                              partner_id, indicator_id, raw, since, score, company_id,
                              date, source, dedup_key)
                       SELECT g.*, %s, 'computed', indicator_id || ':' || partner_id
                         FROM UNNEST(%s::int[], %s::int[], %s)
                              AS g (partner_id, indicator_id, raw, since, score,
                                    company_id)
                           ON CONFLICT (dedup_key) DO UPDATE
                          SET raw = EXCLUDED.raw, since = EXCLUDED.since,
                              score = EXCLUDED.score, date = EXCLUDED.date,
                              company_id = EXCLUDED.company_id,
                              source = EXCLUDED.source""",
                    now,
                    partners,
                    measured,
                    _cast(facts),
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
                        RETURNING indicator_id, partner_id, company_id, history_score)
                       INSERT INTO crl_indicator_history (
                              indicator_id, partner_id, company_id, week, dedup_key)
                       SELECT g.indicator_id, g.partner_id, g.company_id, %(week)s,
                              %(key)s
                         FROM gone g WHERE g.history_score IS NOT NULL
                           ON CONFLICT (dedup_key) DO NOTHING RETURNING NULL""",
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
    def _put_given(self, rows, companies, source, note=None):
        """Write values that people or other systems give, in one statement.

        :param rows: ``[(indicator id, customer id, raw, date)]``, each pair but once
        :param companies: ``{customer id: id of its company}``
        :returns: for each row ``created``, ``updated``, ``unchanged``, or ``outdated``
            when there is a newer value
        """
        if not rows:
            return []
        self.env.flush_all()
        indicators, partners, raws, dates = columns(rows)
        written = self.env.execute_query(
            SQL(
                """
                INSERT INTO crl_indicator_value AS v (
                       indicator_id, partner_id, raw, score, company_id, date, user_id,
                       source, note, dedup_key)
                SELECT g.indicator_id, g.partner_id, g.raw, %(score)s,
                       COALESCE(i.company_id, g.company_id), g.date, %(user)s,
                       %(source)s, %(note)s, g.indicator_id || ':' || g.partner_id
                  FROM UNNEST(%(indicators)s::int[], %(partners)s::int[],
                              %(raws)s::double precision[], %(dates)s::timestamp[],
                              %(companies)s::int[])
                       AS g (indicator_id, partner_id, raw, date, company_id)
                  JOIN crl_indicator i ON i.id = g.indicator_id
                    ON CONFLICT (dedup_key) DO UPDATE
                   SET raw = EXCLUDED.raw, since = NULL, score = EXCLUDED.score,
                       company_id = EXCLUDED.company_id, date = EXCLUDED.date,
                       user_id = EXCLUDED.user_id, source = EXCLUDED.source,
                       note = EXCLUDED.note
                 WHERE v.date <= EXCLUDED.date
                   AND (v.raw, v.date, v.source, v.note) IS DISTINCT FROM
                       (EXCLUDED.raw, EXCLUDED.date, EXCLUDED.source, EXCLUDED.note)
                -- a row nobody has locked or replaced yet is new
                RETURNING v.indicator_id, v.partner_id, v.xmax = 0
                """,
                indicators=indicators,
                partners=partners,
                raws=raws,
                dates=dates,
                companies=array(companies.get(row[1]) for row in rows),
                score=self._get_score_sql(SQL("g.raw")),
                source=source,
                note=note or None,
                user=self.env.uid,
            )
        )
        made = {(i, p): "created" if is_new else "updated" for i, p, is_new in written}
        newer = self._find_newer([row for row in rows if row[:2] not in made])
        statuses = [
            made.get(row[:2]) or ("outdated" if row[:2] in newer else "unchanged")
            for row in rows
        ]
        customers = self.env["res.partner"].browse({row[1] for row in written})
        # who has a value has a relationship
        new = {row[1] for row in written if row[2]}
        self.env["crl.relationship"]._ensure(
            customers.search(
                [("id", "in", list(new)), ("crl_relationship_id", "=", False)]
            )
        )
        customers.invalidate_recordset(["crl_indicator_value_ids"])
        self.invalidate_model()
        self.env["crl.indicator"]._values_changed(customers)
        return statuses

    @api.model
    def _find_newer(self, rows):
        """Those of rows, as of ``_put_given``, that have a newer value already, as
        ``{(indicator id, customer id)}``."""
        if not rows:
            return set()
        indicators, partners, __, dates = columns(rows)
        return set(
            self.env.execute_query(
                SQL(
                    """SELECT v.indicator_id, v.partner_id
                         FROM UNNEST(%s::int[], %s::int[], %s::timestamp[])
                              AS g (indicator_id, partner_id, date)
                         JOIN crl_indicator_value v
                           ON v.indicator_id = g.indicator_id
                          AND v.partner_id = g.partner_id
                        WHERE v.date > g.date""",
                    indicators,
                    partners,
                    dates,
                )
            )
        )

    @api.model
    def _score_again(self, indicators, within):
        """Judge the values of some customers by the thresholds of today.

        :returns: ids of the customers with other scores than before
        """
        today = indicators._get_company()._crl_today()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crl_indicator_value v
                      SET score = %(score)s,
                          company_id = COALESCE(i.company_id, p.company_id)
                     FROM crl_indicator i, res_partner p
                    WHERE i.id = v.indicator_id AND p.id = v.partner_id
                      AND i.id = ANY(%(indicators)s) AND %(within)s
                      AND (v.score, v.company_id) IS DISTINCT FROM
                          (%(score)s, COALESCE(i.company_id, p.company_id))
                RETURNING v.partner_id""",
                score=self._get_score_sql(self._get_raw_sql(SQL("v.raw"), "v", today)),
                indicators=indicators.ids,
                within=within(SQL("v.partner_id")),
            )
        )
        return [row[0] for row in rows]

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


def _cast(facts):
    """Arrays of raw values, days, scores and companies, as SQL."""
    return SQL(
        "%s::double precision[], %s::date[], %s::double precision[], %s::int[]", *facts
    )
