from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import clock, schedule
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_figures import PUNCTUALITY


class CrlTouchpoint(models.Model):
    """What reports tell of contacts: done in time, reached, content, how late."""

    _name = "crl.touchpoint"
    _inherit = ["crl.touchpoint", "crl.figures"]

    _figures = frozenset(
        {"punctuality", "on_time_rate", "reached_rate", "content_rate"}
    )
    _figure_columns = (
        *("company_id", "state", "channel", "outcome", "verdict"),
        *("date_planned", "date_done"),
    )

    team_id = fields.Many2one(related="user_id.sale_team_id", string="Sales Team")
    late_days = fields.Integer(
        "Working Days Late",
        readonly=True,
        aggregator="avg",
        help="Working days between the planned day and the day it was done. It is not "
        "known of contacts done before version 1.3: lists show 0, averages leave them "
        "out.",
    )
    punctuality = fields.Selection(
        PUNCTUALITY,
        compute="_compute_figures",
        search="_search_punctuality",
        help="On time: done on the planned day, where the company is, or before. Late: "
        "done later, failed, or still to do after that day. Nothing is said of what is "
        "still ahead, skipped or cancelled.",
    )
    on_time_rate = fields.Float(
        "On Time (%)", compute="_compute_figures", aggregator="avg", digits=(3, 2)
    )
    reached_rate = fields.Float(
        "Reached (%)",
        compute="_compute_figures",
        aggregator="avg",
        digits=(3, 2),
        help="Of calls, visits and letters that are over: the customer was reached.",
    )
    content_rate = fields.Float(
        "Content (%)",
        compute="_compute_figures",
        aggregator="avg",
        digits=(3, 2),
        help="Of contacts with a verdict: the customer is content.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "done":
            self._set_late_days()
        return result

    def _set_late_days(self):
        calendars = self.env["res.company"]._crl_calendars()
        for touchpoint in self:
            company = touchpoint.company_id
            tz = company._crl_tz()
            planned = schedule.local_day(touchpoint.date_planned, tz)
            done = schedule.local_day(touchpoint.date_done, tz)
            touchpoint.late_days = (
                clock.days_late(planned, done, calendars(company, None))
                if done > planned
                else 0
            )

    @api.model
    def _get_figures(self, alias):
        company, state, channel, outcome, verdict, planned, done = (
            self._get_column_sql(alias, name) for name in self._figure_columns
        )
        planned, done, today = (
            self._get_day_sql(moment, company)
            for moment in (planned, done, self._get_now_sql())
        )
        punctuality = SQL(
            """CASE WHEN %(state)s = 'done' THEN
                        CASE WHEN %(done)s <= %(planned)s THEN 'on_time' ELSE 'late' END
                    WHEN %(state)s = 'failed' THEN 'late'
                    WHEN %(state)s IN ('planned', 'open') AND %(planned)s < %(today)s
                    THEN 'late' END""",
            state=state,
            planned=planned,
            done=done,
            today=today,
        )
        return {
            "punctuality": punctuality,
            "on_time_rate": self._get_rate_sql(
                SQL("%s = 'on_time'", punctuality), SQL("%s IS NOT NULL", punctuality)
            ),
            "reached_rate": self._get_rate_sql(
                SQL("%s = 'done' AND %s = 'reached'", state, outcome),
                SQL(
                    "%s IN %s AND %s IN ('done', 'failed')",
                    channel,
                    tuple(HUMAN_CHANNELS),
                    state,
                ),
            ),
            "content_rate": self._get_rate_sql(
                SQL("%s = 'positive'", verdict), SQL("%s IS NOT NULL", verdict)
            ),
        }
