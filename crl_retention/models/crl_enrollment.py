from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import transitions

ENROLLMENT_STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("recovery", "In recovery"),
    ("completed", "Completed"),
    ("exited", "Left"),
]


class CrlEnrollment(models.Model):
    """One customer going through one procedure. A restart opens its next cycle.

    Users change enrollments through the verbs below only; how contacts are planned
    is in ``crl_enrollment_plan.py``.
    """

    _name = "crl.enrollment"
    _description = "Enrollment"
    _inherit = ["crl.actor"]
    _order = "date_start desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Contact Person",
        index="btree_not_null",
        ondelete="set null",
        help="Who gets the messages.",
    )
    cadence_id = fields.Many2one(
        "crl.cadence", "Procedure", required=True, index=True, ondelete="restrict"
    )
    version = fields.Integer("Procedure Version", readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    user_id = fields.Many2one("res.users", "Owner", index="btree_not_null")
    campaign_id = fields.Many2one(
        "crl.campaign", index="btree_not_null", ondelete="restrict"
    )
    date_start = fields.Date("Start", required=True)
    cycle = fields.Integer(default=1, required=True)
    date_cycle = fields.Date(
        "Cycle Start", required=True, help="First day of the present cycle."
    )
    state = fields.Selection(ENROLLMENT_STATES, default="running", required=True)
    is_live = fields.Boolean("Under Way", compute="_compute_is_live", store=True)
    stage_id = fields.Many2one("crl.stage", index="btree_not_null", ondelete="restrict")
    date_next = fields.Date(
        "Next Change", help="Day on which the next stage begins, or the pause ends."
    )
    is_holdout = fields.Boolean("Held Out")
    exit_reason = fields.Char()
    pause_reason = fields.Char("Rests Because", compute="_compute_pause_reason")
    pause_until = fields.Date()
    date_paused = fields.Date("Paused On", help="Since when the contacts rest.")
    was_paused = fields.Boolean(
        "Paused Before Recovery", help="Paused before the customer became unhappy."
    )
    paused_days = fields.Integer(
        "Days Paused", help="Days of pause in the present cycle."
    )
    dedup_key = fields.Char("Key Against Doubles", copy=False, exportable=False)
    touchpoint_ids = fields.One2many("crl.touchpoint", "enrollment_id", "Contacts")
    log_ids = fields.One2many("crl.touchpoint.log", "enrollment_id")
    case_ids = fields.One2many("crl.case", "enrollment_id", "Cases")

    _dedup_key_uniq = models.UniqueIndex(
        "(dedup_key) WHERE dedup_key IS NOT NULL",
        "This customer goes through such a procedure already.",
    )
    _live_partner = models.Index("(partner_id, cadence_id) WHERE is_live")
    _due = models.Index("(date_next, id) WHERE is_live AND date_next IS NOT NULL")

    @api.depends("state")
    def _compute_is_live(self):
        for enrollment in self:
            enrollment.is_live = enrollment.state in ("running", "paused", "recovery")

    @api.depends_context("lang")
    @api.depends("cadence_id.name", "partner_id.display_name")
    def _compute_display_name(self):
        for enrollment in self:
            enrollment.display_name = self.env._(
                "%(cadence)s – %(customer)s",
                cadence=enrollment.cadence_id.name,
                customer=enrollment.partner_id.display_name,
            )

    @api.constrains("contact_id", "partner_id")
    def _check_contact(self):
        for enrollment in self:
            if enrollment.contact_id.commercial_partner_id not in (
                enrollment.partner_id,
                self.env["res.partner"],
            ):
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact person of %(customer)s.",
                        contact=enrollment.contact_id.name,
                        customer=enrollment.partner_id.name,
                    )
                )

    def write(self, vals):
        if "state" in vals:
            labels = dict(self._fields["state"]._description_selection(self.env))
            for enrollment in self:
                if not transitions.is_allowed(
                    transitions.ENROLLMENT, enrollment.state, vals["state"]
                ):
                    raise UserError(
                        self.env._(
                            "%(customer)s: an enrollment that is “%(before)s” cannot "
                            "become “%(after)s”.",
                            customer=enrollment.partner_id.display_name,
                            before=labels[enrollment.state],
                            after=labels[vals["state"]],
                        )
                    )
        return super().write(vals)

    def _log(self, decision, rule, note=""):
        self.env["crl.touchpoint.log"]._log(self, decision, rule, note)

    @api.depends("state")
    def _compute_pause_reason(self):
        """As it was logged, one query for all."""
        paused = self.filtered(lambda enrollment: enrollment.state == "paused")
        last = self.env["crl.touchpoint.log"]._read_group(
            [("enrollment_id", "in", paused.ids), ("decision", "=", "paused")],
            ["enrollment_id"],
            ["id:max"],
        )
        lines = self.env["crl.touchpoint.log"].browse(line for __, line in last)
        reasons = {line.enrollment_id: line.note for line in lines}
        for enrollment in self:
            enrollment.pause_reason = reasons.get(enrollment)

    # ---- Verbs ----

    def action_pause(self, until=None, reason=None):
        """Stop the contacts for a while; the remaining delays are kept.

        :param until: local day (or ISO text) to go on by itself; empty: until resumed
        """
        enrollments = self._as_engine()
        reason = self._check_text(reason)
        until = self._check_day(until)
        for enrollment in enrollments:
            if enrollment.state == "recovery":
                raise UserError(
                    self.env._(
                        "%s waits to be recovered: close the case first.",
                        enrollment.partner_id.display_name,
                    )
                )
            today = enrollment.company_id._crl_today()
            if until and until <= today:
                raise UserError(self.env._("A pause must end after today."))
        enrollments._pause(until, reason)
        return True

    def action_resume(self):
        """Go on after a pause: what was ahead moves by the days of the pause."""
        self._as_engine()._resume()
        return True

    def _resume(self):
        for enrollment in self:
            if enrollment.state != "paused":
                raise UserError(
                    self.env._("%s is not paused.", enrollment.partner_id.display_name)
                )
        self._log("resumed", "pause")
        self._go_on()

    def _go_on(self):
        """Run again after a rest; everything ahead moves by the days of the rest."""
        for enrollment in self:
            today = enrollment.company_id._crl_today()
            days = (today - (enrollment.date_paused or today)).days
            enrollment.write(
                {
                    "state": "running",
                    "was_paused": False,
                    "pause_until": False,
                    "date_paused": False,
                    "paused_days": enrollment.paused_days + days,
                    "date_events": fields.Datetime.now(),
                }
            )
            # what answers a case did not rest
            for touchpoint in enrollment.touchpoint_ids.filtered("is_fixed"):
                if touchpoint.state == "planned" and not touchpoint.case_id:
                    touchpoint.date_planned += timedelta(days=days)
        self._replan()
        self._set_stage()
        self.env["crl.relationship"]._refresh(self.partner_id)

    def action_exit(self, reason=None):
        """Take customers out of the procedure; contacts ahead are cancelled."""
        enrollments = self._as_engine()
        enrollments._exit(self._check_text(reason), "manual")
        enrollments.env["crl.relationship"]._refresh(enrollments.partner_id)
        return True

    def _exit(self, reason, rule, state="exited"):
        self.write(
            {
                "state": state,
                "exit_reason": reason,
                "date_next": False,
                "dedup_key": False,
            }
        )
        # what answers a case is owed to the customer all the same
        self.touchpoint_ids.filtered(lambda t: not t.case_id)._cancel(rule, reason)
        # the key must be free before another enrollment takes it
        self.flush_recordset(["dedup_key"])
        self._log("exited" if state == "exited" else "completed", rule, reason)

    def action_restart(self, reason=None):
        """Open the next cycle: back to the first stage, today."""
        enrollments = self._as_engine()
        enrollments._check_restart(self.env.user)
        enrollments._restart(self._check_text(reason), "manual")
        return True

    def _restart(self, reason, rule):
        """Open the next cycle, of this procedure or of the one it goes back to.

        :returns: the enrollments that run now
        """
        restarted = self.browse()
        for enrollment in self:
            cadence = enrollment.cadence_id.restart_cadence_id or enrollment.cadence_id
            target = enrollment
            if cadence != enrollment.cadence_id:
                if enrollment.is_live:
                    enrollment._exit(reason, rule)
                target = self.search(
                    [
                        ("partner_id", "=", enrollment.partner_id.id),
                        ("cadence_id", "=", cadence.id),
                    ],
                    order="id desc",
                    limit=1,
                )
            if target:
                target._open_next_cycle(reason, rule)
            else:
                target = self._enroll(
                    enrollment.partner_id,
                    cadence,
                    cycle=2,
                    company=enrollment.company_id,
                )
            restarted += target
        self.env["crl.relationship"]._refresh(restarted.partner_id)
        return restarted

    def action_reassign(self, user_id):
        """Give the procedure and its open contacts to another user.

        :param int user_id: an active internal user
        """
        enrollments = self._as_engine()
        user = self._check_record("res.users", user_id)
        if not user or not user.active or user.share:
            raise UserError(self.env._("Choose an active user of the company."))
        enrollments.user_id = user
        enrollments.touchpoint_ids.filtered("is_live")._hand_over(user)
        enrollments._log(
            "moved", "owner", self.env._("%s takes over.", user.display_name)
        )
        return True

    def action_open_contacts(self):
        self._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_touchpoint_action"
        )
        action["domain"] = [("enrollment_id", "=", self.id)]
        action["context"] = {"search_default_filter_all": 1}
        return action
