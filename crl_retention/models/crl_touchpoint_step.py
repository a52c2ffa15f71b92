from odoo import api, fields, models
from odoo.tools import format_datetime


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
        tz = self.user_id.tz or self.company_id._crl_tz()
        return self.env._(
            "From %(before)s to %(after)s.",
            before=format_datetime(self.env, before, tz=tz, dt_format="short"),
            after=format_datetime(self.env, after, tz=tz, dt_format="short"),
        )
