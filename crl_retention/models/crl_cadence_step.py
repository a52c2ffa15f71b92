from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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
        "crl.stage", required=True, index=True, ondelete="restrict"
    )
    stage_sequence = fields.Integer(
        "Order of the Stage", compute="_compute_stage", store=True
    )
    stage_months = fields.Integer(
        "Months of the Stage", compute="_compute_stage", store=True
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
    tolerance_days = fields.Integer(
        "Can Wait (days)",
        default=3,
        help="How many days later the contact does as well, when more falls on a day "
        "than the reps can do. The dry run levels within it.",
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
        help="Whoever does the contact is asked for the customer's verdict. In "
        "messages the text carries the link to the feedback page.",
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

    _delays_positive = models.Constraint(
        "CHECK(delay_count >= 0 AND min_gap_days >= 0 AND repeat_months >= 0 "
        "AND retry_max >= 0 AND retry_days >= 0 AND tolerance_days >= 0)",
        "Delays and tries cannot be negative.",
    )
    _hours_of_day = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "The hours must lie between 0 and 24, the first before the last.",
    )

    @api.depends("stage_id.sequence", "stage_id.duration_months")
    def _compute_stage(self):
        # a former version keeps what it was made with
        for step in self.filtered(lambda step: not step.version_id):
            step.stage_sequence = step.stage_id.sequence
            step.stage_months = step.stage_id.duration_months

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
            domain = step._parse_condition()
            self.env["res.partner"]._crl_try_domain(domain, step.name)

    @api.constrains("owner_rule", "user_id")
    def _check_user(self):
        for step in self:
            if step.owner_rule == "user" and not step.user_id:
                raise ValidationError(
                    self.env._("Choose the person who does “%s”.", step.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # every customer counts, also those the user does not see
        everybody = self.env["crl.touchpoint"].sudo()
        if everybody.search_count([("step_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Customers had this contact: archive the step instead.")
            )
