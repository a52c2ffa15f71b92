from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_time
from odoo.tools.misc import get_lang

from ..tools import schedule, slots
from .crl_touchpoint_booking import LIVE


class CrlPortfolio(models.AbstractModel):
    """A rep's week: what stands in it, and where a visit still fits."""

    _inherit = "crl.portfolio"

    @api.model
    def get_week(self, user_id, date=None):
        """A rep's week, day by day, on the rep's clock.

        Moments are UTC; ``from`` and ``to`` are minutes after the rep's midnight.

        :param user_id: id of the rep
        :param date: a day of the week, as ISO text; today when empty
        """
        company = self.env.company
        today = fields.Date.to_date(company._crl_today())
        day = self.env["crl.actor"]._check_day(date) or today
        rep = self._check_seen(user_id, company, day.replace(day=1))
        tz = rep._crl_get_tz(company)
        first = self._get_first_weekday(day)
        days = [first + timedelta(days=number) for number in range(7)]
        bounds = (
            schedule.utc_at(first, 0.0, tz),
            schedule.utc_at(first + timedelta(days=7), 0.0, tz),
        )
        hours = slots.merge(rep._crl_get_hours(company, *bounds)[rep.id])
        taken = [span[:2] for span in rep._crl_get_taken(company, *bounds)[rep.id]]
        length = company._crl_get_visit_length()
        starts = slots.pack(
            hours,
            taken,
            length,
            company._crl_get_travel_time(),
            max(bounds[0], fields.Datetime.now()),
        )
        can_book = self._can_book(rep)
        week = {
            day: {
                "date": fields.Date.to_string(day),
                "label": self.env["crl.screen"]._show_day(day, "MMMEd"),
                "is_today": day == schedule.local_day(fields.Datetime.now(), tz),
                "hours": [],
                "blocks": [],
                "slots": [],
            }
            for day in days
        }

        def put(kind, start, stop, **values):
            day = schedule.local_day(start, tz)
            if day not in week:
                return
            midnight = schedule.utc_at(day, 0.0, tz)
            minutes = [
                int((at - midnight).total_seconds() // 60) for at in (start, stop)
            ]
            week[day][kind].append(
                {
                    "from": minutes[0],
                    "to": min(minutes[1], 24 * 60),
                    "time": format_time(self.env, start, tz=tz, time_format="short"),
                    **values,
                }
            )

        for span in hours:
            put("hours", *span)
        for block in self._get_blocks(rep, company, bounds):
            put("blocks", **block)
        for start in starts if can_book else []:
            put("slots", start, start + length, at=fields.Datetime.to_string(start))
        for each in week.values():
            each["blocks"].sort(key=lambda block: (block["from"], block["to"]))
        return {
            "user": {"id": rep.id, "name": rep.name},
            "is_me": rep == self.env.user,
            "can_book": can_book,
            "title": self._get_week_title(days),
            "date": fields.Date.to_string(day),
            "previous": fields.Date.to_string(first - timedelta(days=7)),
            "next": fields.Date.to_string(first + timedelta(days=7)),
            "tz": tz if tz != self.env.user.tz else "",
            "days": list(week.values()),
        }

    @api.model
    def _get_first_weekday(self, day):
        start = int(get_lang(self.env).week_start) - 1
        return day - timedelta(days=(day.weekday() - start) % 7)

    @api.model
    def _get_week_title(self, days):
        return self.env._(
            "%(first)s – %(last)s",
            first=self.env["crl.screen"]._show_day(days[0], "MMMd"),
            last=self.env["crl.screen"]._show_day(days[-1], "yMMMd"),
        )

    @api.model
    def _get_blocks(self, rep, company, bounds):
        """The visits and the other meetings of some days, as far as the user may see
        them."""
        visits = self.env["crl.touchpoint"].search(
            Domain("channel", "=", "visit")
            & Domain("user_id", "=", rep.id)
            & Domain("company_id", "=", company.id)
            & Domain("date_planned", ">=", bounds[0])
            & Domain("date_planned", "<", bounds[1])
            & Domain("state", "in", (*LIVE, "done", "failed")),
            order="date_planned, id",
        )
        meetings = {
            # only which meetings are the visits themselves, and until when
            visit: visit.sudo().activity_id.calendar_event_id
            for visit in visits
        }
        length = company._crl_get_visit_length()
        blocks = [
            {
                "start": visit.date_planned,
                "stop": meetings[visit].stop or visit.date_planned + length,
                "id": visit.id,
                "type": "visit",
                "title": visit.partner_id.display_name,
                "city": visit.partner_id.city or "",
                "status": self._get_status(visit),
                "is_live": visit.is_live,
            }
            for visit in visits
            # without an agreed time it is but a suggestion
            if visit.booking or meetings[visit] or not visit.is_live
        ]
        events = self.env["calendar.event"].search(
            Domain("partner_ids", "in", rep.partner_id.ids)
            & Domain("start", "<", bounds[1])
            & Domain("stop", ">", bounds[0])
            & Domain("id", "not in", [event.id for event in meetings.values()]),
            order="start, id",
        )
        for event in events:
            blocks.append(
                {
                    "start": max(event.start, bounds[0]),
                    "stop": event.stop,
                    "id": event.id,
                    "type": "event",
                    "title": event._crl_get_shown_name(),
                    "city": "",
                    "status": "busy" if event.show_as == "busy" else "free",
                    "is_live": False,
                }
            )
        return blocks

    @api.model
    def _get_status(self, visit):
        """What a visit is shown as: proposed, accepted, planned, held or missed."""
        if visit.is_live:
            return visit.booking or "planned"
        return "held" if visit.outcome == "reached" else "missed"
