from datetime import timedelta

from odoo import models
from odoo.tools import format_time

from ..tools import maps, route, schedule

#: Minutes of a day.
DAY = 24 * 60
#: The colour of each reason; the words beside it say the same.
TONES = {"overdue": "danger", "at_risk": "warning", "due": "warning", "fine": "success"}


class CrlDay(models.AbstractModel):
    """What the screen *My Visits* shows."""

    _inherit = "crl.day"

    def _get_day(self, rep, day, today, visits):
        """The day as the screen has it; texts are in the reader's language, times on
        the rep's clock, ``planned`` in UTC."""
        tz = self._get_tz(rep)
        done = self._find_done(rep, day)
        frame = self._get_frame(rep, day, today, done)
        stops = route.arrange([self._get_stop(v, day, tz) for v in visits], frame)
        timetable, total = route.timetable(stops, frame)
        shown = {visit.id: visit for visit in visits}
        facts = self._read_facts(visits)
        rows = [
            self._get_row(shown[leg.key], leg, stop, day, today, tz, facts, frame)
            for leg, stop in zip(timetable, stops, strict=True)
        ]
        more = self._find_more(rep, day, today, visits)
        suggestions = self._get_suggestions(more, stops, frame, day, tz)
        ends = timetable[-1].begin + stops[-1].stay if timetable else frame.begin
        return {
            "date": str(day),
            "date_text": self._show_day(day, "MMMEd"),
            "is_today": day == today,
            "before": str(day - timedelta(days=1)),
            "after": str(day + timedelta(days=1)),
            "user": {"id": rep.id, "name": rep.name},
            "users": self._get_reps(rep),
            "can_act": day >= today
            and self.env.user.has_group("crl_retention.crl_retention_group_user"),
            "rows": rows,
            "done": [self._get_done_row(visit, tz) for visit in done],
            "suggestions": [
                self._get_suggestion(visit, more, today, tz)
                for visit, more in suggestions
            ],
            "distance": round(total),
            "begin": self._format_minutes(frame.begin, day, tz),
            "end": self._format_minutes(ends, day, tz) if ends < DAY else "",
            "route_links": self._get_route_links(stops, frame),
            "is_used": self._is_used(stops, shown, day, tz),
            "notes": self._get_notes(frame, stops),
        }

    def _format_minutes(self, minutes, day, tz):
        moment = self._get_moment(minutes, day, tz)
        return format_time(self.env, moment, tz=tz, time_format="short")

    def _is_used(self, stops, shown, day, tz):
        """Whether the visits have this order already, on this day."""
        planned = [shown[stop.key].date_planned for stop in stops]
        return (
            all(a < b for a, b in zip(planned, planned[1:], strict=False))
            and all(schedule.local_day(moment, tz) == day for moment in planned)
            and all(shown[stop.key].is_fixed for stop in stops)
        )

    def _get_notes(self, frame, stops):
        """What the times rest upon, and what is missing for better ones."""
        notes = [
            self.env._(
                "Driving times are estimates: %(speed)s km/h on roads %(detour)s times "
                "as long as the straight line. A visit takes as long as its meeting in "
                "the calendar, else as the settings say.",
                speed=round(frame.speed),
                detour=route.DETOUR,
            )
        ]
        if not frame.base:
            notes.append(
                self.env._(
                    "Neither you nor the company has coordinates: the way begins at "
                    "the first visit."
                )
            )
        lost = sum(not stop.place for stop in stops)
        if lost:
            notes.append(self._get_hint(lost))
        return notes

    def _get_hint(self, lost):
        if hasattr(self.env["res.partner"], "geo_localize"):
            return self.env._(
                "Visits without coordinates: %s. Open the customer and press “Compute "
                "based on address”.",
                lost,
            )
        return self.env._(
            "Visits without coordinates: %s. An administrator can install Odoo's "
            "“Partners Geolocation”, which finds them by the address.",
            lost,
        )

    # ---- Rows ----

    def _read_facts(self, visits):
        """Open promises and cases of the customers, as far as the user may see them."""
        cases = self.env["crl.case"].search(
            [
                ("partner_id", "in", visits.partner_id.ids),
                ("state", "in", ("open", "planned")),
            ],
            order="deadline, id",
        )
        return {
            "words": visits._get_last_words() if visits else {},
            # which ones the user may see was searched just before
            "cases": cases.sudo().grouped("partner_id"),
        }

    def _get_row(self, visit, leg, stop, day, today, tz, facts, frame):
        partner = visit.partner_id
        reason, reason_text = self._get_reason(visit, today, tz)
        cases = facts["cases"].get(partner, self.env["crl.case"])
        promises = cases.filtered(lambda case: case.kind == "promise")
        spot = self._get_spot(visit)
        lines = spot._display_address(without_company=True).splitlines()
        address = ", ".join(line.strip() for line in lines if line.strip())
        words = facts["words"].get(partner.id) or ""
        moment = self._get_moment(leg.begin, day, tz)
        return {
            "id": visit.id,
            "partner_id": partner.id,
            "name": partner.name,
            "contact_name": (visit.contact_id - partner).name or "",
            "title": visit._get_title(),
            "city": spot.city or partner.city or "",
            "address": address,
            "reason": reason,
            "reason_text": reason_text,
            "tone": TONES[reason],
            # one that begins after midnight is not of this day any more
            "planned": leg.begin < DAY and str(moment),
            "time": self._format_minutes(leg.begin, day, tz) if leg.begin < DAY else "",
            "is_agreed": stop.at is not None,
            "late_text": self._get_late_text(visit, leg, stop),
            "distance": self._round(leg.distance),
            "drive": route.drive(leg.distance, frame.speed),
            "has_place": bool(stop.place),
            "call_windows": partner.crl_call_window_ids.mapped("display_name"),
            "is_added": self._is_added(visit, day, today, tz),
            "phones": (visit.contact_id | partner)._crl_get_phones(),
            "links": maps.place_links(stop.place, address),
            "last_words": "" if words in cases.mapped("description") else words,
            "band": partner.crl_band or "",
            "band_text": self._show_label(partner, "crl_band"),
            "promises": [self._get_case_row(case, tz) for case in promises],
            "cases": [self._get_case_row(case, tz) for case in cases - promises],
        }

    def _round(self, distance):
        """Km as one says them: nobody knows the hundreds of metres of a long way."""
        return round(distance, 1) if distance < 10 else round(distance)

    def _is_added(self, visit, day, today, tz):
        """Whether it is in this day for a look only."""
        planned = schedule.local_day(visit.date_planned, tz)
        return planned > day or planned < day != today

    def _get_late_text(self, visit, leg, stop):
        if leg.begin >= DAY:
            return self.env._("Too much for one day: agree another time.")
        if not leg.late or visit.case_id and visit.case_id.is_late:
            return ""
        if stop.at is None:
            return self.env._("After the deadline: go earlier, or ask for help.")
        return self.env._("About %s minutes late for the agreed time.", leg.late)

    def _get_reason(self, visit, today, tz):
        """Why the visit is on the list, as a code and in words."""
        planned = schedule.local_day(visit.date_planned, tz)
        case = visit.case_id if visit.case_id and visit.case_id._is_live() else None
        if case:
            until = self._format_until(case.deadline, tz)
            if case.is_late:
                text = self.env._("Unhappy customer: the visit was due by %s", until)
                return "overdue", text
            return "at_risk", self.env._("Unhappy customer: visit by %s", until)
        days = (today - planned).days
        if days == 1:
            return "overdue", self.env._("Overdue since yesterday")
        if days > 1:
            return "overdue", self.env._("Overdue for %s days", days)
        if visit.partner_id.crl_band == "at_risk":
            return "at_risk", self.env._("Customer at risk")
        if not days:
            return "due", self.env._("Due today")
        on = self._show_day(planned, "MMMEd")
        return "fine", self.env._("Due on %s", on)

    def _format_until(self, moment, tz):
        day = schedule.local_day(moment, tz)
        return self.env._(
            "%(day)s, %(time)s",
            day=self._show_day(day, "MMMEd"),
            time=format_time(self.env, moment, tz=tz, time_format="short"),
        )

    def _get_case_row(self, case, tz):
        return {
            "id": case.id,
            "text": case.description or self._show_label(case, "kind"),
            "deadline": self._format_until(case.deadline, tz),
            "late": case.is_late,
        }

    def _get_done_row(self, visit, tz):
        return {
            "id": visit.id,
            "name": visit.partner_id.name,
            "time": format_time(self.env, visit.date_done, tz=tz, time_format="short"),
            "verdict": visit.verdict or "",
            "verdict_text": self._show_label(visit, "verdict"),
        }

    def _get_suggestion(self, visit, more, today, tz):
        reason, text = self._get_reason(visit, today, tz)
        return {
            "id": visit.id,
            "name": visit.partner_id.name,
            "city": visit.partner_id.city or "",
            "reason": reason,
            "text": text,
            "more": more and self._round(more),
        }
