from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import clock, transitions

CASE_KINDS = [
    ("negative_feedback", "Unhappy customer"),
    ("complaint", "Complaint"),
    ("promise", "Promise"),
]
CASE_STATES = [
    ("open", "Open"),
    ("planned", "Visit planned"),
    ("recovered", "Recovered"),
    ("not_recovered", "Not recovered"),
    ("cancelled", "Cancelled"),
]
#: Kinds that lead to a visit against the clock and hold the procedure.
VISIT_KINDS = ("negative_feedback", "complaint")
#: The most characters kept of what a customer said in a case.
MAX_WORDS = 40000
#: Fields that only the verbs and the engine change.
ENGINE_FIELDS = {
    "touchpoint_id",
    "enrollment_id",
    "visit_id",
    "date_open",
    "date_remind",
    "state",
    "escalation",
    "date_closed",
    "on_time",
    "dedup_key",
    "date_first",
    "reopen_count",
    "promise_state",
    "taken_by_id",
    "hand_ids",
    "activity_id",
}


class CrlCase(models.Model):
    """Something we owe a customer an answer to, with a deadline.

    An unhappy word or a complaint: tell the owner and their leader, visit within 48
    hours, hold the procedure until then, go back to its beginning when the customer
    is content. What opens one is in ``crl_case_opening.py``, what closes it in
    ``crl_case_closing.py``, who hears of it in ``crl_case_reminder.py``, what makes a
    promise another thing in ``crl_case_promise.py``.
    """

    _name = "crl.case"
    _description = "Retention Case"
    _inherit = ["mail.thread", "mail.activity.mixin", "crl.actor"]
    _order = "deadline, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(CASE_KINDS, required=True, default="complaint")
    cause_ids = fields.Many2many("crl.case.cause", string="Causes")
    touchpoint_id = fields.Many2one(
        "crl.touchpoint", "Said At", index="btree_not_null", ondelete="set null"
    )
    enrollment_id = fields.Many2one(
        "crl.enrollment", index="btree_not_null", ondelete="set null"
    )
    visit_id = fields.Many2one(
        "crl.touchpoint", index="btree_not_null", ondelete="set null"
    )
    visit_date = fields.Datetime(related="visit_id.date_planned", string="Visit On")
    user_id = fields.Many2one("res.users", "Owner", index=True, tracking=True)
    description = fields.Text(
        "What the Customer Said",
        help="The customer's own words, the latest last.",
    )
    date_open = fields.Datetime(
        "Opened", required=True, default=fields.Datetime.now, readonly=True
    )
    deadline = fields.Datetime(required=True, index=True)
    date_remind = fields.Datetime("Next Reminder", help="When the next reminder goes.")
    state = fields.Selection(
        CASE_STATES,
        required=True,
        default="open",
        tracking=True,
        group_expand=True,
    )
    escalation = fields.Integer(
        default=0,
        readonly=True,
        help="0: nobody was reminded, 1: the owner at half time, 2: the leader at the "
        "deadline, 3: the manager.",
    )
    date_closed = fields.Datetime("Closed", readonly=True)
    on_time = fields.Boolean(
        readonly=True,
        help="The visit was held, or the promise kept, before the deadline.",
    )
    is_late = fields.Boolean(
        "Late", compute="_compute_is_late", search="_search_is_late"
    )
    dedup_key = fields.Char("Key Against Doubles", copy=False, exportable=False)
    touchpoint_ids = fields.One2many("crl.touchpoint", "case_id", "Contacts")

    _dedup_key_uniq = models.UniqueIndex(
        "(dedup_key) WHERE dedup_key IS NOT NULL",
        "This customer has an open case of an unhappy answer already.",
    )
    _remind = models.Index("(date_remind) WHERE date_remind IS NOT NULL")
    _live_partner = models.Index("(partner_id) WHERE state IN ('open', 'planned')")

    @api.depends("state", "deadline", "visit_id.state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_late = bool(
                case._is_live()
                and case.deadline
                and case.deadline < now
                and not (case.kind in VISIT_KINDS and case._is_held())
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "in", ("open", "planned")),
            ("deadline", "<", fields.Datetime.now()),
            "|",
            "|",
            ("visit_id", "=", False),
            ("visit_id.state", "!=", "done"),
            ("visit_id.outcome", "!=", "reached"),
        ]

    def _get_labels(self, name):
        """Labels of a selection in the user's language."""
        return dict(self._fields[name]._description_selection(self.env))

    def _is_live(self):
        self.ensure_one()
        return self.state in ("open", "planned")

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            {**self.default_get(["partner_id", "kind"]), **vals} for vals in vals_list
        ]
        for vals in vals_list:
            partner = self._check_record("res.partner", vals.get("partner_id"))
            if not partner:
                raise ValidationError(self.env._("Say which customer the case is of."))
            customer = partner.commercial_partner_id
            vals["partner_id"] = customer.id
            if not self.env.su:
                partner._crl_check_mine()
            company = self.env["res.company"].browse(
                customer.company_id.id or vals.get("company_id") or self.env.company.id
            )
            vals["company_id"] = company.id
            vals["description"] = self._check_text(vals.get("description"), MAX_WORDS)
            vals.setdefault("user_id", customer._crl_get_owner(company).id)
            if self._check_choice("kind", vals["kind"]) in VISIT_KINDS:
                vals["deadline"] = self._get_deadline(company, fields.Datetime.now())
            elif not vals.get("deadline"):
                raise ValidationError(
                    self.env._("Say until when the promise is to be kept.")
                )
            else:
                vals["deadline"] = self._check_moment(vals["deadline"])
        cases = super().create(vals_list)
        # opening a case writes the engine's records, whoever hears the complaint
        cases.sudo()._start()
        return cases

    def _has_field_access(self, field, operation):
        if operation == "write" and field.name in ENGINE_FIELDS and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        if not self.env.su:
            self._check_writable(vals)
        if vals.get("description"):
            words = self._check_text(vals["description"], MAX_WORDS)
            vals = dict(vals, description=words)
        if "state" in vals:
            for case in self:
                if not transitions.is_allowed(
                    transitions.CASE, case.state, vals["state"]
                ):
                    labels = case._get_labels("state")
                    raise UserError(
                        self.env._(
                            "A case that is “%(before)s” cannot become “%(after)s”.",
                            before=labels[case.state],
                            after=labels.get(vals["state"], vals["state"]),
                        )
                    )
        result = super().write(vals)
        if "deadline" in vals and not self.env.su:
            # a promise that is put off is reminded of on its new day
            self.sudo()._start_clock()
        return result

    def _check_writable(self, vals):
        """What a case is about stays; only a promise may be put off."""
        fixed = {"partner_id", "company_id", "kind"} & vals.keys()
        if "deadline" in vals and any(case.kind in VISIT_KINDS for case in self):
            fixed.add("deadline")
        if fixed:
            labels = [
                self._fields[name]._description_string(self.env) for name in fixed
            ]
            raise UserError(
                self.env._("%s: this cannot be changed in a case.", ", ".join(labels))
            )

    @api.model
    def _get_deadline(self, company, start, share=1):
        """The moment a share of the company's hours has run, in naive UTC."""
        return clock.deadline(
            start,
            (company.crl_clock_hours or 48) * share,
            company._crl_tz(),
            None if company.crl_clock_mode == "strict" else company._crl_working_days(),
        )
