from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..tools import schedule

#: A year whose months are of usual length, and whose days off nobody asks for.
START = date(2026, 1, 1)
#: Months drawn of a stage without an end.
OPEN_MONTHS = 12


class CrlCadence(models.Model):
    """The procedure as a drawing: stages as bands, steps as marks on them."""

    _inherit = "crl.cadence"

    timeline = fields.Json(compute="_compute_timeline", exportable=False)

    @api.depends_context("lang")
    @api.depends(
        "step_ids.name", "step_ids.active", "step_ids.sequence", "step_ids.stage_id",
        "step_ids.channel", "step_ids.delay_count", "step_ids.delay_unit",
        "step_ids.delay_from", "step_ids.min_gap_days", "step_ids.repeat_months",
        "step_ids.cycle_scope", "step_ids.ask_feedback",
    )  # fmt: skip
    def _compute_timeline(self):
        for cadence in self:
            cadence.timeline = cadence._get_timeline()

    def _get_timeline(self):
        """Stages with their marks, each at its share of the stage.

        Days off and the customer's own shifts are left out: this is the plan, the
        preview tells the days.

        :returns: ``[{"name", "months", "is_open", "marks": [{"name", "summary",
            "channel", "scope", "ask_feedback", "at": [0.0 … 1.0]}]}]``
        """
        self.ensure_one()
        steps = self.step_ids.filtered(
            lambda step: step.active and step.stage_id and step.channel
        ).sorted(lambda step: (step.stage_id.sequence, step.sequence))
        stages = steps.stage_id.sorted(lambda stage: (stage.sequence, stage.id))
        durations = stages.mapped("duration_months")
        days = {}
        for cycle in (2, 1):
            placed = steps.filtered(lambda step, cycle=cycle: step._is_in_cycle(cycle))
            placements = schedule.place(
                [step._to_schedule(stages) for step in placed],
                durations,
                START,
                lambda day: True,
            )
            for step, placement in zip(placed, placements, strict=True):
                days[step] = placement.day
        starts = schedule.stage_starts(durations, START)
        timeline = []
        for stage, start in zip(stages, starts, strict=False):
            months = stage.duration_months or OPEN_MONTHS
            end = start + relativedelta(months=months)
            timeline.append(
                {
                    "name": stage.name,
                    "months": months,
                    "is_open": not stage.duration_months,
                    "marks": [
                        step._get_mark(days[step], start, end)
                        for step in steps
                        if step.stage_id == stage
                    ],
                }
            )
        return timeline


class CrlCadenceStep(models.Model):
    """The step as a mark of the drawing."""

    _inherit = "crl.cadence.step"

    def _get_mark(self, day, start, end):
        """:param start: first day of the stage
        :param end: the day after its last
        """
        self.ensure_one()
        length = (end - start).days
        days = [day]
        while self.repeat_months and days[-1] < end - timedelta(days=1):
            days.append(day + relativedelta(months=self.repeat_months * len(days)))
        return {
            "name": self.name or "",
            "summary": self.summary or "",
            "channel": self.channel,
            "scope": self.cycle_scope,
            "ask_feedback": self.ask_feedback,
            # a step that falls outside its stage is drawn at its edge
            "at": [
                round(min(max((moment - start).days / length, 0), 1), 3)
                for moment in days
                if moment <= end or moment == day
            ],
        }
