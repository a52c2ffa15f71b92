from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.crl_cadence_step import HUMAN_CHANNELS
from ..tools import schedule
from .crl_dry_run_forecast import Entry


class Contact(NamedTuple):
    """A contact on its day, as ``tools/levelling.py`` wants to know it.

    :param chain: the customer and the procedure, whose order is kept
    :param rank: where it stands in there
    :param resource: company, rep and channel; ``None`` for a message
    """

    chain: tuple
    rank: tuple
    resource: tuple[int, int, str] | None
    channel: str
    day: date
    tolerance: int = 0
    gap: int = 0


class CrlDryRun(models.TransientModel):
    """What falls on which day: planned already, still to be planned, and new."""

    _inherit = "crl.dry.run"

    def _get_planned(self, until):
        """The contacts of customers on their way.

        :param until: the last day
        :returns: ``[Contact]``
        """
        entries = self._get_running_entries()
        ahead = [*self._walk_on(entries, until)]
        return self._read_planned(until) + self._make_contacts(
            ahead, self._judge(ahead)
        )

    def _make_contacts(self, walk, verdicts):
        """The contacts that would go, and whose day is not past."""
        first, oldest = self._get_span()
        facts = cache(
            lambda step: (
                step.cadence_id.id,
                step._get_rank(),
                (step.channel, step.tolerance_days, step.min_gap_days),
            )
        )
        contacts = []
        for entry, step, occurrence, day in walk:
            verdict = verdicts[entry.partner_id.id, step.id]
            if verdict.kind or day < oldest:
                continue
            cadence, rank, (channel, tolerance, gap) = facts(step)
            day = max(day, first)
            resource = None
            if verdict.user_id:
                resource = (entry.company_id.id, verdict.user_id, channel)
            contacts.append(
                Contact(
                    (entry.partner_id.id, cadence),
                    (day, *rank, occurrence),
                    resource,
                    channel,
                    day,
                    tolerance,
                    gap,
                )
            )
        return contacts

    def _get_span(self):
        """The first day looked at, and the oldest whose contacts are done on it."""
        company = self.env.company
        oldest = company._crl_today() - company._crl_get_catch_up()
        return self._get_first_day(), max(self.date_start, oldest)

    # ---- Customers on their way ----

    def _get_running_entries(self):
        """Those who rest are not due."""
        enrollments = self.env["crl.enrollment"].search(
            [
                ("state", "=", "running"),
                ("is_holdout", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        return [
            Entry(
                enrollment.partner_id,
                enrollment.contact_id or enrollment.partner_id,
                enrollment.company_id,
                enrollment.user_id,
                enrollment.cadence_id,
                enrollment,
            )
            # asked as the engine will ask when it is time
            for enrollment in enrollments.sudo()
        ]

    def _walk_on(self, entries, until):
        """What is not planned yet of customers on their way: later occurrences, and the
        procedures that follow."""
        known = self._get_last_occurrences(entries)
        calendars = self.env["res.company"]._crl_calendars()
        courses = {}
        for entry in entries:
            enrollment = entry.enrollment
            key = (
                enrollment.cadence_id, enrollment.company_id, enrollment.version,
                enrollment.cycle, enrollment.date_cycle, enrollment.paused_days,
            )  # fmt: skip
            if key not in courses:
                courses[key] = self._get_course(enrollment, until, calendars)
            for step, occurrence, day in courses[key]:
                if step.cadence_id == enrollment.cadence_id:
                    origin = step._get_origin()
                    last = known.get((enrollment.id, enrollment.cycle, origin.id))
                    if not last or occurrence <= last:
                        continue
                yield entry, step, occurrence, day

    def _get_last_occurrences(self, entries):
        """The occurrence each recurring step stands at."""
        return {
            (enrollment.id, cycle, step.id): last
            for enrollment, cycle, step, last in self.env["crl.touchpoint"]._read_group(
                [
                    ("enrollment_id", "in", [entry.enrollment.id for entry in entries]),
                    ("step_id.repeat_months", ">", 0),
                    ("state", "in", ("planned", "open")),
                ],
                ["enrollment_id", "cycle", "step_id"],
                ["occurrence:max"],
            )
        }

    def _read_planned(self, until):
        """The contacts that are in the table.

        What waits is counted when it is looked at again, what is open today.
        """
        Touchpoint = self.env["crl.touchpoint"]
        query = Touchpoint._search(
            Domain("company_id", "in", self.env.companies.ids)
            & Domain("date_planned", "<=", datetime.combine(until, datetime.max.time()))
            & (
                Domain([("state", "=", "planned"), ("date_due", "!=", False)])
                | Domain([("state", "=", "open"), ("channel", "in", HUMAN_CHANNELS)])
            )
        )
        Touchpoint.flush_model()
        names = (
            "id", "partner_id", "company_id", "user_id", "step_id", "occurrence",
            "channel", "date_due", "date_planned", "is_fixed", "case_id",
        )  # fmt: skip
        rows = self.env.execute_query(
            query.select(*(SQL.identifier(query.table, name) for name in names))
        )
        local = cache(
            lambda moment, company: schedule.local_day(
                moment, self.env["res.company"].browse(company)._crl_tz()
            )
        )
        rank = cache(lambda step: step._get_rank())
        first, __ = self._get_span()
        is_later = self.date_start > self.env.company._crl_today()
        contacts = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            company, user = values["company_id"], values["user_id"]
            channel = values["channel"]
            is_human = channel in HUMAN_CHANNELS
            day = local(values["date_due"] or values["date_planned"], company)
            # until a later start they are done; nobody's wait
            if (is_later and day < self.date_start) or (is_human and not user):
                continue
            day = max(day, first)
            # most have a step among a few
            step = self.env["crl.cadence.step"].sudo().browse(values["step_id"] or ())
            moves = step and not values["is_fixed"] and not values["case_id"]
            contacts.append(
                Contact(
                    (values["partner_id"], step.cadence_id.id)
                    if step
                    else ("contact", values["id"]),
                    (day, *(rank(step) if step else ()), values["occurrence"]),
                    (company, user, channel) if is_human else None,
                    channel,
                    day,
                    step.tolerance_days if moves else 0,
                    step.min_gap_days if moves else 0,
                )
            )
        return contacts
