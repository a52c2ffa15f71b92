from odoo import api, models
from odoo.tools import SQL

from ..tools.columns import array, columns


class CrlIndicatorValue(models.Model):
    """Values that people or other systems give: the newest stands."""

    _inherit = "crl.indicator.value"

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
