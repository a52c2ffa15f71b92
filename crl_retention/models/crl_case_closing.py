from odoo import api, fields, models
from odoo.exceptions import UserError

from .crl_case import VISIT_KINDS


class CrlCase(models.Model):
    """What a visit says of a case, and how people close it."""

    _inherit = "crl.case"

    def _visited(self, touchpoint, verdict, words):
        """The visit was held: content customers are recovered, so-so ones wait for the
        owner's word, unhappy ones reopen the clock next."""
        self.ensure_one()
        if touchpoint != self.visit_id or not self._is_held():
            return
        self.on_time = touchpoint.date_done <= self.deadline
        if verdict == "positive" and self._is_live():
            self._recover(words)

    def _is_held(self):
        """Whether the customer was met: booked, refused or missed is not held."""
        self.ensure_one()
        return self.visit_id.state == "done" and self.visit_id.outcome == "reached"

    def _visit_agreed(self, touchpoint):
        """Somebody set the moment of the visit."""
        for case in self.filtered(lambda c: c.visit_id == touchpoint):
            if case.state == "open":
                case.state = "planned"

    def _visit_closed(self, touchpoint):
        """A visit that closed without being held leaves the case to the manager."""
        self.ensure_one()
        if self._is_live() and self.visit_id == touchpoint and not self._is_held():
            self._ask_manager()

    @api.model
    def _get_unhappy(self, partners):
        """Those of the customers who wait to be recovered."""
        # whether somebody is unhappy matters to whoever enrolls them
        cases = self.sudo().search(
            [
                ("partner_id", "in", partners.ids),
                ("kind", "in", VISIT_KINDS),
                ("state", "in", ("open", "planned")),
            ]
        )
        return cases.partner_id

    def action_recovered(self, note=None):
        """Close cases: the customer was visited and is content.

        :raises UserError: when the visit was not held yet
        """
        for case in self._as_engine():
            if case.state != "recovered":
                case._recover(self._check_text(note))
        return True

    def _recover(self, note):
        self.ensure_one()
        if self.kind in VISIT_KINDS and not self._is_held():
            raise UserError(
                self.env._(
                    "Visit %s first: the case closes with the visit's result.",
                    self.partner_id.display_name,
                )
            )
        self._close("recovered", note)
        enrollment = self.enrollment_id
        if self.kind not in VISIT_KINDS or enrollment.state != "recovery":
            return
        if self._get_unhappy(self.partner_id):
            # another case keeps the customer in recovery
            return
        if enrollment._restarts_used_up():
            self._ask_manager()
        else:
            self.enrollment_id = enrollment._restart(
                self.env._("The customer was unhappy, and is content again."),
                "recovered",
            )

    def action_not_recovered(self, note=None):
        """Close cases that could not be repaired; the manager decides what is next."""
        for case in self._as_engine():
            if not case._is_live():
                raise UserError(self.env._("This case is closed already."))
            case._close("not_recovered", self._check_text(note))
            if case.kind in VISIT_KINDS:
                case._ask_manager()
        return True

    def action_cancel(self, reason=None):
        """Close cases that were opened by mistake; the procedure goes on."""
        for case in self._as_engine():
            if not case._is_live():
                raise UserError(self.env._("This case is closed already."))
            case._close("cancelled", self._check_text(reason))
            if not case._get_unhappy(case.partner_id):
                case.enrollment_id._leave_recovery()
        return True

    def _close(self, state, note):
        self.ensure_one()
        self.write(
            {
                "state": state,
                "date_closed": fields.Datetime.now(),
                "date_remind": False,
                "dedup_key": False,
            }
        )
        self.touchpoint_ids._cancel("case", note)
        label = self._get_labels("state")[state]
        self._log(" – ".join(filter(None, [label, note])))
        self.env["crl.relationship"]._refresh(self.partner_id)
        self.env["crl.indicator"]._follow(self.partner_id)

    def action_reopen(self, reason=None):
        """Open closed cases again, with a new clock and a new visit."""
        for case in self._as_engine():
            if case._is_live():
                raise UserError(self.env._("This case is open already."))
            now = fields.Datetime.now()
            case.write(
                {
                    "state": "open",
                    "date_open": now,
                    "date_closed": False,
                    "deadline": case._get_new_deadline(now),
                    "escalation": 0,
                    "on_time": False,
                    "reopen_count": case.reopen_count + 1,
                }
            )
            case._start_clock()
            if case.kind in VISIT_KINDS:
                case._find_enrollment()
                case._schedule_visit()
                case._hold_enrollment()
            case._tell(self.env._("Opened again"))
            case._log(self._check_text(reason) or self.env._("Opened again."))
            case.env["crl.relationship"]._refresh(case.partner_id)
            case.env["crl.indicator"]._follow(case.partner_id)
        return True

    def _get_new_deadline(self, now):
        """Of a case that is opened again; what a customer was told stays, if it can."""
        self.ensure_one()
        if self.kind not in VISIT_KINDS and self.deadline > now:
            return self.deadline
        return self._get_deadline(self.company_id, now)
