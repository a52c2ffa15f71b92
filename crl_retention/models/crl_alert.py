from odoo import api, fields, models
from odoo.exceptions import UserError

from .crl_relationship import BANDS, TRENDS

ALERT_REASONS = [
    ("band", "At risk"),
    ("knock_out", "Knock-out"),
    ("limit", "Limit reached"),
]
ALERT_STATES = [("open", "Open"), ("snoozed", "Snoozed"), ("done", "Done")]


class CrlAlert(models.Model):
    """A customer about to be lost, and why: one for each customer and reason.

    It opens when the reason is there (``crl_alert_opening.py``) and closes by itself
    when it is gone. Until then ``dedup_key`` keeps a second one from opening, also
    where somebody put it off or said that it is done.
    """

    _name = "crl.alert"
    _description = "Retention Alert"
    _inherit = ["crl.actor"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", ondelete="restrict")
    user_id = fields.Many2one("res.users", "Owner", index="btree_not_null")
    reason = fields.Selection(ALERT_REASONS, required=True)
    indicator_id = fields.Many2one(
        "crl.indicator", index="btree_not_null", ondelete="cascade"
    )
    cadence_id = fields.Many2one(
        "crl.cadence",
        "Procedure of the Limit",
        index="btree_not_null",
        ondelete="cascade",
    )
    state = fields.Selection(
        ALERT_STATES, required=True, default="open", group_expand=True
    )
    date = fields.Datetime("Since", required=True, default=fields.Datetime.now)
    date_done = fields.Datetime("Done On")
    snooze_until = fields.Date("Put Off Until")
    note = fields.Char(help="What was said when it was put off or done.")
    activity_id = fields.Many2one(
        "mail.activity", index="btree_not_null", ondelete="set null"
    )
    enrollment_id = fields.Many2one(
        "crl.enrollment",
        "Started",
        index="btree_not_null",
        ondelete="set null",
        help="The procedure the alert began for the customer.",
    )
    date_started = fields.Datetime(help="When procedures were asked to begin.")
    dedup_key = fields.Char(copy=False)

    band = fields.Selection(BANDS, compute="_compute_facts")
    score = fields.Float("Health", digits=(5, 2), compute="_compute_facts")
    trend = fields.Selection(TRENDS, compute="_compute_facts")
    title = fields.Char("Why", compute="_compute_title")

    _dedup_key_uniq = models.UniqueIndex(
        "(dedup_key) WHERE dedup_key IS NOT NULL",
        "There is an alert of this customer for the same reason already.",
    )
    _not_started = models.Index("(id) WHERE state = 'open' AND date_started IS NULL")
    _snoozed = models.Index("(snooze_until) WHERE state = 'snoozed'")
    # the list: those that are open, the latest first
    _state_date = models.Index("(state, date, id)")

    def _compute_facts(self):
        # sudo: who sees the alert sees the relationship it is about
        rows = self.sudo().partner_id.crl_relationship_id
        facts = {row.partner_id.id: row for row in rows}
        for alert in self:
            row = facts.get(alert.partner_id.id, rows.browse())
            alert.band, alert.score, alert.trend = row.band, row.score, row.trend

    @api.depends_context("lang")
    @api.depends("reason", "indicator_id.name", "indicator_id.knock_out")
    def _compute_title(self):
        for alert in self:
            # sudo: the name of what was measured is no secret to who sees the alert
            alert.title = alert.sudo()._get_title()

    def _get_title(self):
        self.ensure_one()
        if self.reason == "band":
            return self.env._("The health is at risk")
        if self.reason == "limit":
            return self.env._("Limit reached: %s", self.indicator_id.name)
        if self.indicator_id.knock_out == "watch":
            return self.env._("To watch: %s", self.indicator_id.name)
        return self.env._("At risk: %s", self.indicator_id.name)

    # ---- Verbs ----

    def action_snooze(self, until, reason=None):
        """Put alerts off: they come back on the day, if the reason is still there.

        :param until: local day (or its ISO text), after today
        :raises UserError: for a day that is past, and for alerts that are done
        """
        alerts = self._as_engine()
        until, reason = self._check_day(until), self._check_text(reason, 500)
        for alert in alerts:
            today = (alert.company_id or self.env.company)._crl_today()
            if not until or until <= today:
                raise UserError(self.env._("Choose a day after today."))
            alert._check_live()
        alerts._drop_activities()
        alerts.write({"state": "snoozed", "snooze_until": until, "note": reason})
        alerts._log("snoozed", reason)
        return True

    def action_done(self, reason=None):
        """Say that what was needed is done; there is no new alert until the reason was
        gone and comes back."""
        alerts = self._as_engine()
        reason = self._check_text(reason, 500)
        for alert in alerts:
            alert._check_live()
        alerts._drop_activities()
        alerts.write(
            {
                "state": "done",
                "date_done": fields.Datetime.now(),
                "snooze_until": False,
                "note": reason or False,
            }
        )
        alerts._log("alert_done", reason)
        return True

    def action_wake(self):
        """Take back that alerts were put off."""
        alerts = self._as_engine().filtered(lambda alert: alert.state == "snoozed")
        alerts._wake()
        return True

    def action_open_partner(self):
        self._check_one(self)
        return self.partner_id._crl_open()

    def _check_live(self):
        if self.state == "done":
            raise UserError(
                self.env._(
                    "The alert of %s is done already.", self.partner_id.display_name
                )
            )

    def _log(self, rule, reason=None):
        notes = {
            alert.id: " – ".join(filter(None, [alert.title, reason])) for alert in self
        }
        self.env["crl.touchpoint.log"]._log(self, "health", rule, notes)

    # ---- What follows ----

    def _wake(self):
        self.write({"state": "open", "snooze_until": False})
        self._give_activities()

    def _close(self):
        """The reason is gone."""
        self._drop_activities()
        self.write(
            {
                "state": "done",
                "date_done": fields.Datetime.now(),
                "snooze_until": False,
                "dedup_key": False,
            }
        )

    def _drop_activities(self):
        """Take the activity off the owner's list where nothing else calls for it."""
        activities = self.activity_id
        others = self.search(
            [
                ("activity_id", "in", activities.ids),
                ("state", "=", "open"),
                ("id", "not in", self.ids),
            ]
        )
        self.activity_id = False
        done = (activities - others.activity_id).filtered("active")
        done.with_context(crl_engine=True).unlink()
