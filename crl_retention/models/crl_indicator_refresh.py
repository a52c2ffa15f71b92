from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..tools import schedule
from .crl_indicator_definition import DEFINITION

#: The hour of the night, where the company is, from which on everything is measured.
NIGHT = 2
#: Customers a statement measures, for each record of the engine's batch; and from how
#: many it finds those something happened to.
CUSTOMERS_PER_RECORD = 20
FOLLOWED_PER_RECORD = 100
#: Customers measured in one statement, of those something happened to.
MOST_MOVED = 20000
#: Of more in a range of 100,000, to measure all of it costs less than to name them.
FEW_MOVED = 40000
#: Ids of customers who have the same turn: the day of the week on which they are looked
#: at whether something happened to them or not. Those of the first block have Mondays.
BLOCK = 5000
#: A change of these makes the values wrong.
MEASURED_BY = {
    *DEFINITION,
    "method",
    "raw_bad",
    "raw_fair",
    "raw_good",
    "company_id",
    "active",
}


class CrlIndicator(models.Model):
    """When indicators are measured: every night.

    What is due is on the indicator: ``date_refresh``, and how far it came. So a run
    that is killed goes on where it was, and one that comes late changes nothing.
    """

    _inherit = "crl.indicator"

    date_refresh = fields.Datetime(
        "Next Measured",
        readonly=True,
        copy=False,
        index=True,
        default=fields.Datetime.now,
    )
    date_refreshed = fields.Datetime(
        "Last Measured",
        readonly=True,
        copy=False,
        help="When the last run that came to its end began.",
    )
    date_begun = fields.Datetime(
        readonly=True, copy=False, help="When the run that goes on began."
    )
    whole_state = fields.Char(
        readonly=True,
        copy=False,
        help="On which clock everybody was measured. Empty: the run that goes on, or "
        "comes next, measures everybody.",
    )
    refresh_cursor = fields.Integer(
        readonly=True, copy=False, help="The last customer of a run that goes on."
    )
    history_week = fields.Date(
        readonly=True, copy=False, help="The Monday last put into the history."
    )
    is_history_due = fields.Boolean(readonly=True, copy=False)
    error = fields.Text("Cannot Be Measured", readonly=True, copy=False)

    # ---- ORM ----

    def write(self, vals):
        result = super().write(vals)
        if MEASURED_BY & vals.keys():
            self._mark_due()
        return result

    def _mark_due(self):
        """Let the engine measure them now, from the first customer on."""
        self.write(
            {
                "date_refresh": fields.Datetime.now(),
                "refresh_cursor": 0,
                "whole_state": False,
                "error": False,
            }
        )
        # sudo: the engine's own scheduled action
        self.env.ref("crl_retention.ir_cron_run").sudo()._trigger()

    def action_refresh(self):
        """Measure them now, and not only tonight."""
        self.env["crl.actor"]._check_ids(self)
        self.check_access("write")
        self._mark_due()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Measured for everybody in a few minutes."),
            },
        }

    # ---- Every night ----

    @api.model
    def _refresh_due(self, limit):
        """Measure due indicators for ranges of customers, all that have come as far
        together: what they read, they read once.

        :param limit: the engine's batch; 20 customers count as one record, or 100 where
            only those are measured something happened to
        :returns: how many such records were looked at
        """
        handled = 0
        while handled < limit:
            due = self._get_due()
            if not due:
                break
            per_record = CUSTOMERS_PER_RECORD
            if due[0]._is_followed():
                per_record = FOLLOWED_PER_RECORD
            most, counts = limit * per_record, []
            self.env["crl.engine"]._isolate(
                due,
                lambda some, most=most, counts=counts: counts.append(
                    some._refresh_range(most)
                ),
            )
            found = max(counts, default=0)
            handled += len(due) * max(ceil(found / per_record), 1)
        return handled

    @api.model
    def _get_due(self):
        """Those that are measured next, for the same customers: the furthest first, of
        these the ones that look at few. One that never was measured writes a value for
        each customer, and goes alone."""
        due = self.search(
            [("date_refresh", "<=", fields.Datetime.now())],
            order="refresh_cursor DESC, date_refresh, id",
        )
        first = due[:1]
        if not first.date_refreshed:
            return first
        due = due.filtered(
            lambda indicator: (
                indicator.date_refreshed
                and indicator.refresh_cursor == first.refresh_cursor
                and indicator._get_company() == first._get_company()
            )
        )
        return due.filtered(lambda i: i._is_followed()) or due

    def _set_aside(self, error):
        """Tell what is wrong, and try again tomorrow."""
        self.write(
            {
                "error": str(error),
                "whole_state": False,
                "refresh_cursor": 0,
                "date_refresh": self._get_next_night(),
            }
        )

    def _refresh_range(self, count):
        """Measure indicators for the next customers, and note how far they came.

        :returns: how many customers
        """
        cursor = self[0].refresh_cursor
        if not cursor:
            self._begin()
        first, last, found = self.env["crl.relationship"]._get_range(cursor, count)
        if found:
            self._refresh(first, last)
        if found == count:
            self.refresh_cursor = last
            return found
        self.write({"refresh_cursor": 0, "error": False})
        for indicator in self:
            indicator.date_refreshed = indicator.date_begun
            indicator.date_refresh = indicator._get_next_night()
            indicator.whole_state = indicator._get_whole_state()
        return found

    def _begin(self):
        """Note when a run begins, and whether the history of the week is written with
        it: that of computed values is, when they change."""
        monday = self._get_monday()
        behind = self.filtered(
            lambda indicator: (
                indicator.source != "computed" and indicator.history_week != monday
            )
        )
        behind.write({"is_history_due": True, "history_week": monday})
        (self - behind).is_history_due = False
        self.date_begun = fields.Datetime.now()

    def _refresh(self, first, last):
        """Measure them for the customers of a range. Either all are followed, or none
        is."""
        values, within = self.env["crl.indicator.value"], get_between(first, last)
        self.env.flush_all()
        monday = self._get_monday()
        week = monday + timedelta(days=7)
        if self[0]._is_followed():
            moved, days = self._get_moved(within), self._get_turns()
            blocks = {
                block
                for block in range(first // BLOCK, last // BLOCK + 1)
                if block % 7 in days or len(moved) > FEW_MOVED
            }
            for block in sorted(blocks):
                start = block * BLOCK
                asked = get_between(max(first, start), min(last, start + BLOCK - 1))
                values._put_computed(self, asked, week)
            others = sorted(each for each in moved if each // BLOCK not in blocks)
            for some in split_every(MOST_MOVED, others):
                values._put_computed(self, get_within(some), week, few=True)
            # days go by for everybody
            judged = self.filtered(
                lambda indicator: indicator.aggregate == "days_since"
            )
        else:
            judged = self.filtered(lambda indicator: indicator.source != "computed")
            if self - judged:
                values._put_computed(self - judged, within, week)
        if judged:
            values._score_again(judged, within)
        behind = self.filtered(lambda i: i.is_history_due)
        if behind:
            values._keep_history(behind, within, monday)

    def _get_monday(self):
        """The Monday of this week, where the company is."""
        today = self._get_company()._crl_today()
        return today - timedelta(days=today.weekday())

    def _get_next_night(self):
        """When it is due next: tonight, or on Monday where only the history is."""
        company = self._get_company()
        days = 1
        if self.source != "computed":
            days = 7 - company._crl_today().weekday()
        day = company._crl_today() + timedelta(days=days)
        return schedule.utc_at(day, NIGHT, company._crl_tz())


def get_turns(last, today):
    """The days of the week, 0 is Monday, after one day and until another: those whose
    turn it is. A night that was missed is made up for.

    :param last: none when it was everybody's turn
    """
    days = (today - last).days if last else 7
    return {(today - timedelta(days=ago)).weekday() for ago in range(min(days, 7))}


def has_turn(column, days):
    """That it is a customer's turn, as SQL.

    :param days: as of ``get_turns``
    """
    return SQL("%s / %s %% 7 = ANY(%s)", column, BLOCK, list(days))


def get_between(first, last):
    """A range of customers, as ``_get_found_sql`` asks for them."""
    return lambda column: SQL("%s BETWEEN %s AND %s", column, first, last)


def get_within(ids):
    """These customers, as ``_get_found_sql`` asks for them."""
    return lambda column: SQL("%s = ANY(%s)", column, list(ids))
