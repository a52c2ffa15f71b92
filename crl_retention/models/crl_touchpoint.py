from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import transitions
from .crl_cadence_step import CHANNELS, HUMAN_CHANNELS, PURPOSES, SERVICE_CLASSES
from .crl_relationship import VERDICTS

STATES = [
    ("planned", "Planned"),
    ("open", "To do"),
    ("done", "Done"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: The same for the screens, where only people have something “to do”.
SITUATIONS = [*STATES[:2], ("on_way", "On its way"), *STATES[2:]]
OUTCOMES = [
    ("reached", "Reached"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
    ("call_back", "Call back later"),
    ("absent", "Absent"),
    ("refused", "Refused"),
]


class CrlTouchpoint(models.Model):
    """One contact with one customer, planned or done, whatever the channel.

    The record is the truth, its activity, mail or SMS only the hand. Users change
    contacts through the verbs of ``crl_touchpoint_verbs.py`` only; how one falls due
    is in ``crl_touchpoint_opening.py``, how messages go in
    ``crl_touchpoint_message.py``.
    """

    _name = "crl.touchpoint"
    _description = "Contact with a Customer"
    _inherit = ["crl.actor"]
    _order = "date_planned desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "res.partner", "Contact Person", index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one("res.company", required=True)
    enrollment_id = fields.Many2one(
        "crl.enrollment", index="btree_not_null", ondelete="restrict"
    )
    cadence_id = fields.Many2one(related="enrollment_id.cadence_id")
    campaign_id = fields.Many2one(
        "crl.campaign", index="btree_not_null", ondelete="restrict"
    )
    step_id = fields.Many2one(
        "crl.cadence.step", index="btree_not_null", ondelete="restrict"
    )
    stage_id = fields.Many2one(related="step_id.stage_id")
    cycle = fields.Integer(default=1)
    occurrence = fields.Integer("Which Time", default=1)
    channel = fields.Selection(CHANNELS, required=True)
    medium = fields.Selection(
        [("email", "Email"), ("sms", "SMS")],
        "Sent By",
        help="What a message really went by.",
    )
    purpose = fields.Selection(PURPOSES, default="service", required=True)
    service_class = fields.Selection(SERVICE_CLASSES, default="regular", required=True)
    user_id = fields.Many2one("res.users", "Owner", index="btree_not_null")
    date_planned = fields.Datetime("Planned", required=True, index=True)
    date_due = fields.Datetime(
        "Looked At Next",
        help="When the engine looks at the contact next. Empty: not by itself.",
    )
    date_done = fields.Datetime("Done On")
    is_fixed = fields.Boolean(
        "Keeps Its Day", help="Set by hand or by a new try: the procedure leaves it."
    )
    is_agreed = fields.Boolean(
        "Time Agreed", help="Somebody gave it this time: the order of a day keeps it."
    )
    attempt = fields.Integer("Tries", default=0)
    case_id = fields.Many2one("crl.case", index="btree_not_null", ondelete="set null")
    state = fields.Selection(STATES, default="planned", required=True)
    situation = fields.Selection(SITUATIONS, "Status", compute="_compute_situation")
    is_live = fields.Boolean("Still Ahead", compute="_compute_is_live")
    hold_reason = fields.Char("Waits Because")
    activity_id = fields.Many2one(
        "mail.activity", index="btree_not_null", ondelete="set null"
    )
    mail_message_id = fields.Many2one(
        "mail.message", "Message", index="btree_not_null", ondelete="set null"
    )
    outcome = fields.Selection(OUTCOMES)
    verdict = fields.Selection(VERDICTS)
    score = fields.Integer(help="From 1, very unhappy, to 5, very content. 0 = none.")
    cause_ids = fields.Many2many("crl.case.cause", string="Troubles")
    note = fields.Text()
    subject = fields.Char(
        "About", help="What a contact is for that no step and no case asks for."
    )
    feedback_date = fields.Datetime("Customer Answered")
    access_token = fields.Char(
        "Secret of the Link",
        copy=False,
        exportable=False,
        groups="base.group_system",
    )
    dedup_key = fields.Char("Key Against Doubles", copy=False, exportable=False)
    log_ids = fields.One2many("crl.touchpoint.log", "touchpoint_id")

    title = fields.Char("Contact", compute="_compute_title")
    case_words = fields.Text("What the Case Is About", related="case_id.description")
    phone = fields.Char(compute="_compute_phone")
    last_words = fields.Text(compute="_compute_last_words")

    _dedup_key_uniq = models.UniqueIndex(
        "(dedup_key) WHERE dedup_key IS NOT NULL", "This contact is planned already."
    )
    _access_token_uniq = models.UniqueIndex(
        "(access_token) WHERE access_token IS NOT NULL"
    )
    _score_range = models.Constraint(
        "CHECK(score BETWEEN 0 AND 5)", "The score goes from 1 to 5."
    )
    _due = models.Index("(date_due, id) WHERE state = 'planned'")
    _owner_day = models.Index(
        "(user_id, date_planned) WHERE state IN ('open', 'done', 'failed')"
    )
    _owner_open = models.Index("(user_id, date_planned, id) WHERE state = 'open'")
    _lost = models.Index("(id) WHERE state = 'open' AND activity_id IS NULL")

    @api.depends("state")
    def _compute_is_live(self):
        for touchpoint in self:
            touchpoint.is_live = touchpoint.state in ("planned", "open")

    @api.depends("state", "channel")
    def _compute_situation(self):
        for touchpoint in self:
            is_on_way = touchpoint.state == "open" and not touchpoint._is_human()
            touchpoint.situation = "on_way" if is_on_way else touchpoint.state

    @api.depends_context("lang")
    @api.depends("step_id.name", "channel", "case_id", "campaign_id.name", "subject")
    def _compute_title(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for touchpoint in self:
            touchpoint.title = touchpoint._get_title(channels)

    @api.depends_context("lang")
    @api.depends("title", "partner_id.display_name")
    def _compute_display_name(self):
        for touchpoint in self:
            touchpoint.display_name = self.env._(
                "%(what)s – %(customer)s",
                what=touchpoint.title,
                customer=touchpoint.partner_id.display_name,
            )

    def _get_title(self, channels=None):
        """What the contact is, in a few words."""
        self.ensure_one()
        if self.step_id:
            return self.step_id.name
        if self.case_id:
            return self.env._("Visit an unhappy customer")
        if self.campaign_id:
            # whoever may do the contact reads what it is for
            return self.campaign_id.sudo().name
        if self.subject:
            return self.subject
        channels = channels or dict(
            self._fields["channel"]._description_selection(self.env)
        )
        return channels.get(self.channel, "")

    @api.depends("contact_id.phone", "partner_id.phone")
    def _compute_phone(self):
        for touchpoint in self:
            touchpoint.phone = (
                touchpoint.contact_id.phone or touchpoint.partner_id.phone
            )

    def _compute_last_words(self):
        words = self._get_last_words()
        for touchpoint in self:
            touchpoint.last_words = words.get(touchpoint.partner_id.id)

    def _get_last_words(self):
        """What each customer said last: ``{partner id: text}``, in one query."""
        self.flush_model(["note", "partner_id", "date_done", "feedback_date"])
        self.env.cr.execute(
            """SELECT DISTINCT ON (partner_id) partner_id, note
                 FROM crl_touchpoint
                WHERE partner_id IN %s AND company_id IN %s AND note IS NOT NULL
                  AND state IN ('done', 'failed')
             ORDER BY partner_id, COALESCE(feedback_date, date_done) DESC NULLS LAST,
                      id DESC""",
            [tuple(self.partner_id.ids) or (0,), tuple(self.company_id.ids) or (0,)],
        )
        return dict(self.env.cr.fetchall())

    # ---- States ----

    def write(self, vals):
        if "state" in vals:
            self._check_transition(vals["state"])
            if vals["state"] != "planned":
                vals = {"date_due": False, **vals}
        return super().write(vals)

    def _check_transition(self, state):
        for touchpoint in self:
            if not transitions.is_allowed(
                transitions.TOUCHPOINT, touchpoint.state, state
            ):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(contact)s is “%(before)s” and cannot become “%(after)s”.",
                        contact=touchpoint.display_name,
                        before=labels[touchpoint.state],
                        after=labels.get(state, state),
                    )
                )

    def _log(self, decision, rule, note=""):
        self.env["crl.touchpoint.log"]._log(self, decision, rule, note)

    def _is_human(self):
        self.ensure_one()
        return self.channel in HUMAN_CHANNELS

    def _cancel(self, rule, reason):
        """Cancel what is still ahead, and take it off the reps' lists."""
        live = self.filtered("is_live")
        live -= live._take_arrived()
        live._drop_activities()
        live._withdraw_messages()
        live.write({"state": "cancelled", "hold_reason": False})
        live._log("cancelled", rule, reason)

    def _drop_activities(self):
        # the meeting of a visit that will not be goes with it, unless somebody else
        # was invited: then the organizer says so
        activities = self.activity_id
        meetings = activities._crl_get_own_meetings()
        activities.with_context(crl_engine=True).unlink()
        meetings.with_context(dont_notify=True, crl_engine=True).unlink()

    def _hand_over(self, user):
        """Give live contacts to another owner, with their activities and meetings."""
        live = self.filtered("is_live")
        owners = {
            t.id: user if user and user._crl_can_work(t.company_id) else t._find_owner()
            for t in live
        }
        moving = live.filtered(lambda t: owners[t.id] != t.user_id)
        for owner, touchpoints in moving.grouped(lambda t: owners[t.id]).items():
            touchpoints.user_id = owner
            if owner:
                for hand, held in touchpoints.grouped(lambda t: t._get_hand()).items():
                    held._give_activities(hand)
                note = self.env._("%s takes over.", owner.name)
                touchpoints._log("moved", "owner", note)
            else:
                # the pump looks for somebody, and makes the activities anew
                touchpoints._drop_activities()
                # messages go all the same, and what is planned is asked when it is due
                waiting = touchpoints.filtered(
                    lambda t: t.state == "open" and t._is_human()
                )
                waiting.hold_reason = note = self._get_nobody_text()
                waiting._log("held", "owner", note)
