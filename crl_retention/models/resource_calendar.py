from datetime import datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _crl_working_days(self, resource=None):
        """A function telling whether a day has working time left after leaves.

        It reads half a year at a time and remembers it, so that thousands of
        questions cost a few queries. Days are those of the calendar's time zone.

        :param resource: ``resource.resource`` whose own leaves count as well
        """
        self.ensure_one()
        zone = ZoneInfo(self.tz or "UTC")
        known = {}

        def read(start):
            end = start + relativedelta(months=6)
            intervals = self._work_intervals_batch(
                datetime.combine(start, time(), zone),
                datetime.combine(end, time(), zone),
                resources=resource,
            )[resource.id if resource else False]
            return {begin.astimezone(zone).date() for begin, __, __ in intervals}

        def is_working(day):
            start = day.replace(month=1 if day.month < 7 else 7, day=1)
            if start not in known:
                known[start] = read(start)
            return day in known[start]

        return is_working
