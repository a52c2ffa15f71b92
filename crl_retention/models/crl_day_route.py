from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..tools import maps, route, schedule

#: When a day begins for a rep whose calendar does not say.
BEGIN_HOUR = 9.0
#: Km a visit of the days ahead may add to the way to be worth a suggestion.
MAX_DETOUR = 20
MAX_SUGGESTIONS = 5
#: Minutes of a visit that is in nobody's calendar, where the company does not say.
STAY = 60


class CrlDay(models.AbstractModel):
    """The day as it is driven: from the contacts to ``tools/route.py`` and back."""

    _inherit = "crl.day"

    def _get_place(self, partner):
        """Coordinates of a contact, or None: 0, 0 is what an empty field reads as."""
        place = (partner.partner_latitude, partner.partner_longitude)
        return place if any(place) else None

    def _get_spot(self, visit):
        """Whose address a visit goes to: the customer's, or where their person is."""
        return (
            visit.contact_id if self._get_place(visit.contact_id) else visit.partner_id
        )

    def _get_base(self, rep):
        """Where the rep starts and ends: at their own address, else the company's."""
        rep = rep.sudo()  # where colleagues work is for everybody to plan with
        places = map(self._get_place, (rep.partner_id, rep.company_id.partner_id))
        return next(filter(None, places), None)

    def _get_frame(self, rep, day, today, done):
        """How the day is driven. A day that has begun goes on from the last visit."""
        calendar, __ = rep._crl_get_calendar(self.env.company)
        hours = calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == str(day.weekday())
        ).mapped("hour_from")
        begin = round(min(hours, default=BEGIN_HOUR) * 60)
        here = None
        if day == today:
            now = self._get_minutes(fields.Datetime.now(), day, self._get_tz(rep))
            begin = max(begin, -(-now // 5) * 5)
            here = done and self._get_place(self._get_spot(done[-1])) or None
        return route.Day(
            begin=begin,
            base=self._get_base(rep),
            speed=float(self.env.company.crl_travel_speed or route.SPEED),
            here=here,
        )

    def _get_stop(self, visit, day, tz):
        """A visit as the pure code knows it."""
        meeting = visit.activity_id.calendar_event_id
        stay = visit.company_id.crl_visit_minutes or STAY
        if meeting:
            stay = (meeting.stop - meeting.start).total_seconds() // 60
        at = by = None
        if visit.is_agreed:
            # one of a day before that was not held has no time any more
            at = self._get_minutes(visit.date_planned, day, tz) or None
        elif visit.case_id and visit.case_id._is_live():
            by = self._get_minutes(visit.case_id.deadline, day, tz)
        place = self._get_place(self._get_spot(visit))
        return route.Stop(visit.id, place, min(max(int(stay), 5), 600), at, by)

    def _get_minutes(self, moment, day, tz):
        """What the clock shows at a moment of a day, in minutes after midnight: 0
        before the day, None after it."""
        utc = moment.replace(tzinfo=timezone.utc)
        local = utc.astimezone(ZoneInfo(tz))
        if local.date() > day:
            return None
        return local.hour * 60 + local.minute if local.date() == day else 0

    def _get_moment(self, minutes, day, tz):
        return schedule.utc_at(day, minutes / 60, tz)

    def _get_suggestions(self, visits, stops, frame, day, tz):
        """Those that were left, and of those ahead the ones that lie on the way:
        ``[(visit, km more or None)]``."""
        found = []
        for visit in visits:
            place = self._get_place(self._get_spot(visit))
            more = route.detour(stops, place, frame) if place else None
            is_left = schedule.local_day(visit.date_planned, tz) < day
            if is_left or (more is not None and more <= MAX_DETOUR):
                found.append((not is_left, more or 0.0, visit.id, visit, more))
        return [(visit, more) for *__, visit, more in sorted(found)[:MAX_SUGGESTIONS]]

    def _get_route_links(self, order, frame):
        places = [frame.here or frame.base, *(stop.place for stop in order), frame.base]
        return maps.route_links([place for place in places if place])
