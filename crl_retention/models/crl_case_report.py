from odoo import api, fields, models
from odoo.tools import SQL

from .crl_figures import PUNCTUALITY


class CrlCase(models.Model):
    """What reports tell of cases: held in time, recovered, after how many days."""

    _name = "crl.case"
    _inherit = ["crl.case", "crl.figures"]

    _figures = frozenset(
        {"punctuality", "on_time_rate", "recovery_rate", "recover_days"}
    )

    _figure_columns = (
        *("state", "on_time", "deadline"),
        *("date_closed", "date_first", "date_open"),
    )
    _medians = ("recover_days",)

    team_id = fields.Many2one(related="user_id.sale_team_id", string="Sales Team")
    date_first = fields.Datetime(
        "First Opened",
        readonly=True,
        copy=False,
        help="When the case opened first, however often its clock began anew.",
    )
    reopen_count = fields.Integer(
        "Reopened",
        readonly=True,
        copy=False,
        help="How often the clock began anew: the customer was unhappy again, or the "
        "case was opened again.",
    )
    punctuality = fields.Selection(
        PUNCTUALITY,
        compute="_compute_figures",
        search="_search_punctuality",
        help="On time: the visit was held, or the promise kept, before the deadline. "
        "Late: it was not, and the deadline has passed or the case is closed. Nothing "
        "is said of cases that still have time, and of those opened by mistake.",
    )
    on_time_rate = fields.Float(
        "On Time (%)", compute="_compute_figures", aggregator="avg", digits=(3, 2)
    )
    recovery_rate = fields.Float(
        "Recovered (%)",
        compute="_compute_figures",
        aggregator="avg",
        digits=(3, 2),
        help="Of closed cases, but those opened by mistake.",
    )
    recover_days = fields.Float(
        "Days to Recover",
        compute="_compute_figures",
        aggregator="avg",
        digits=(16, 1),
        help="From the first opening until the customer was content, calendar days. "
        "Groups show the median.",
    )

    def _start(self):
        for case in self:
            case.date_first = case.date_open
        return super()._start()

    @api.model
    def _get_figures(self, alias):
        state, on_time, deadline, closed, first, opened = (
            self._get_column_sql(alias, name) for name in self._figure_columns
        )
        punctuality = SQL(
            """CASE WHEN %(state)s = 'cancelled' THEN NULL
                    WHEN %(on_time)s THEN 'on_time'
                    WHEN %(state)s IN ('open', 'planned') AND %(deadline)s >= %(now)s
                    THEN NULL ELSE 'late' END""",
            state=state,
            on_time=on_time,
            deadline=deadline,
            now=self._get_now_sql(),
        )
        return {
            "punctuality": punctuality,
            "on_time_rate": self._get_rate_sql(
                SQL("%s = 'on_time'", punctuality), SQL("%s IS NOT NULL", punctuality)
            ),
            "recovery_rate": self._get_rate_sql(
                SQL("%s = 'recovered'", state),
                SQL("%s IN ('recovered', 'not_recovered')", state),
            ),
            "recover_days": SQL(
                """CASE WHEN %s = 'recovered'
                        THEN EXTRACT(EPOCH FROM %s - LEAST(%s, %s))::float / 86400
                   END""",
                state,
                closed,
                first,
                opened,
            ),
        }
