from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Days a score is compared over.
TREND_DAYS = 28


class CrlRelationship(models.Model):
    """``tools/health.py`` as SQL: the health of any number of customers."""

    _inherit = "crl.relationship"

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

        :param within: as of ``get_within`` of indicators
        :param rules: a query for other weights and knock-outs to try
        :param score: how a value scores, where it is tried
        """
        return SQL(
            """
            WITH rules AS NOT MATERIALIZED (
                SELECT i.*, CASE i.knock_out WHEN 'at_risk' THEN 0
                                             WHEN 'watch' THEN 1 END AS cap,
                       COALESCE(i.knock_out_score, 0) AS cap_score,
                       %(now)s - make_interval(days => NULLIF(i.valid_days, 0))
                           AS valid_from
                  FROM (%(rules)s) i
            ),
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
                       MIN(i.cap) FILTER (WHERE %(score)s <= i.cap_score) AS knocked
                  FROM crl_indicator_value v
                  JOIN rules i ON i.id = v.indicator_id
                 WHERE %(values)s AND %(of_company)s
                   AND (v.date < i.valid_from) IS NOT TRUE
              GROUP BY v.partner_id
            )
            SELECT a.id, a.partner_id, a.company_id, a.score, a.confidence,
                   a.old_score, a.old_band, a.old_trend, a.old_confidence,
                   COALESCE(a.override_band, CASE
                       WHEN a.knocked = 0 OR a.score <= l.at_risk THEN 'at_risk'
                       WHEN a.knocked = 1 OR a.score <= l.watch THEN 'watch'
                       WHEN a.score IS NOT NULL THEN 'healthy' END) AS band
              FROM (
                SELECT r.id, r.partner_id, r.override_band, s.knocked,
                       COALESCE(r.company_id, %(main)s) AS company_id,
                       r.score AS old_score, r.band AS old_band,
                       r.trend AS old_trend, r.confidence AS old_confidence,
                       ROUND((s.points / NULLIF(s.weight, 0))::numeric, 2) AS score,
                       NULLIF(ROUND((100 * s.weight / NULLIF(w.weight, 0))::numeric),
                              0)::int AS confidence
                  FROM crl_relationship r
             LEFT JOIN scored s ON s.partner_id = r.partner_id
             LEFT JOIN weights w ON w.company_id = COALESCE(r.company_id, 0)
                 WHERE %(relationships)s
                       -- the score is worked out once a customer
                       OFFSET 0) a
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
