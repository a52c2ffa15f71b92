from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import route, schedule, slots
from .crl_touchpoint_booking import LIVE

#: Suggestions shown beside a week.
SHOWN = 40
#: Customers looked through for suggestions, those not seen for longest first.
LOOKED_AT = 1000
#: Days without a visit after which one is worth suggesting.
LONG_DAYS = 30
#: What is suggested, the most urgent first.
REASONS = ("overdue", "at_risk", "due", "near", "never", "long")


class CrlPortfolio(models.AbstractModel):
    """Whom a rep could visit: what is overdue, who is at risk, who is near, and who was
    not visited for long."""

    _inherit = "crl.portfolio"

    @api.model
    def get_suggestions(self, user_id, date=None):
        """Whom a rep could visit in a week, the most urgent first, each with a reason.

        :param user_id: id of the rep
        :param date: a day of the week, as ISO text; today when empty
        """
        company = self.env.company
        day = self.env["crl.actor"]._check_day(date) or company._crl_today()
        rep = self._check_seen(user_id, company, day.replace(day=1))
        first = self._get_first_weekday(day)
        tz = rep._crl_get_tz(company)
        bounds = (
            schedule.utc_at(first, 0.0, tz),
            schedule.utc_at(first + timedelta(days=7), 0.0, tz),
        )
        found = self._get_suggestions(rep, company, bounds)
        return {
            "total": len(found),
            "rows": [
                {name: value for name, value in row.items() if name != "place"}
                for row in found[:SHOWN]
            ],
        }

    @api.model
    def _get_suggestions(self, rep, company, bounds):
        visits = self.env["crl.touchpoint"].search(
            Domain("channel", "=", "visit")
            & Domain("company_id", "=", company.id)
            & Domain("state", "in", LIVE)
            & Domain("date_planned", "<", bounds[1] + timedelta(days=14))
            & (
                Domain("user_id", "=", rep.id)
                | Domain("partner_id.user_id", "=", rep.id)
            ),
            order="date_planned, id",
        )
        booked = visits.filtered(
            lambda t: t.booking and bounds[0] <= t.date_planned < bounds[1]
        )
        there = {
            place: visit.partner_id.display_name
            for visit in booked
            if (place := self._get_place(visit.partner_id))
        }
        rows = [
            self._suggest_visit(visit, rep, company)
            for visit in visits
            if not visit.booking
            and visit.user_id == rep
            # one that stands in the calendar, ahead, has its time
            and not (
                visit.date_planned > fields.Datetime.now()
                # sudo: only whether there is a meeting
                and visit.sudo().activity_id.calendar_event_id
            )
            and visit.date_planned < bounds[1]
            and visit.enrollment_id.state in (False, "running")
        ]
        rows += self._suggest_customers(rep, company, visits.partner_id, there)
        rows.sort(key=lambda row: REASONS.index(row["reason"]))
        return rows

    @api.model
    def _suggest_visit(self, visit, rep, company):
        """A visit that is due and has no agreed time."""
        tz = rep._crl_get_tz(company)
        day = schedule.local_day(visit.date_planned, tz)
        late = (schedule.local_day(fields.Datetime.now(), tz) - day).days
        if late == 1:
            text = self.env._("%s: a day late", visit.title)
        elif late > 1:
            text = self.env._(
                "%(visit)s: %(days)s days late", visit=visit.title, days=late
            )
        else:
            text = self.env._(
                "%(visit)s: due on %(day)s",
                visit=visit.title,
                day=rep._crl_tell_day(company, visit.date_planned),
            )
        return {
            **self._prepare_row(visit.partner_id),
            "key": f"t{visit.id}",
            "reason": "overdue" if late > 0 else "due",
            "reason_text": text,
        }

    @api.model
    def _suggest_customers(self, rep, company, visited, there):
        """Customers whom no visit is planned for in these weeks.

        :param there: ``{place: name}`` of the visits of the week
        """
        relationships = self.env["crl.relationship"].search(
            Domain("user_id", "=", rep.id)
            & Domain("company_id", "in", (company.id, False))
            & Domain("partner_id", "not in", visited.ids)
            & Domain("stage_id", "not any", [("kind", "in", ("lost", "setup"))])
            & Domain("partner_id.active", "=", True)
            & Domain("partner_id.crl_do_not_contact", "=", False)
            & Domain(
                "partner_id.crl_enrollment_ids",
                "not any",
                [("is_holdout", "=", True), ("is_live", "=", True)],
            ),
            order="last_contact_date nulls first, id",
            limit=LOOKED_AT,
        )
        last_visits = dict(
            self.env["crl.touchpoint"]._read_group(
                Domain("channel", "=", "visit")
                & Domain("state", "=", "done")
                & Domain("outcome", "=", "reached")
                & Domain("partner_id", "in", relationships.partner_id.ids),
                ["partner_id"],
                ["date_done:max"],
            )
        )
        rows = []
        for relationship in relationships:
            partner = relationship.partner_id
            row = self._prepare_row(partner)
            reason = self._get_reason(
                relationship, last_visits.get(partner), row["place"], there
            )
            if reason:
                rows.append(
                    {
                        **row,
                        "key": f"p{partner.id}",
                        "reason": reason[0],
                        "reason_text": reason[1],
                    }
                )
        return rows

    @api.model
    def _get_reason(self, relationship, last, place, there):
        """Why a customer is worth a visit: a code and a sentence; nothing when they
        were visited lately.

        :param last: when the last visit was held, or nothing
        """
        days = (fields.Datetime.now() - last).days if last else None
        if relationship.band == "at_risk":
            score = round(relationship.score)
            return "at_risk", self.env._("At risk, %s of 100 points", score)
        if last and days < LONG_DAYS:
            return None
        beside = place and min(
            ((route.way(place, other), name) for other, name in there.items()),
            default=None,
        )
        if beside and beside[0] <= slots.NEAR_KM:
            return "near", self.env._(
                "%(distance)s km from %(customer)s, who is visited this week",
                distance=round(beside[0], 1),
                customer=beside[1],
            )
        if last:
            return "long", self.env._("Last visited %s days ago", days)
        return "never", self.env._("Never visited yet")

    @api.model
    def _prepare_row(self, partner):
        return {
            "partner_id": partner.id,
            "name": partner.display_name,
            "city": partner.city or "",
            "place": self._get_place(partner),
        }

    @api.model
    def _get_place(self, partner):
        place = (partner.partner_latitude, partner.partner_longitude)
        return place if any(place) else None
