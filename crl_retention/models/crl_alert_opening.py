from odoo import api, fields, models
from odoo.tools import SQL

#: Activities one owner gets at a time; the rest of a flood is in the list of alerts.
MAX_ACTIVITIES = 20


class CrlAlert(models.Model):
    """When an alert opens, comes back, and closes."""

    _inherit = "crl.alert"

    @api.model
    def _sort_due(self, within, limits):
        """Open the alerts there is a reason for, and close those whose reason is gone.

        - a customer who has been at risk for the company's days;
        - a value that knocks out, at once;
        - a value at or below the limit a procedure starts at, at once.

        Where somebody set the band by hand, only that counts.

        :param within: which customers, as of ``get_within`` of indicators
        :param limits: those of the companies, as of ``_get_limits`` there
        """
        now = fields.Datetime.now()
        watched = self._get_watched()
        rows = self.env.execute_query(
            SQL(
                """
                WITH limits AS (%(limits)s),
                watched AS (
                    SELECT id, company_id, valid_days, 'knock_out' AS reason,
                           COALESCE(knock_out_score, 0) AS score,
                           NULL::int AS cadence_id
                      FROM crl_indicator WHERE active AND knock_out IS NOT NULL
                     UNION ALL
                    SELECT i.id, i.company_id, i.valid_days, 'limit',
                           COALESCE(c.start_score, 0), c.id
                      FROM crl_cadence c
                      JOIN crl_indicator i ON i.id = c.start_indicator_id AND i.active
                     WHERE c.active AND c.start_on = 'indicator'
                ),
                reached AS (
                    SELECT v.partner_id, w.id AS indicator_id, w.company_id, w.reason,
                           w.cadence_id
                      FROM crl_indicator_value v
                      JOIN watched w ON w.id = v.indicator_id AND v.score <= w.score
                     WHERE %(values)s AND v.indicator_id = ANY(%(watched)s)
                       AND (COALESCE(w.valid_days, 0) = 0
                         OR v.date + make_interval(days => w.valid_days) >= %(now)s)
                    OFFSET 0
                ),
                reasons AS (
                    SELECT r.partner_id, r.company_id, r.user_id, 'band' AS reason,
                           NULL::int AS indicator_id, NULL::int AS cadence_id,
                           r.band_since
                             <= %(now)s - make_interval(days => l.alert_days) AS is_due
                      FROM crl_relationship r
                      JOIN limits l
                        ON l.company_id = COALESCE(r.company_id, %(main)s)
                     WHERE %(relationships)s AND r.band = 'at_risk'
                     UNION ALL
                    SELECT r.partner_id, r.company_id, r.user_id, w.reason,
                           w.indicator_id, w.cadence_id, TRUE
                      FROM reached w
                      JOIN crl_relationship r ON r.partner_id = w.partner_id
                       AND COALESCE(w.company_id, r.company_id, 0)
                         = COALESCE(r.company_id, w.company_id, 0)
                     WHERE r.override_band IS NULL
                ),
                keyed AS (
                    SELECT n.*, CONCAT_WS(':', n.partner_id, n.reason, n.indicator_id,
                                          n.cadence_id) AS dedup_key
                      FROM reasons n
                      JOIN res_partner p ON p.id = n.partner_id AND p.active
                ),
                closed AS (
                    UPDATE crl_alert a
                       SET state = 'done', dedup_key = NULL, snooze_until = NULL,
                           date_done = COALESCE(a.date_done, %(now)s)
                     WHERE %(alerts)s AND a.dedup_key IS NOT NULL
                       AND NOT EXISTS (SELECT 1 FROM keyed k
                                        WHERE k.dedup_key = a.dedup_key)
                 RETURNING a.id, a.activity_id
                ),
                opened AS (
                    INSERT INTO crl_alert
                                (partner_id, company_id, user_id, reason, indicator_id,
                                 cadence_id, dedup_key, state, date, create_uid,
                                 create_date, write_uid, write_date)
                         SELECT k.partner_id, k.company_id, k.user_id, k.reason,
                                k.indicator_id, k.cadence_id, k.dedup_key, 'open',
                                %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                           FROM keyed k
                          WHERE k.is_due
                       ORDER BY k.partner_id
                    ON CONFLICT (dedup_key) WHERE dedup_key IS NOT NULL DO NOTHING
                      RETURNING id
                )
                SELECT id, FALSE, NULL FROM opened
                 UNION ALL
                SELECT id, TRUE, activity_id FROM closed
                """,
                limits=limits,
                main=self.env["res.company"]._get_main_company().id,
                now=now,
                uid=self.env.uid,
                values=within(SQL("v.partner_id")),
                watched=watched,
                relationships=within(SQL("r.partner_id")),
                alerts=within(SQL("a.partner_id")),
            )
        )
        if not rows:
            return
        self.invalidate_model(flush=False)
        self.browse(row[0] for row in rows if row[1] and row[2])._drop_activities()
        self.browse(row[0] for row in rows if not row[1])._give_activities()

    @api.model
    def _get_watched(self):
        """Ids of the indicators that can be a reason: named one by one, they let the
        database find their values without reading those of all."""
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crl_indicator
                    WHERE active AND knock_out IS NOT NULL
                    UNION
                   SELECT start_indicator_id FROM crl_cadence
                    WHERE active AND start_on = 'indicator'"""
            )
        )
        return [row[0] for row in rows if row[0]]

    def _give_activities(self):
        """Put the customers on their owners' lists, the worst first, once a customer;
        who gets many at a time is told of the rest.

        Of a customer with an open case they know, and have the visit to do.
        """
        for alert in self.filtered(lambda alert: not alert.user_id.active):
            company = alert.company_id or self.env.company
            alert.user_id = alert.partner_id._crl_get_owner(company)
        wanted, by_key, left = {}, {}, {}
        for owner, alerts in self.grouped("user_id").items():
            if not owner:
                continue
            hand = owner.crl_cover_id or owner
            own = self.with_context(lang=owner.lang)
            alerts = alerts.filtered(
                lambda a: not a.partner_id.crl_relationship_id._has_complained()
            )
            customers = alerts.sorted(lambda a: (a.score, a.id)).grouped("partner_id")
            for partner, of_partner in list(customers.items())[:MAX_ACTIVITIES]:
                key = (partner, hand, own.env._("Look after them: at risk"))
                titles = of_partner.with_env(own.env).mapped("title")
                wanted[key], by_key[key] = "\n".join(titles), of_partner
            if len(customers) > MAX_ACTIVITIES:
                left[owner] = len(customers) - MAX_ACTIVITIES
        for key, activity in self.env["crl.touchpoint"]._ask(wanted).items():
            by_key[key].activity_id = activity
        for owner, count in left.items():
            own = self.with_context(lang=owner.lang)
            self.env["mail.thread"].message_notify(
                partner_ids=owner.partner_id.ids,
                subject=own.env._("More customers at risk: %s", count),
                body=own.env._("You find them under Retention, Customers, Alerts."),
                force_send=False,
            )

    def _hand_over(self, owner, company):
        """Give alerts to the salesperson and the company the customer has now."""
        moving = self.filtered(lambda alert: alert.user_id != owner)
        self.company_id = company
        moving.user_id = owner
        is_open = moving.filtered(lambda alert: alert.state == "open")
        is_open._drop_activities()
        is_open._give_activities()

    @api.model
    def _wake_due(self, limit):
        """Bring back the alerts that were put off until today or before.

        :returns: how many came back
        """
        days = {c._crl_today() for c in self.env["res.company"].search([])}
        alerts = self.search(
            [("state", "=", "snoozed"), ("snooze_until", "<=", max(days))],
            limit=limit,
            order="snooze_until, id",
        ).try_lock_for_update(allow_referencing=True)
        due = alerts.filtered(
            lambda alert: (
                alert.snooze_until
                <= (alert.company_id or self.env.company)._crl_today()
            )
        )
        self.env["crl.engine"]._isolate(due, "_wake")
        return len(due)
