from datetime import timedelta
from functools import cache

from odoo import api, models
from odoo.tools import SQL

from ..tools import schedule


class CrlEnrollment(models.Model):
    """How the contacts of customers are planned, and how customers get on."""

    _inherit = "crl.enrollment"

    # ---- Planning ----

    def _plan(self):
        """Plan every contact of the present cycle.

        Customers who start on the same day share one calculation; contacts that
        would be older than the catch-up window are skipped.
        """
        vals_list = []
        at = cache(schedule.utc_at)
        groups = self.filtered(lambda enrollment: not enrollment.is_holdout).grouped(
            lambda e: (e.cadence_id, e.company_id, e.date_cycle, e.cycle)
        )
        for (cadence, company, __, cycle), enrollments in groups.items():
            steps = cadence._get_steps(cycle)
            today = company._crl_today()
            oldest = today - company._crl_get_catch_up()
            is_working = company._crl_working_days(cadence.calendar_id)
            occurrences = enrollments[0]._get_first_occurrences(steps, oldest)
            placements = enrollments[0]._place(steps, is_working, occurrences)
            for enrollment in enrollments:
                for step, placement in zip(steps, placements, strict=True):
                    vals = enrollment._prepare_touchpoint(
                        step, placement.day, occurrences.get(step.id, 1), at
                    )
                    if placement.day < oldest:
                        vals.update(state="skipped", date_due=False)
                    vals_list.append(vals)
        touchpoints = self.env["crl.touchpoint"].create(vals_list)
        touchpoints.filtered(lambda touchpoint: touchpoint.state == "skipped")._log(
            "skipped", "too_old", self.env._("The day was past at enrollment.")
        )

    def _get_first_occurrences(self, steps, oldest):
        """Which occurrence of each recurring step is the first still to come."""
        self.ensure_one()
        occurrences = {}
        for step in steps.filtered("repeat_months"):
            occurrence = 1
            while self._place_alone(step, occurrence) < oldest:
                occurrence += 1
            occurrences[step._get_origin().id] = occurrence
        return occurrences

    def _place_alone(self, step, occurrence):
        stages, months = self.cadence_id._get_stages(step.version_id)
        [placement] = schedule.place(
            [step._to_schedule(stages, occurrence)],
            months,
            self.date_cycle,
            lambda day: True,
            shift=self.paused_days,
        )
        return placement.day

    def _place(self, steps, is_working, occurrences, done=None, fixed=None):
        self.ensure_one()
        stages, months = self.cadence_id._get_stages(steps[:1].version_id)
        return schedule.place(
            [
                step._to_schedule(stages, occurrences.get(step._get_origin().id, 1))
                for step in steps
            ],
            months,
            self.date_cycle,
            is_working,
            done=done,
            fixed=fixed,
            shift=self.paused_days,
        )

    def _prepare_touchpoint(self, step, day, occurrence, at=schedule.utc_at):
        """Values of a planned contact.

        The moment is the step's first hour, on the clock of the customer for
        messages and of the owner for calls, visits and letters.
        """
        self.ensure_one()
        person = self.contact_id or self.partner_id
        owner = step._get_owner(self)
        tz = (
            owner._crl_get_tz(self.company_id)
            if step._is_human()
            else person._crl_tz(self.company_id)
        )
        moment = at(day, step.hour_from, tz)
        return {
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "company_id": self.company_id.id,
            "enrollment_id": self.id,
            "campaign_id": self.campaign_id.id,
            "step_id": step._get_origin().id,
            "cycle": self.cycle,
            "occurrence": occurrence,
            "channel": step.channel,
            "purpose": step.purpose,
            "service_class": step.service_class,
            "user_id": owner.id,
            "date_planned": moment,
            "date_due": moment if self.state == "running" else False,
            "dedup_key": self._get_contact_key(step, occurrence),
        }

    def _get_contact_key(self, step, occurrence):
        return f"{self.id}:{self.cycle}:{step._get_origin().id}:{occurrence}"

    def _replan(self):
        """Move what is still planned to where it belongs now.

        Called when a contact was done earlier or later than planned, and after a
        pause. What somebody moved by hand stays.
        """
        calendars = self.env["res.company"]._crl_calendars()
        # read at once what the loop asks of each
        (self.partner_id | self.contact_id).mapped("tz")
        for enrollment in self.filtered(lambda e: e.state == "running"):
            current = enrollment._get_current_contacts()
            movable = current.filtered(lambda t: t.state == "planned")
            if not movable:
                continue
            latest = {touchpoint.step_id: touchpoint for touchpoint in current}
            steps = enrollment._get_steps().filtered(
                lambda step, latest=latest: step._get_origin() in latest
            )
            placements = enrollment._place(
                steps,
                calendars(enrollment.company_id, enrollment._get_calendar()),
                {step.id: latest[step].occurrence for step in latest},
                **enrollment._get_given_days(current),
            )
            for step, placement in zip(steps, placements, strict=True):
                touchpoint = latest[step._get_origin()]
                if touchpoint in movable and not touchpoint.is_fixed:
                    touchpoint._move_to(placement)
            # their moment was agreed: the others move around them
            for touchpoint in movable.filtered("is_fixed"):
                touchpoint.date_due = touchpoint.date_due or touchpoint.date_planned

    def _get_current_contacts(self):
        """The contacts of the procedure in the present cycle, by occurrence."""
        self.ensure_one()
        return self.touchpoint_ids.filtered(
            lambda t: t.cycle == self.cycle and t.step_id
        ).sorted("occurrence")

    def _get_given_days(self, contacts):
        """What the schedule plans around: ``done`` and ``fixed`` days by live step."""
        self.ensure_one()
        tz = self.company_id._crl_tz()
        return {
            "done": {
                t.step_id.id: schedule.local_day(t.date_done, tz)
                for t in contacts
                if t.state == "done"
            },
            "fixed": {
                t.step_id.id: schedule.local_day(t.date_planned, tz)
                for t in contacts
                if t.state == "planned" and t.is_fixed
            },
        }

    # ---- Getting on ----

    def _get_stage_starts(self):
        self.ensure_one()
        stages, months = self._get_stages()
        shift = timedelta(days=self.paused_days)
        starts = schedule.stage_starts(months, self.date_cycle)
        return stages, months, [start + shift for start in starts]

    def _get_stage_now(self):
        """The stage the dates say, and the day the next one begins: a day in the past
        after the last stage, none in an open-ended one."""
        self.ensure_one()
        stages, months, starts = self._get_stage_starts()
        today = self.company_id._crl_today()
        # not env.ref(), which asks the database each time
        setup_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "crl_retention.stage_setup", raise_if_not_found=False
        )
        stage = self.env["crl.stage"].browse(setup_id or ())
        date_next = starts[0]
        for position, candidate in enumerate(stages):
            if starts[position] <= today:
                stage = candidate
                date_next = months[position] and starts[position + 1]
                if not date_next:
                    break
        return stage, date_next or False

    def _set_stage(self):
        """Write the stage each running customer stands in today, and when the next
        begins. Past the last stage, customers complete once no contact is left; in a
        stage without an end too, where the procedure does not drive their stage."""
        ended = self.browse()
        for enrollment in self.filtered(lambda e: e.state == "running"):
            stage, date_next = enrollment._get_stage_now()
            today = enrollment.company_id._crl_today()
            if enrollment._is_done():
                ended += enrollment
            elif date_next and date_next <= today:
                ended += enrollment
                # contacts that are still open keep the customer here
                date_next = today + timedelta(days=1)
            if (enrollment.stage_id, enrollment.date_next) != (stage, date_next):
                enrollment.write({"stage_id": stage.id, "date_next": date_next})
        ended.filtered(
            lambda e: not any(e.touchpoint_ids.mapped("is_live"))
        )._complete()

    def _is_done(self):
        """Whether nothing is left to do in a procedure whose stage has no end."""
        self.ensure_one()
        contacts = self.touchpoint_ids
        return (
            not self.cadence_id.is_main
            and not self.date_next
            and contacts
            and not any(contacts.mapped("is_live"))
        )

    def _complete(self):
        """End procedures that are through, and start the ones that follow."""
        if not self:
            return
        self._exit("", "completed", state="completed")
        for cadence, enrollments in self.grouped("cadence_id").items():
            if cadence.final_stage_id:
                enrollments.stage_id = cadence.final_stage_id
                if cadence.is_main:
                    self.env["crl.relationship"]._refresh(
                        enrollments.partner_id, cadence.final_stage_id
                    )
        for (follower, company), enrollments in self.grouped(
            lambda e: (e.cadence_id.next_cadence_id, e.company_id)
        ).items():
            if follower.active:
                accepted, __ = self._sort_out(enrollments.partner_id, follower)
                self._enroll(accepted, follower, company=company)
        self.env["crl.relationship"]._refresh(self.partner_id)

    # ---- What the pump calls ----

    @api.model
    def _advance_due(self, limit):
        """Begin the stages that begin today and end the pauses that end today.

        :returns: how many enrollments were looked at
        """
        due = self.browse()
        for company in self.env["res.company"].search([("active", "=", True)]):
            rows = self.env.execute_query(
                SQL(
                    """SELECT id FROM crl_enrollment
                        WHERE is_live AND company_id = %s AND date_next <= %s
                     ORDER BY date_next, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                    company.id,
                    company._crl_today(),
                    limit - len(due),
                )
            )
            due += self.browse(row[0] for row in rows)
        self.env["crl.engine"]._isolate(due, "_advance")
        return len(due)

    def _advance(self):
        self.filtered(lambda e: e.state == "paused")._resume()
        self._set_stage()
        self.env["crl.relationship"]._refresh(self.partner_id)

    def _set_aside(self, error):
        """Try an enrollment that raised again tomorrow."""
        self.date_next = self.company_id._crl_today() + timedelta(days=1)
        self._log("failed", "error", self.env._("Error: %s", str(error)[:500]))
