from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import schedule

CHANNELS = [
    ("email", "Email"),
    ("sms", "SMS"),
    ("message", "Email or SMS"),
    ("call", "Call"),
    ("visit", "Visit"),
    ("letter", "Letter"),
]
HUMAN_CHANNELS = ("call", "visit", "letter")
PURPOSES = [("service", "Service"), ("marketing", "Marketing")]
SERVICE_CLASSES = [
    ("pre_sale", "Before the sale"),
    ("in_sale", "At the sale"),
    ("after_sale", "After the sale"),
    ("regular", "Regular care"),
]


class CrlCadenceStep(models.Model):
    """One contact the procedure foresees."""

    _name = "crl.cadence.step"
    _description = "Retention Procedure Step"
    _order = "cadence_id, stage_sequence, sequence, id"

    cadence_id = fields.Many2one(
        "crl.cadence", "Procedure", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    stage_id = fields.Many2one(
        "crl.stage", "Stage", required=True, index=True, ondelete="restrict"
    )
    stage_sequence = fields.Integer(
        "Order of the Stage", related="stage_id.sequence", store=True
    )
    sequence = fields.Integer(default=10)
    channel = fields.Selection(
        CHANNELS,
        required=True,
        default="call",
        help="Email or SMS: the one the customer prefers and can receive.",
    )
    purpose = fields.Selection(
        PURPOSES,
        required=True,
        default="service",
        help="Marketing never goes to somebody who opted out.",
    )
    service_class = fields.Selection(
        SERVICE_CLASSES, required=True, default="after_sale"
    )

    # when
    delay_count = fields.Integer("Delay", default=0)
    delay_unit = fields.Selection(
        [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")],
        required=True,
        default="days",
    )
    delay_from = fields.Selection(
        [
            ("stage", "after the stage begins"),
            ("enrollment", "after enrollment"),
            ("previous_planned", "after the step before is planned"),
            ("previous_done", "after the step before was done"),
        ],
        required=True,
        default="stage",
    )
    min_gap_days = fields.Integer(
        "At Least (days) After the Step Before",
        help="Days to keep after the step before was really done, even if this one "
        "is then late.",
    )
    roll = fields.Selection(
        [
            ("forward", "Next working day"),
            ("backward", "Working day before"),
            ("none", "Keep the day"),
        ],
        "On a Day Off",
        required=True,
        default="forward",
    )
    hour_from = fields.Float("From Hour", default=9.0)
    hour_to = fields.Float(
        "To Hour",
        default=18.0,
        help="Messages go within these hours of the customer's day.",
    )
    repeat_months = fields.Integer(
        "Repeat Every (months)",
        help="In an open-ended stage: the contact comes again. 0 = once.",
    )
    cycle_scope = fields.Selection(
        [
            ("every", "Always"),
            ("first", "First time only"),
            ("restart", "After a restart only"),
        ],
        "Applies",
        required=True,
        default="every",
    )
    condition = fields.Char(
        default="[]", help="Only customers who match get this contact."
    )

    # what
    mail_template_id = fields.Many2one(
        "mail.template",
        "Email Text",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS Text",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        domain="['|', ('res_model', '=', False), ('res_model', '=', 'res.partner')]",
        ondelete="restrict",
        help="Empty: the usual one for the channel.",
    )
    script = fields.Html(translate=True, help="What the rep reads before the contact.")
    ask_feedback = fields.Boolean(
        "Asks Feedback",
        help="Messages carry a link to the feedback page; calls and visits ask for the "
        "customer's verdict.",
    )

    # who
    owner_rule = fields.Selection(
        [
            ("salesperson", "Salesperson"),
            ("team_leader", "Team leader"),
            ("portfolio_admin", "Portfolio administrator"),
            ("user", "One person"),
        ],
        "Done By",
        required=True,
        default="salesperson",
    )
    user_id = fields.Many2one("res.users", "Person")
    retry_max = fields.Integer(
        "Tries Again", default=2, help="When nobody answers. 0 = never."
    )
    retry_days = fields.Integer("Days Between Tries", default=2)
    summary = fields.Char(compute="_compute_summary")

    _delays_positive = models.Constraint(
        "CHECK(delay_count >= 0 AND min_gap_days >= 0 AND repeat_months >= 0 "
        "AND retry_max >= 0 AND retry_days >= 0)",
        "Delays and tries cannot be negative.",
    )
    _hours_of_day = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "The hours must lie between 0 and 24, the first before the last.",
    )

    @api.depends_context("lang")
    @api.depends(
        "delay_count", "delay_unit", "delay_from", "channel", "ask_feedback",
        "min_gap_days", "repeat_months", "cycle_scope", "stage_id.name",
    )  # fmt: skip
    def _compute_summary(self):
        channels = {
            "email": self.env._("email"),
            "sms": self.env._("SMS"),
            "message": self.env._("email or SMS"),
            "call": self.env._("call"),
            "visit": self.env._("visit"),
            "letter": self.env._("letter"),
        }
        scopes = {
            "first": self.env._("first time only"),
            "restart": self.env._("after a restart only"),
        }
        for step in self:
            parts = [channels.get(step.channel, "")]
            if step.ask_feedback:
                parts.append(self.env._("asks feedback"))
            if step.min_gap_days:
                parts.append(
                    self.env._(
                        "at least %s days after the step before", step.min_gap_days
                    )
                )
            if step.repeat_months:
                parts.append(self.env._("again every %s months", step.repeat_months))
            if step.cycle_scope in scopes:
                parts.append(scopes[step.cycle_scope])
            step.summary = self.env._(
                "%(when)s: %(what)s",
                when=step._get_delay_text(),
                what=", ".join(parts),
            )

    def _get_delay_text(self):
        """When the step falls, in words."""
        self.ensure_one()
        anchor = {
            "stage": self.env._(
                "the start of “%s”", self.stage_id.name or self.env._("the stage")
            ),
            "enrollment": self.env._("enrollment"),
            "previous_planned": self.env._("the step before is planned"),
            "previous_done": self.env._("the step before was done"),
        }[self.delay_from or "stage"]
        count = self.delay_count
        if not count:
            return self.env._("At %s", anchor)
        delay = {
            "days": self.env._("1 day") if count == 1 else self.env._("%s days", count),
            "weeks": (
                self.env._("1 week") if count == 1 else self.env._("%s weeks", count)
            ),
            "months": (
                self.env._("1 month") if count == 1 else self.env._("%s months", count)
            ),
        }[self.delay_unit or "days"]
        return self.env._("%(delay)s after %(anchor)s", delay=delay, anchor=anchor)

    @api.constrains("repeat_months", "stage_id")
    def _check_repeat(self):
        for step in self:
            if step.repeat_months and step.stage_id.duration_months:
                raise ValidationError(
                    self.env._(
                        "“%s” can repeat only in an open-ended stage.", step.name
                    )
                )

    @api.constrains("channel", "mail_template_id", "sms_template_id")
    def _check_texts(self):
        for step in self:
            if (
                (step.channel == "email" and not step.mail_template_id)
                or (step.channel == "sms" and not step.sms_template_id)
                or (
                    step.channel == "message"
                    and not (step.mail_template_id or step.sms_template_id)
                )
            ):
                raise ValidationError(
                    self.env._("“%s” is a message: choose its text.", step.name)
                )

    @api.constrains("condition")
    def _check_condition(self):
        for step in self:
            step._parse_condition()

    @api.constrains("owner_rule", "user_id")
    def _check_user(self):
        for step in self:
            if step.owner_rule == "user" and not step.user_id:
                raise ValidationError(
                    self.env._("Choose the person who does “%s”.", step.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.cadence_id._bump_version()
        return steps

    def write(self, vals):
        self.cadence_id._bump_version()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["crl.touchpoint"].sudo().search_count(
            [("step_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("Customers had this contact: archive the step instead.")
            )
        self.cadence_id._bump_version()

    # ---- What the engine asks ----

    def _is_human(self):
        self.ensure_one()
        return self.channel in HUMAN_CHANNELS

    def _is_in_cycle(self, cycle):
        """Whether the step applies in cycle 1, 2, …"""
        self.ensure_one()
        return self.cycle_scope == "every" or (self.cycle_scope == "first") == (
            cycle == 1
        )

    def _parse_condition(self):
        """The domain on the customer.

        :raises ValidationError: when it cannot be read
        """
        self.ensure_one()
        return self.env["res.partner"]._crl_parse_domain(
            self.condition, self.env._("Condition of “%s”", self.name)
        )

    def _to_schedule(self, stages, occurrence=1):
        """The step as the date arithmetic wants it."""
        self.ensure_one()
        return schedule.Step(
            key=self.id,
            stage=stages.ids.index(self.stage_id.id),
            delay=self.delay_count,
            unit=self.delay_unit,
            anchor=self.delay_from,
            min_gap=self.min_gap_days,
            roll=self.roll,
            repeat_months=self.repeat_months,
            occurrence=occurrence,
        )

    def _get_owner(self, enrollment):
        """The active user who does the step for an enrollment, if there is one."""
        self.ensure_one()
        return enrollment.partner_id._crl_get_owner(
            enrollment.company_id,
            self.owner_rule,
            self.user_id if self.owner_rule == "user" else enrollment.user_id,
        )

    def _get_rank(self):
        """Where the step stands in the procedure; compare two of them."""
        self.ensure_one()
        return (self.stage_sequence, self.sequence, self.id)
