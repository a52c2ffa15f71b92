from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ..tools import health
from .crl_relationship_assessed import TREND_DAYS

#: Points an indicator must have moved to be worth a line.
WORTH_TELLING = 1


class CrlRelationship(models.Model):
    """Why the health is what it is: what counts, what moved, and what would help."""

    _inherit = "crl.relationship"

    health_panel = fields.Json("Why", compute="_compute_health_panel")

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_health_panel(self):
        for relationship in self:
            # sudo: who sees the score sees what it is made of, but nobody's words
            relationship.health_panel = relationship.sudo()._get_health_panel()

    def _get_health_panel(self):
        """What the panel draws, in the user's words and numbers.

        Points are of 100. ``share`` is the part of the score an indicator makes up, in
        per cent, ``pull`` the points it takes off.
        """
        self.ensure_one()
        limits = self._get_health_company()._crl_get_health_limits()
        no_company = self.env["res.company"]
        known = self._get_measured()
        measures = [measure for __, __, measure in known]
        scored = health.assess(measures, limits)
        pulls = health.get_pulls(measures)
        weight = sum(m.weight for m in measures if m.key in pulls)
        bands = dict(self._fields["band"]._description_selection(self.env))
        lines = [
            {
                "id": indicator.id,
                "name": indicator.name,
                "value": indicator._tell_raw(value.raw) if value else "",
                "date": format_date(self.env, value.date) if value else "",
                "stale": bool(value) and measure.score is None,
                "score": round(measure.score) if measure.score is not None else None,
                "band": health.get_band(measure.score, limits),
                "share": round(100 * measure.weight / weight)
                if measure.key in pulls and weight
                else 0,
                "pull": round(pulls.get(measure.key, 0), 1),
                "knocks_out": bands[measure.knock_out] if measure.knocks_out else "",
            }
            for indicator, value, measure in known
            # what another company measures counts, but is not for everybody to see
            if indicator.company_id in (*self.env.user.company_ids, no_company)
        ]
        lines.sort(key=lambda line: (not line["knocks_out"], -line["pull"]))
        return {
            "id": self.id,
            "score": scored.score,
            "calculated": bands.get(scored.band, ""),
            "band": self.band or "",
            "band_text": bands.get(self.band, self.env._("Unknown")),
            "trend": self.trend or "",
            "trend_text": self._get_trend_text(scored.score),
            "confidence": round(scored.confidence),
            "override": self._tell_override(),
            "lines": lines,
            "changes": self._get_changes(known),
            "remedies": self._get_remedies(known, limits, scored),
            "can_act": self.env.user.has_group(
                "crl_retention.crl_retention_group_user"
            ),
        }

    def _get_health_company(self):
        """Whose limits hold for the customer."""
        return self.company_id or self.env["res.company"]._get_main_company()

    def _get_measured(self):
        """The indicators that hold for the customer: ``[(indicator, value or none,
        health.Measure)]``."""
        of_company = [("company_id", "in", (self.company_id.id, False))]
        indicators = self.env["crl.indicator"].search(
            of_company if self.company_id else []
        )
        values = self.env["crl.indicator.value"].search(
            [("partner_id", "=", self.partner_id.id)]
        )
        by_indicator = {value.indicator_id: value for value in values}
        known = []
        for indicator in indicators:
            value = by_indicator.get(indicator, values.browse())
            if not value and not indicator.weight:
                continue
            score = value.score if value and not value.is_stale else None
            known.append(
                (
                    indicator,
                    value,
                    health.Measure(
                        indicator.id,
                        indicator.weight,
                        score,
                        indicator.knock_out or "",
                        indicator.knock_out_score,
                    ),
                )
            )
        return known

    def _tell_override(self):
        if not self.override_band:
            return ""
        field = self._fields["override_reason"]
        # why is in a rep's own words, which marketing does not read
        may_read = self.sudo(False)._has_field_access(field, "read")
        return self.env._(
            "Set by %(user)s until %(day)s: %(reason)s",
            user=self.override_user_id.name or "",
            day=format_date(self.env, self.override_until),
            reason=may_read and self.override_reason or "–",
        )

    # ---- What changed ----

    def _get_before(self):
        """The scores of four weeks ago: ``{indicator id, None for all: score}``. Days
        that are counted went on from the Monday of their line until then."""
        day = self._get_health_company()._crl_today() - timedelta(days=TREND_DAYS)
        days = SQL("GREATEST(h.raw + (%s::date - h.week), 0)", day)
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (h.indicator_id) h.indicator_id,
                          CASE WHEN i.source = 'computed' AND i.method IS NULL
                                AND i.aggregate = 'days_since'
                                AND h.raw IS NOT NULL AND h.score IS NOT NULL
                               THEN %(score)s ELSE h.score END
                     FROM crl_indicator_history h
                LEFT JOIN crl_indicator i ON i.id = h.indicator_id
                    WHERE h.partner_id = %(partner)s AND h.week <= %(day)s
                 ORDER BY h.indicator_id, h.week DESC""",
                score=self.env["crl.indicator.value"]._get_score_sql(days),
                partner=self.partner_id.id,
                day=day,
            )
        )
        return {row[0]: row[1] for row in rows if row[1] is not None}

    def _get_trend_text(self, score):
        before = self._get_before().get(None)
        if score is None or before is None:
            return ""
        return self.env._(
            "%(before)s four weeks ago", before=formatLang(self.env, before, digits=0)
        )

    def _get_changes(self, known):
        """What moved in four weeks, what weighs most first."""
        before = self._get_before()
        moved = [
            {
                "id": indicator.id,
                "name": indicator.name,
                "before": round(before[indicator.id]),
                "now": round(measure.score),
                "is_better": measure.score > before[indicator.id],
                "effect": abs(measure.score - before[indicator.id]) * measure.weight,
            }
            for indicator, __, measure in known
            if measure.score is not None
            and abs(measure.score - before.get(indicator.id, measure.score))
            >= WORTH_TELLING
        ]
        return sorted(moved, key=lambda change: -change.pop("effect"))
