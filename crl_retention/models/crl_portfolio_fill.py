from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_time

from ..tools import quota, schedule, slots
from .crl_touchpoint_booking import LIVE


class CrlPortfolio(models.AbstractModel):
    """Filling a rep's month up to the meetings it lacks."""

    _inherit = "crl.portfolio"

    @api.model
    def get_fill(self, user_id, month=None):
        """What would bring a rep to the month's meetings, to be looked at before it is
        booked: ``{"missing", "lines": [{"key", "start", ...}]}``.

        :param user_id: id of the rep
        """
        company, month = self.env.company, self._get_month(month)
        rep = self._check_seen(user_id, company, month)
        tz = rep._crl_get_tz(company)
        bounds = quota.month_bounds(month, tz)
        start = max(bounds[0], fields.Datetime.now())
        missing = max(0, self._get_missing(rep, company, month))
        hours = rep._crl_get_hours(company, start, bounds[1])[rep.id]
        taken = rep._crl_get_taken(company, start, bounds[1])[rep.id]
        starts = slots.pack(
            hours,
            [span[:2] for span in taken],
            company._crl_get_visit_length(),
            company._crl_get_travel_time(),
            start,
        )
        found = self._get_suggestions(rep, company, (start, bounds[1]))
        # what is due in the month counts as ahead already
        wanted = [row for row in found if row["reason"] != "due"][:missing]
        places, room = self._get_days(rep, company, (start, bounds[1]), starts)
        given = slots.fill(
            [(at, schedule.local_day(at, tz)) for at in starts],
            [slots.Wanted(row["key"], row["place"]) for row in wanted],
            places,
            room,
        )
        rows = {row["key"]: row for row in found}
        lines = [
            {
                "key": key,
                "name": rows[key]["name"],
                "city": rows[key]["city"],
                "reason": rows[key]["reason"],
                "reason_text": rows[key]["reason_text"],
                "start": fields.Datetime.to_string(at),
                "time": self.env._(
                    "%(day)s, %(time)s",
                    day=self.env["crl.screen"]._show_day(
                        schedule.local_day(at, tz), "MMMEd"
                    ),
                    time=format_time(self.env, at, tz=tz, time_format="short"),
                ),
            }
            for key, at in sorted(given.items(), key=lambda item: item[1])
        ]
        return {
            "missing": missing,
            "free": len(starts),
            "lines": lines,
        }

    @api.model
    def _get_missing(self, rep, company, month):
        """Meetings the rep's month lacks, with what is booked."""
        Quota = self.env["crl.quota"].sudo()  # figures of a rep the user may look at
        row = Quota.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "=", month),
                ("metric", "=", "meetings"),
                ("user_id", "=", rep.id),
            ]
        )
        target = row.target if row else company.crl_target_meetings
        sources = Quota._get_sources(company)
        return target - sum(
            Quota._count_month(company, sources[figure], month).get(rep.id, 0)
            for figure in ("meetings", "booked")
        )

    @api.model
    def _get_days(self, rep, company, bounds, starts):
        """Where the rep is on each day, and how many visits a day can still take where
        the rep's days have a limit."""
        tz = rep._crl_get_tz(company)
        visits = self.env["crl.touchpoint"].search(
            Domain("channel", "=", "visit")
            & Domain("user_id", "=", rep.id)
            & Domain("state", "in", (*LIVE, "done"))
            & Domain("date_planned", ">=", bounds[0] - timedelta(days=1))
            & Domain("date_planned", "<", bounds[1])
        )
        by_day = visits.grouped(lambda t: schedule.local_day(t.date_planned, tz))
        places = {
            day: [place for t in there if (place := self._get_place(t.partner_id))]
            for day, there in by_day.items()
        }
        most = rep._crl_get_daily_limit("visit", company)
        if not most:
            return places, None
        days = {schedule.local_day(at, tz) for at in starts}
        return places, {day: most - len(by_day.get(day, ())) for day in days}

    @api.model
    def book(self, user_id, lines):
        """Book visits for a rep, all of them or none.

        :param user_id: id of the rep
        :param lines: ``[{"key": "t12" or "p34", "start": UTC moment}]``: a visit that
            is planned already, or a customer
        :returns: how many were booked
        :raises UserError: when one cannot be booked, with its name and the reason
        """
        company = self.env.company
        rep = self._check_seen(user_id, company, self._get_month(None))
        moments = self._read_lines(lines)
        Touchpoint, Partner = self.env["crl.touchpoint"], self.env["res.partner"]
        planned = Touchpoint.browse(
            key for kind, key in moments if kind == "t"
        ).exists()
        partners = Partner.browse(key for kind, key in moments if kind == "p").exists()
        if len(planned) + len(partners) != len(moments):
            raise UserError(self.env._("Some of these are gone: look again."))
        planned.check_access("read")
        partners.check_access("read")
        for record in (*planned, *partners):
            if record.company_id - company:
                raise UserError(
                    self.env._("%s belongs to another company.", record.display_name)
                )
        visits = planned._as_engine() if planned else planned
        Touchpoint._check_rep(rep.id, rep, company)
        if visits:
            visits._book({t.id: moments["t", t.id] for t in visits}, rep)
        if partners:
            partners._crl_check_mine()
            visits += partners.commercial_partner_id._crl_book_visits(
                {p.commercial_partner_id.id: moments["p", p.id] for p in partners},
                rep.id,
            )
        visits._tell_booked()
        return len(visits)

    @api.model
    def _read_lines(self, lines):
        """``{(kind, id): moment}``"""
        actor, moments = self.env["crl.actor"], {}
        for line in lines if isinstance(lines, list) else []:
            key = line.get("key") if isinstance(line, dict) else None
            kind, number = (key[:1], key[1:]) if isinstance(key, str) else ("", "")
            number = actor._read_id(number)
            if kind not in ("t", "p") or not number:
                raise UserError(self.env._("Choose visits or customers to book."))
            moments[kind, number] = actor._check_moment(line.get("start"))
        if not moments:
            raise UserError(self.env._("Choose visits or customers to book."))
        return moments
