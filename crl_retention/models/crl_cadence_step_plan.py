from odoo import api, fields, models

from ..tools import schedule
from .crl_cadence_step import HUMAN_CHANNELS


class CrlCadenceStep(models.Model):
    """What a step says to the reader, and to the engine that plans it."""

    _inherit = "crl.cadence.step"

    summary = fields.Char(compute="_compute_summary")

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
            return {
                "previous_planned": self.env._("Together with the step before"),
                "previous_done": self.env._("As soon as the step before is done"),
            }.get(self.delay_from) or self.env._("At %s", anchor)
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
            key=self._get_origin().id,
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
        return (self.stage_sequence, self.sequence, self._get_origin().id)
