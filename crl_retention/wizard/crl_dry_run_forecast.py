from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from odoo import models

from ..tools import schedule

#: The most customers one dry run looks at.
MAX_CUSTOMERS = 20000


class Entry(NamedTuple):
    """A customer who would enter a procedure, or goes through one (``enrollment``).

    The names are those of an enrollment, so that a step finds its owner for both.
    """

    partner_id: models.BaseModel
    contact_id: models.BaseModel
    company_id: models.BaseModel
    user_id: models.BaseModel
    cadence_id: models.BaseModel
    enrollment: models.BaseModel | None = None


class CrlDryRun(models.TransientModel):
    """Who would enter, and which contacts they would get on which days."""

    _inherit = "crl.dry.run"

    def _get_first_day(self):
        """The first working day looked at; what is due before it is done on it."""
        self.ensure_one()
        company = self.env.company
        start = max(self.date_start, company._crl_today())
        return schedule.roll_day(start, "forward", company._crl_working_days())

    def _get_until(self, spread=None):
        """The last day looked at, a Sunday.

        :param spread: weeks over which the start is spread
        """
        self.ensure_one()
        weeks = self.horizon_weeks + (spread or self.spread_weeks) - 1
        first = self._get_first_day()
        return first + timedelta(weeks=weeks, days=-first.weekday() - 1)

    # ---- Who ----

    def _get_entries(self):
        """Who would get in, and who would not and why.

        :returns: ``([Entry], {customer: sentence})``
        """
        self.ensure_one()
        if self.cadence_id:
            chosen = [(self.cadence_id, self._get_partners(MAX_CUSTOMERS))]
        else:
            chosen = [
                (cadence, self.env["crl.enrollment"]._find_new(cadence, MAX_CUSTOMERS))
                for cadence in self.env["crl.cadence"].search(
                    [("auto_enroll", "=", True)]
                )
            ]
        entries, refused = [], {}
        busy = self.env["res.partner"]
        for cadence, partners in chosen:
            accepted, out = self._sort_out_of(partners, cadence)
            refused.update(out)
            if cadence.is_main:
                # the first of several takes them, as when the engine enrolls
                accepted -= busy
                busy |= accepted
            # asked as the engine will ask when it is time
            contacts = self.env["crl.enrollment"].sudo()._get_contacts(accepted.sudo())
            entries += [
                Entry(
                    partner,
                    contact,
                    partner.company_id or cadence.company_id or self.env.company,
                    partner.user_id,
                    cadence.sudo(),  # as above
                )
                for partner, contact in contacts.items()
            ]
        return entries, refused

    # ---- When ----

    def _get_legs(self, cadence):
        """The procedure and those that follow it."""
        legs = [cadence]
        while legs[-1].next_cadence_id.active:
            legs.append(legs[-1].next_cadence_id)
        return legs

    def _walk(self, entries, courses, weeks=None):
        """Each contact of customers who would get in: ``(entry, step, nth, day)``.

        :param courses: see ``_get_courses``
        :param weeks: over how many weeks they would start, if not as chosen
        """
        by_partner = defaultdict(list)
        for entry in entries:
            by_partner[entry.partner_id].append(entry)
        customers = self.env["res.partner"].sudo().union(*by_partner)  # as above
        for start, partners in self._get_starts(customers, weeks):
            for partner in partners:
                for entry in by_partner[partner]:
                    for step, occurrence, day in courses(
                        entry.cadence_id, entry.company_id, start
                    ):
                        yield entry, step, occurrence, day

    def _get_courses(self, until):
        """A function giving the contacts of a procedure from a start on; customers who
        start on the same day share one calculation.

        :param until: the last day
        """
        calendars = self.env["res.company"]._crl_calendars()
        return cache(
            lambda cadence, company, start: self._get_course(
                self._make_enrollment(cadence, company, start), until, calendars
            )
        )

    def _make_enrollment(self, cadence, company, start):
        """An enrollment that is never saved answers as a real one would."""
        return (
            self.env["crl.enrollment"]
            .sudo()  # as the engine will plan
            .new(
                {
                    "cadence_id": cadence.id,
                    "company_id": company.id,
                    "date_start": start,
                    "date_cycle": start,
                    "cycle": 1,
                    "version": cadence.version,
                    "paused_days": 0,
                }
            )
        )

    def _get_course(self, enrollment, until, calendars):
        """The contacts of a cycle and of the procedures that follow it.

        :param until: the last day
        :returns: ``[(step, occurrence, day)]``
        """
        course = []
        company = enrollment.company_id
        today = company._crl_today()
        oldest = today - company._crl_get_catch_up()
        start = enrollment.date_cycle
        for cadence in self._get_legs(enrollment.cadence_id):
            if cadence != enrollment.cadence_id:
                enrollment = self._make_enrollment(cadence, company, start)
            steps = enrollment._get_steps()
            is_working = calendars(company, enrollment._get_calendar())
            first = enrollment._get_first_occurrences(steps, oldest)
            placements = enrollment._place(steps, is_working, first)
            for step, placement in zip(steps, placements, strict=True):
                occurrence, day = first.get(step._get_origin().id, 1), placement.day
                while day <= until:
                    course.append((step, occurrence, day))
                    if not step.repeat_months:
                        break
                    occurrence += 1
                    day = schedule.roll_day(
                        enrollment._place_alone(step, occurrence), step.roll, is_working
                    )
            __, months, starts = enrollment._get_stage_starts()
            if not all(months):
                break
            start = max([starts[-1], *(placement.day for placement in placements)])
            if start > until:
                break
        return course
