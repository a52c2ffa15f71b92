from datetime import timedelta

from odoo import Command, api, fields, models

from ..tools import schedule
from .crl_case import VISIT_KINDS


class CrlCase(models.Model):
    """What an unhappy word, a complaint or a promise sets in motion."""

    _inherit = "crl.case"

    @api.model
    def _hear(self, touchpoint, words, partner=None, company=None):
        """Take a negative verdict: open the customer's case, or reopen its clock.

        :param touchpoint: where it was said; empty: it was no word, and the customer
            and the company are given
        """
        partner = partner or touchpoint.partner_id
        case = self.search(
            [
                ("partner_id", "=", partner.id),
                ("kind", "in", VISIT_KINDS),
                ("state", "in", ("open", "planned")),
            ],
            limit=1,
        )
        if case:
            case._hear_again(touchpoint, words)
            return case
        enrollment = partner.crl_enrollment_ids.filtered(
            lambda e: e.is_live and e.cadence_id.is_main
        )[:1]
        if not enrollment and touchpoint.enrollment_id.is_live:
            enrollment = touchpoint.enrollment_id
        return self.create(
            {
                "partner_id": partner.id,
                "company_id": (company or touchpoint.company_id).id,
                "kind": "negative_feedback",
                "cause_ids": touchpoint.cause_ids.ids,
                "touchpoint_id": touchpoint.id,
                "enrollment_id": enrollment.id,
                "description": words,
            }
        )

    def _hear_again(self, touchpoint, words):
        """More negative words: same case, its clock begins anew, a visit is due."""
        self.ensure_one()
        now = fields.Datetime.now()
        said = [text for text in (self.description, words) if text]
        self.write(
            {
                "description": "\n".join(said),
                "cause_ids": [Command.link(cause.id) for cause in touchpoint.cause_ids],
                "date_open": now,
                "deadline": self._get_deadline(self.company_id, now),
                "date_remind": self._get_deadline(self.company_id, now, share=0.5),
                "escalation": 0,
                "on_time": False,
                "reopen_count": self.reopen_count + 1,
            }
        )
        if not self.visit_id.is_live:
            self.state = "open"
            self._schedule_visit()
        self._hold_enrollment()
        told = self._in_owners_words()
        told._tell(told.env._("Unhappy again"))
        told._log(told.env._("Unhappy again: the clock begins anew."))
        self.env["crl.indicator"]._follow(self.partner_id)

    def _start(self):
        """What a new case leads to."""
        self.env["crl.relationship"]._ensure(self.partner_id)
        for case in self:
            case._start_clock()
            if case.kind in VISIT_KINDS:
                case._find_enrollment()
                case._schedule_visit()
                case._hold_enrollment()
            case = case._in_owners_words()
            case._announce(case._get_labels("kind")[case.kind])
        self.env["crl.relationship"]._refresh(self.partner_id)
        self.env["crl.indicator"]._follow(self.partner_id)

    def _find_enrollment(self):
        """Hold on to a live enrollment, the one that drives the customer's stage."""
        self.ensure_one()
        if not self.enrollment_id.is_live:
            live = self.partner_id.crl_enrollment_ids.filtered(
                lambda e: e.is_live and e.cadence_id.is_main
            )
            self.enrollment_id = live[:1] or self.enrollment_id

    def _start_clock(self):
        """Set the first reminder, and let no second case open beside this one."""
        self.ensure_one()
        self.date_remind = self._get_deadline(
            self.company_id, self.date_open, share=0.5
        )
        if self.kind == "negative_feedback":
            self.dedup_key = f"negative:{self.partner_id.id}"

    def _hold_enrollment(self):
        """The procedure waits until the case is closed, or begins anew at once."""
        self.ensure_one()
        enrollment = self.enrollment_id
        if enrollment.state not in ("running", "paused"):
            return
        cadence = enrollment.cadence_id
        if self.kind == "complaint" and cadence.on_complaint == "exit":
            enrollment._exit(self.env._("The customer complained."), "complaint")
            return
        if cadence.restart_policy == "at_once" and not enrollment._restarts_used_up():
            self.enrollment_id = enrollment._restart(self.description or "", "negative")
            return
        enrollment._enter_recovery()

    def _schedule_visit(self):
        """Schedule the visit on the first working morning, before the deadline."""
        self.ensure_one()
        company = self.company_id
        owner = self.user_id if self.user_id.active else self.env["res.users"]
        owner = owner or self.partner_id._crl_get_owner(company)
        tz = owner._crl_get_tz(company)
        now = fields.Datetime.now()
        is_working = company._crl_working_days()
        today = schedule.local_day(now, tz)
        day = schedule.roll_day(today + timedelta(days=1), "forward", is_working)
        moment = schedule.utc_at(day, 9.0, tz)
        if moment > self.deadline:
            last = schedule.local_day(self.deadline, tz)
            day = schedule.roll_day(last, "backward", is_working)
            moment = max(now, schedule.utc_at(max(day, today), 9.0, tz))
        visit = self.env["crl.touchpoint"].create(
            {
                "partner_id": self.partner_id.id,
                "contact_id": self.touchpoint_id.contact_id.id,
                "company_id": company.id,
                "enrollment_id": self.enrollment_id.id,
                "cycle": self.enrollment_id.cycle or 1,
                "case_id": self.id,
                "channel": "visit",
                "service_class": "after_sale",
                "user_id": owner.id,
                "date_planned": moment,
                "date_due": now,
            }
        )
        self.visit_id = visit
        # in the rep's activities at once; without an owner the pump finds one later
        if owner:
            visit._open_activities()
