from collections import defaultdict
from datetime import timedelta

from pytz import timezone, utc

from odoo import fields, models
from odoo.tools import SQL, format_time

from ..tools import schedule, slots

#: Working hours where the company has no calendar: every day, on the user's clock.
HOURS = (9.0, 18.0)


class ResUsers(models.Model):
    """When colleagues work, and what stands in their calendars, for many of them at
    once."""

    _inherit = "res.users"

    def _crl_get_tz(self, company):
        """The zone on whose clock a user's day goes, or the company's of nobody."""
        return self.tz or company._crl_tz()

    def _crl_get_hours(self, company, start, stop):
        """Working hours without days off, leaves and absences.

        The hours of a calendar are read on the clock of each user. A few queries for
        each calendar and time zone, not for each user.

        :param start: naive UTC
        :param stop: naive UTC
        :returns: ``{user id: spans}`` as of ``tools/slots.py``
        """
        users = self.sudo()  # colleagues plan around each other's days off
        groups = defaultdict(dict)
        for user in users:
            calendar, resource = user._crl_get_calendar(company)
            groups[calendar, user._crl_get_tz(company)][user] = resource
        hours = {}
        for (calendar, tz), resources in groups.items():
            if not calendar:
                spans = self._crl_get_daily_hours(tz, start, stop)
                hours.update((user.id, spans) for user in resources)
                continue
            intervals = calendar._work_intervals_batch(
                start.replace(tzinfo=utc),
                stop.replace(tzinfo=utc),
                resources=self.env["resource.resource"].union(*resources.values()),
                tz=timezone(tz),
            )
            for user, resource in resources.items():
                hours[user.id] = [
                    tuple(at.astimezone(utc).replace(tzinfo=None) for at in span[:2])
                    for span in intervals[resource.id]
                ]
        for user in users.filtered("out_of_office_from"):
            away = (user.out_of_office_from, user.out_of_office_to or stop)
            hours[user.id] = slots.subtract(hours[user.id], [away])
        return hours

    def _crl_get_daily_hours(self, tz, start, stop):
        day, last = schedule.local_day(start, tz), schedule.local_day(stop, tz)
        spans = []
        while day <= last:
            spans.append(tuple(schedule.utc_at(day, hour, tz) for hour in HOURS))
            day += timedelta(days=1)
        outside = [(start - timedelta(days=2), start), (stop, stop + timedelta(days=2))]
        return slots.subtract(spans, outside)

    def _crl_get_taken(self, company, start, stop, without=None):
        """What stands in the users' calendars as busy, in one query.

        :param without: ``calendar.event`` records that are not to count
        :returns: ``{user id: [(start, stop, id of the event)]}``, naive UTC
        """
        self.env.flush_all()
        users = {user.partner_id.id: user for user in self.sudo()}  # as above
        # a day long or more, whatever the time zone
        day = timedelta(days=1)
        rows = self.env.execute_query(
            SQL(
                """SELECT a.partner_id, e.id, e.allday, e.start, e.stop
                     FROM calendar_attendee a
                     JOIN calendar_event e ON e.id = a.event_id
                    WHERE a.partner_id IN %s AND a.state != 'declined'
                      AND e.active AND e.show_as = 'busy' AND e.id != ALL(%s)
                      AND e.stop > %s AND e.start < %s
                 ORDER BY e.start, e.id""",
                tuple(users) or (0,),
                without.ids if without else [],
                start - day,
                stop + day,
            )
        )
        taken = defaultdict(list)
        for partner_id, event_id, allday, begin, end in rows:
            user = users[partner_id]
            if allday:
                # Odoo writes days there, as hours of no time zone
                tz = user._crl_get_tz(company)
                begin = schedule.utc_at(begin.date(), 0.0, tz)
                end = schedule.utc_at(end.date() + day, 0.0, tz)
            if begin < stop and start < end:
                taken[user.id].append((begin, end, event_id))
        return taken

    def _crl_get_month_days(self, company, hours):
        """Local days with working hours: ``{user id: {day}}``.

        :param hours: as of ``_crl_get_hours``
        """
        days = {}
        for user in self:
            tz = user._crl_get_tz(company)
            days[user.id] = {schedule.local_day(span[0], tz) for span in hours[user.id]}
        return days

    def _crl_claim_calendar(self):
        """Of two who book for the same user at the same moment the second fails here,
        is rolled back, and sees what the first one booked."""
        self.env.execute_query(
            SQL(
                "UPDATE res_users SET active = active WHERE id IN %s RETURNING id",
                tuple(self.ids),
            )
        )

    # ---- Whether visits fit ----

    def _crl_find_clashes(self, company, wanted, without=None):
        """Which visits do not fit into the user's calendar, and why.

        :param wanted: ``{key: (start, stop)}``, naive UTC; the first of two that
            overlap is taken
        :param without: meetings that are not to count: those of the visits themselves
        :returns: ``{key: sentence}`` of those that do not fit
        """
        self.ensure_one()
        if not wanted:
            return {}
        tz, now = self._crl_get_tz(company), fields.Datetime.now()
        first = schedule.local_day(min(wanted.values())[0], tz)
        last = schedule.local_day(max(wanted.values())[0], tz) + timedelta(days=1)
        bounds = schedule.utc_at(first, 0.0, tz), schedule.utc_at(last, 0.0, tz)
        hours = slots.merge(self._crl_get_hours(company, *bounds)[self.id])
        taken = self._crl_get_taken(company, *bounds, without)[self.id]
        travel = company._crl_get_travel_time()
        clashes = {}
        for key, span in wanted.items():
            beside = [
                other
                for other in taken
                if slots.clashes(span, slots.widen([other[:2]], travel))
            ]
            if span[0] < now:
                clashes[key] = self.env._("This moment has passed: choose a later one.")
            elif not slots.is_within(span, hours):
                clashes[key] = self._crl_tell_hours(company, span[0], hours)
            elif beside:
                clashes[key] = self._crl_tell_taken(company, beside[0])
            else:
                taken.append((*span, False))
        return clashes

    def _crl_tell_hours(self, company, moment, hours):
        tz = self._crl_get_tz(company)
        day = schedule.local_day(moment, tz)
        spans = [span for span in hours if schedule.local_day(span[0], tz) == day]
        if not spans:
            return self.env._(
                "%(rep)s is not there on %(day)s: a day off, a holiday or a leave.",
                rep=self.name,
                day=self._crl_tell_day(company, moment),
            )
        return self.env._(
            "On %(day)s %(rep)s works %(times)s: the visit does not fit in there.",
            rep=self.name,
            day=self._crl_tell_day(company, moment),
            times=", ".join(self._crl_tell_span(company, span) for span in spans),
        )

    def _crl_tell_taken(self, company, taken):
        event = self.env["calendar.event"].browse(taken[2] or [])
        return self.env._(
            "%(rep)s has “%(event)s” on %(day)s, %(times)s. Between two meetings "
            "%(minutes)s minutes are kept to get there.",
            rep=self.name,
            event=event._crl_get_shown_name() if event else self.env._("a visit"),
            day=self._crl_tell_day(company, taken[0]),
            times=self._crl_tell_span(company, taken[:2]),
            minutes=company.crl_travel_minutes,
        )

    def _crl_tell_day(self, company, moment):
        day = schedule.local_day(moment, self._crl_get_tz(company))
        return self.env["crl.screen"]._show_day(day, "MMMEd")

    def _crl_tell_span(self, company, span):
        tz = self._crl_get_tz(company)
        times = [
            format_time(self.env, moment, tz=tz, time_format="short") for moment in span
        ]
        return "–".join(times)
