from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools import schedule


class CrlTouchpoint(models.Model):
    """What a contact takes from its step, as the customer's version has it."""

    _inherit = "crl.touchpoint"

    # as it is on the step, where it was sanitized when it was written
    script = fields.Html(compute="_compute_script", compute_sudo=True, sanitize=False)

    def _get_step(self):
        """The step as the customer's version of the procedure has it. ``step_id`` is
        always the live one."""
        self.ensure_one()
        version = self.enrollment_id._get_version()
        return version._get_step(self.step_id) if version else self.step_id

    @api.depends_context("lang")
    @api.depends("step_id.script", "enrollment_id.version")
    def _compute_script(self):
        for touchpoint in self:
            touchpoint.script = touchpoint._get_step().script

    def _find_owner(self):
        """The active user who is to do the contact."""
        self.ensure_one()
        if self.step_id and self.enrollment_id:
            return self._get_step()._get_owner(self.enrollment_id)
        return self.partner_id._crl_get_owner(self.company_id, user=self.user_id)

    def _move_to(self, placement):
        """Take a new day from the schedule, keeping the hour."""
        self.ensure_one()
        vals = self.enrollment_id._prepare_touchpoint(
            self._get_step(), placement.day, self.occurrence
        )
        moment, now = vals["date_planned"], fields.Datetime.now()
        # one that was postponed does not go back to a day that is past
        if moment == self.date_planned or moment < min(now, self.date_planned):
            if not self.date_due:
                self.date_due = self.date_planned
            return
        before = self.date_planned
        self.write({"date_planned": moment, "date_due": vals["date_due"]})
        rule = placement.reasons[-1].code if placement.reasons else "replan"
        self._log("moved", rule, self._get_move_text(before, self.date_planned))

    def _get_move_text(self, before, after):
        """From when to when, on the owner's clock."""
        self.ensure_one()
        tz = self.user_id._crl_get_tz(self.company_id)
        return self.env._(
            "From %(before)s to %(after)s.",
            before=format_datetime(self.env, before, tz=tz, dt_format="short"),
            after=format_datetime(self.env, after, tz=tz, dt_format="short"),
        )

    def _plan_next_occurrence(self):
        """Plan the next occurrence of recurring contacts that are closed."""
        calendars = self.env["res.company"]._crl_calendars()
        vals_list = []
        for touchpoint in self.filtered(lambda t: t._get_step().repeat_months):
            enrollment = touchpoint.enrollment_id
            if not enrollment.is_live or touchpoint.cycle != enrollment.cycle:
                continue
            step = touchpoint._get_step()
            siblings = enrollment.touchpoint_ids.filtered(
                lambda t, step=touchpoint.step_id, cycle=enrollment.cycle: (
                    t.step_id == step and t.cycle == cycle
                )
            )
            if any(siblings.mapped("is_live")):
                continue
            today = enrollment.company_id._crl_today()
            occurrence = max(siblings.mapped("occurrence")) + 1
            while enrollment._place_alone(step, occurrence) <= today:
                occurrence += 1
            day = schedule.roll_day(
                enrollment._place_alone(step, occurrence),
                step.roll,
                calendars(enrollment.company_id, enrollment._get_calendar()),
            )
            vals_list.append(enrollment._prepare_touchpoint(step, day, occurrence))
        self.create(vals_list)
