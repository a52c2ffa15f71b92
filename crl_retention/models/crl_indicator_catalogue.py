from odoo import fields, models
from odoo.tools import SQL

from .crl_cadence_step import HUMAN_CHANNELS
from .crl_case import VISIT_KINDS
from .crl_touchpoint_consent import MAX_BOUNCES
from .crl_touchpoint_verbs import RETRY_OUTCOMES

#: What each method rests on, by model: the dates that count only within the window, or
#: until they are over. One that is not here is measured for everybody every night.
MOMENTS = {
    "_crl_indicator_last_verdicts": {"crl.touchpoint": ["feedback_date", "date_done"]},
    "_crl_indicator_complaint": {"crl.case": ["date_open"]},
    "_crl_indicator_missed_visit": {
        "crl.case": ["date_closed", "deadline"],
        "crl.touchpoint": [],
    },
    "_crl_indicator_unanswered": {"crl.touchpoint": ["date_done"]},
    "_crl_indicator_reachable": {"crl.touchpoint": []},
    "_crl_indicator_response": {"crl.case": ["date_open"], "crl.touchpoint": []},
    "_crl_indicator_promises": {"crl.case": ["date_closed", "deadline"]},
}


class CrlIndicator(models.Model):
    """What the shipped indicators measure that a definition cannot say.

    Each method takes ``within`` (see ``_get_found_sql``) and returns ``partner_id,
    raw`` as SQL. A bridge adds its own, named like these, and a record with the name.
    """

    _inherit = "crl.indicator"

    def _get_scope_sql(self, alias, moment=None):
        """That a row is of the indicator's company, and not older than its window."""
        terms = [SQL("TRUE")]
        if self.company_id:
            company = SQL.identifier(alias, "company_id")
            terms.append(SQL("%s = %s", company, self.company_id.id))
        since = self._get_since()
        if moment and since:
            terms.append(SQL("%s >= %s", moment, since))
        return SQL(" AND ").join(terms)

    def _crl_indicator_last_verdicts(self, within):
        """Mean of the last three verdicts: content is 100, so-so 50, unhappy 0."""
        moment = SQL("COALESCE(t.feedback_date, t.date_done)")
        return SQL(
            """SELECT partner_id,
                      AVG(CASE verdict WHEN 'positive' THEN 100
                                       WHEN 'neutral' THEN 50 ELSE 0 END) AS raw
                 FROM (SELECT t.partner_id, t.verdict, ROW_NUMBER() OVER (
                              PARTITION BY t.partner_id
                              ORDER BY %s DESC, t.id DESC) AS place
                         FROM crl_touchpoint t
                        WHERE t.verdict IS NOT NULL AND %s AND %s) AS latest
                WHERE place <= 3
             GROUP BY partner_id""",
            moment,
            within(SQL("t.partner_id")),
            self._get_scope_sql("t", moment),
        )

    def _crl_indicator_complaint(self, within):
        """2 while a customer who is unhappy or complained waits for the answer, 1 when
        one did within the window."""
        return SQL(
            """SELECT c.partner_id, MAX(
                      CASE WHEN c.state IN ('open', 'planned') THEN 2 ELSE 1 END) AS raw
                 FROM crl_case c
                WHERE c.kind IN %s AND c.state != 'cancelled' AND %s
                  AND (c.state IN ('open', 'planned') OR %s)
             GROUP BY c.partner_id""",
            VISIT_KINDS,
            within(SQL("c.partner_id")),
            self._get_scope_sql("c", SQL("c.date_open")),
        )

    def _crl_indicator_missed_visit(self, within):
        """2 while a visit that was due within 48 hours is still owed, 1 when one came
        late, or never, within the window."""
        return SQL(
            """SELECT c.partner_id, MAX(
                      CASE WHEN c.state IN ('open', 'planned') THEN 2 ELSE 1 END) AS raw
                 FROM crl_case c
            LEFT JOIN crl_touchpoint v ON v.id = c.visit_id
                WHERE c.kind IN %(kinds)s AND %(within)s AND (
                      c.state IN ('open', 'planned') AND c.deadline < %(now)s
                      AND NOT COALESCE(
                          v.state = 'done' AND v.outcome = 'reached', FALSE)
                   OR c.state IN ('recovered', 'not_recovered')
                      AND c.on_time IS NOT TRUE AND %(scope)s)
             GROUP BY c.partner_id""",
            kinds=VISIT_KINDS,
            within=within(SQL("c.partner_id")),
            now=fields.Datetime.now(),
            scope=self._get_scope_sql("c", SQL("c.date_closed")),
        )

    def _crl_indicator_unanswered(self, within):
        """Messages and vain tries since we last met or heard of the customer."""
        return SQL(
            """SELECT partner_id, COUNT(*) FILTER (
                      WHERE (heard IS NULL OR date_done > heard)
                        AND (state = 'done' AND channel NOT IN %(human)s
                             OR outcome IN %(vain)s)) AS raw
                 FROM (SELECT t.partner_id, t.date_done, t.state, t.channel, t.outcome,
                              MAX(GREATEST(t.feedback_date, CASE
                                  WHEN t.channel IN %(human)s AND t.outcome = 'reached'
                                  THEN t.date_done END)
                              ) OVER (PARTITION BY t.partner_id) AS heard
                         FROM crl_touchpoint t
                        WHERE t.state IN ('done', 'failed') AND %(within)s
                          AND %(scope)s) AS contacts
             GROUP BY partner_id""",
            human=tuple(HUMAN_CHANNELS),
            vain=RETRY_OUTCOMES,
            within=within(SQL("t.partner_id")),
            scope=self._get_scope_sql("t", SQL("t.date_done")),
        )

    def _crl_indicator_reachable(self, within):
        """1 when the customer, or one of its people, has an email or a phone that
        works; else 0."""
        return SQL(
            """SELECT p.commercial_partner_id AS partner_id, MAX(CASE
                      WHEN p.email_normalized IS NOT NULL
                           AND COALESCE(p.message_bounce, 0) < %(bounces)s
                           AND NOT EXISTS (SELECT 1 FROM crl_touchpoint d
                                  WHERE d.dead_address = p.email_normalized) THEN 1
                      WHEN p.phone_sanitized IS NOT NULL
                           AND NOT EXISTS (SELECT 1 FROM crl_touchpoint d
                                  WHERE d.dead_address = p.phone_sanitized) THEN 1
                      ELSE 0 END) AS raw
                 FROM res_partner p
                WHERE p.active AND %(within)s
             GROUP BY p.commercial_partner_id""",
            bounces=MAX_BOUNCES,
            within=within(SQL("p.commercial_partner_id")),
        )

    def _crl_indicator_response(self, within):
        """Hours from an unhappy word to the visit that answered it, on average."""
        return SQL(
            """SELECT c.partner_id,
                      AVG(GREATEST(EXTRACT(EPOCH FROM v.date_done - c.date_open), 0)
                          / 3600) AS raw
                 FROM crl_case c
                 JOIN crl_touchpoint v ON v.id = c.visit_id
                WHERE v.state = 'done' AND v.outcome = 'reached'
                  AND c.kind IN %s AND %s AND %s
             GROUP BY c.partner_id""",
            VISIT_KINDS,
            within(SQL("c.partner_id")),
            self._get_scope_sql("c", SQL("c.date_open")),
        )

    def _crl_indicator_promises(self, within):
        """Promises that were broken, kept late, or are late now, within the window."""
        return SQL(
            """SELECT c.partner_id, COUNT(*) AS raw
                 FROM crl_case c
                WHERE c.kind = 'promise' AND %(within)s AND (
                      c.state IN ('open', 'planned') AND c.deadline < %(now)s
                   OR (c.state = 'not_recovered'
                       OR c.state = 'recovered' AND c.on_time IS NOT TRUE)
                      AND %(scope)s)
             GROUP BY c.partner_id""",
            within=within(SQL("c.partner_id")),
            now=fields.Datetime.now(),
            scope=self._get_scope_sql("c", SQL("c.date_closed")),
        )
