from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools import schedule

#: A score of 1–5 as a verdict, cut as satisfaction scores usually are.
SCORE_VERDICTS = {
    1: "negative",
    2: "negative",
    3: "neutral",
    4: "positive",
    5: "positive",
}
#: Outcomes after which the customer is tried again.
RETRY_OUTCOMES = ("no_answer", "absent")


class CrlTouchpoint(models.Model):
    """What users do with contacts, and what follows."""

    _inherit = "crl.touchpoint"

    # ---- Verbs ----

    def action_done(self, outcome=None, verdict=None, note=None, score=None):
        """Record what came of contacts.

        "No answer" and "absent" plan another try as the step says; "call back later"
        plans one for the next working day. A score of 1–5 without a verdict counts as
        one: 1–2 negative, 3 neutral, 4–5 positive.

        :param outcome: reached (default), no_answer, wrong_number, call_back, absent,
            refused
        :param verdict: positive, neutral, negative
        :param note: the customer's words, or the rep's
        :param int score: 1–5
        :raises ValidationError: for values that are none of these
        """
        touchpoints = self._as_engine()
        outcome = self._check_choice("outcome", outcome) or "reached"
        verdict = self._check_choice("verdict", verdict)
        note = self._check_text(note)
        score = self._check_score(score)
        verdict = verdict or self._get_verdict(score)
        touchpoints._close(outcome, verdict, note, score)
        return True

    def action_skip(self, reason=None):
        """Leave a contact out, for a reason that is logged."""
        touchpoints = self._as_engine()
        reason = self._check_text(reason)
        for touchpoint in touchpoints:
            if not touchpoint.is_live:
                raise UserError(
                    self.env._("%s is closed already.", touchpoint.display_name)
                )
            if touchpoint.case_id and not self.env.user.has_group(
                "crl_retention.crl_retention_group_manager"
            ):
                raise UserError(
                    self.env._(
                        "An unhappy customer is visited: only a manager skips it."
                    )
                )
        touchpoints._skip("manual", reason)
        return True

    def action_reschedule(self, date_planned):
        """Move a contact to another moment; the procedure leaves it there.

        A contact that failed is planned again.

        :param date_planned: UTC datetime, or its ISO text
        """
        touchpoints = self._as_engine()
        moment = self._check_moment(date_planned)
        touchpoints._move_by_hand(dict.fromkeys(touchpoints, moment))
        return True

    def action_open_result(self):
        """Ask for the result of the contact in a dialog."""
        self._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Result of the Contact"),
            "res_model": "crl.touchpoint.result",
            "view_mode": "form",
            "target": "new",
            "context": {"default_touchpoint_id": self.id},
        }

    @api.model
    def _check_score(self, score):
        if not score:
            return 0
        # 4.0 from JSON is a 4
        is_number = isinstance(score, int | float) and not isinstance(score, bool)
        if not (is_number and score in SCORE_VERDICTS):
            raise ValidationError(self.env._("The score goes from 1 to 5."))
        return int(score)

    # ---- What follows ----

    def _move_by_hand(self, moments, is_agreed=True):
        """Move contacts by hand, each to a moment of its own.

        :param moments: ``{touchpoint: UTC datetime}``
        :param is_agreed: whether the time was chosen, not only the day
        """
        for touchpoint in self:
            before, moment = touchpoint.date_planned, moments[touchpoint]
            touchpoint._reschedule(moment, is_agreed)
            touchpoint._log(
                "moved", "manual", touchpoint._get_move_text(before, moment)
            )
        self.env["crl.relationship"]._refresh(self.partner_id)

    def _reschedule(self, moment, is_agreed=True):
        self.ensure_one()
        vals = {
            "date_planned": moment,
            "is_fixed": True,
            "is_agreed": is_agreed,
            "hold_reason": False,
        }
        if self.state == "open" and self.activity_id:
            tz = self.user_id._crl_get_tz(self.company_id)
            activity = self.activity_id.with_context(crl_engine=True)
            activity.date_deadline = schedule.local_day(moment, tz)
            meeting = activity.calendar_event_id
            if meeting:
                length = meeting.stop - meeting.start
                meeting.with_context(mail_activity_meeting_update=True).write(
                    {"start": moment, "stop": moment + length}
                )
            self.write(vals)
            self.case_id._visit_agreed(self)
            return
        if self.state == "open":
            raise UserError(self.env._("%s is on its way already.", self.display_name))
        enrollment = self.enrollment_id
        if (
            enrollment
            and not self.case_id
            and (not enrollment.is_live or self.cycle != enrollment.cycle)
        ):
            raise UserError(
                self.env._(
                    "%s belongs to a procedure that has ended: plan an activity "
                    "instead.",
                    self.display_name,
                )
            )
        if self.state == "failed":
            # written anew: the old message is not to go as well
            self._withdraw_messages()
            vals.update(fate=False, tries=0, mail_message_id=False)
        runs = self.case_id or self.enrollment_id.state in (False, "running")
        self.write({**vals, "state": "planned", "date_due": moment if runs else False})

    def _skip(self, rule, reason):
        """:param reason: one sentence for all, or ``{touchpoint id: sentence}``"""
        skipped = self - self._take_arrived()
        skipped._drop_activities()
        skipped._withdraw_messages()
        skipped.write({"state": "skipped", "hold_reason": False})
        skipped._log("skipped", rule, reason)
        self._after_close()

    def _close(self, outcome, verdict, note, score=0, causes=None):
        """Close contacts with their result, or plan another try."""
        now = fields.Datetime.now()
        for touchpoint in self:
            if not touchpoint.is_live:
                raise UserError(
                    self.env._("%s is closed already.", touchpoint.display_name)
                )
        vals = {
            "outcome": outcome,
            "note": note or False,
            "hold_reason": False,
            # it is off everybody's desk
            "taken_by_id": False,
            "taken_until": False,
        }
        if outcome in RETRY_OUTCOMES or outcome == "call_back":
            self._finish_activities(note)
            self._write_result(vals)
            for touchpoint in self:
                touchpoint._try_again(outcome, note)
        elif outcome == "wrong_number":
            self._finish_activities(note)
            self._write_result({**vals, "state": "failed", "date_done": now})
            self._log("failed", "wrong_number", note)
            self._tell_owner(self.env._("Wrong number: please correct it."))
        else:
            self._finish_activities(note)
            vals.update(state="done", date_done=now, score=score, verdict=verdict)
            if causes:
                vals["cause_ids"] = causes.ids
            self._write_result({**vals, **self._get_doer()})
            self._log("done", outcome, note)
            self._judge_result(verdict, note)
        self._after_close()

    def _get_doer(self):
        """A contact counts for who did it: the user, unless the engine closes it."""
        return {} if self.env.uid == api.SUPERUSER_ID else {"user_id": self.env.uid}

    def _try_again(self, outcome, note):
        """Plan the next try by the step's rule, or give up and tell the leader."""
        self.ensure_one()
        step = self._get_step()
        attempt = self.attempt + (outcome in RETRY_OUTCOMES)
        most = step.retry_max if step else 2
        if attempt > most:
            self.write(
                {
                    "state": "failed",
                    "attempt": attempt,
                    "date_done": fields.Datetime.now(),
                }
            )
            text = self.env._("Nobody answered. Tries: %s.", attempt)
            self._log("failed", "no_answer", text)
            self._write_instead()
            self._tell_leader(text)
            return
        days = step.retry_days if step and outcome in RETRY_OUTCOMES else 1
        tz = self.user_id._crl_get_tz(self.company_id)
        day = schedule.roll_day(
            schedule.local_day(fields.Datetime.now(), tz) + timedelta(days=days),
            "forward",
            self.company_id._crl_working_days(self.enrollment_id._get_calendar()),
        )
        moment = schedule.utc_at(day, step.hour_from if step else 9.0, tz)
        self.write(
            {
                "state": "planned",
                "attempt": attempt,
                "date_planned": moment,
                "date_due": moment,
                "is_fixed": True,
                "is_agreed": False,
            }
        )
        text = self.env._("Next try on %s.", format_date(self.env, day))
        self._log("moved", "retry", " – ".join(filter(None, [text, note])))

    def _finish_activities(self, note):
        activities = self.activity_id.filtered("active").with_context(crl_engine=True)
        activities._crl_finish(note)
        self.write({"activity_id": False})

    def _after_close(self):
        """What every closed contact leads to: the next occurrence, the next dates, the
        end of the procedure, the customer's facts."""
        closed = self.filtered(lambda touchpoint: not touchpoint.is_live)
        closed._plan_next_occurrence()
        for touchpoint in closed.filtered("case_id"):
            touchpoint.case_id._visit_closed(touchpoint)
        enrollments = self.enrollment_id
        enrollments._replan()
        for enrollment in enrollments.filtered(lambda e: e.state == "running"):
            today = enrollment.company_id._crl_today()
            date_next = enrollment.date_next
            if date_next and date_next <= today or enrollment._is_done():
                enrollment._set_stage()
        self.env["crl.relationship"]._refresh(self.partner_id)
        self.env["crl.indicator"]._follow(closed.partner_id)

    @api.model
    def _get_verdict(self, score):
        """The verdict a score of 1–5 stands for, or none."""
        return SCORE_VERDICTS.get(score, False)
