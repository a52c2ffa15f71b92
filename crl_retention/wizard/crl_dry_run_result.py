from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from odoo import Command, models

from ..models.crl_cadence_step import CHANNELS, HUMAN_CHANNELS
from ..tools import levelling
from ..tools.text import swap_name

#: Channels that take nobody's day.
MESSAGES = {code for code, __ in CHANNELS} - {*HUMAN_CHANNELS}
#: Customers named for each reason.
EXAMPLES = 5


class Outcome(NamedTuple):
    """What a dry run found out.

    :param walk: each contact of those who get in, whether it goes or not
    :param entries: who gets in
    :param refused: who does not: ``{customer: sentence}``
    :param verdicts: what becomes of their steps
    :param before: contacts of customers on their way
    :param added: contacts of those who get in
    :param levelled: all of them when they wait as long as their steps allow
    :param over: those that find no day even so
    :param shown: what to tell of: companies, reps and channels; messages by channel
    :param capacity: places of these on a day
    """

    walk: list
    entries: list
    refused: dict
    verdicts: dict
    before: list
    added: list
    levelled: list
    over: list
    shown: set
    capacity: Callable


class CrlDryRun(models.TransientModel):
    """What the contacts come to: the weeks of each rep, and the reasons."""

    _inherit = "crl.dry.run"

    # ---- Working it out ----

    def _run(self):
        self.ensure_one()
        until = self._get_until()
        entries, refused = self._get_entries()
        courses = self._get_courses(until)
        walk = [*self._walk(entries, courses)]
        verdicts = self._judge(walk)
        before = self._get_planned(until)
        added = self._make_contacts(walk, verdicts)
        capacity = self._get_capacity()
        # of one procedure, those whom it gives something to do
        told = added if self.cadence_id else before + added
        outcome = Outcome(
            walk,
            entries,
            refused,
            verdicts,
            before,
            added,
            *self._level(before + added, capacity),
            {contact.resource or contact.channel for contact in told},
            capacity,
        )
        self._write_lines(outcome)
        self._write_reasons(outcome)
        self._write_texts(outcome)

    def _get_capacity(self):
        """A function telling how many contacts of a channel a rep can do on a day.

        :returns: ``f((company id, user id, channel), day)``
        """
        works, limits = {}, {}
        assumed = self._get_assumptions()

        def capacity(resource, day):
            company_id, user_id, channel = resource
            if resource not in limits:
                user = self.env["res.users"].browse(user_id)
                company = self.env["res.company"].browse(company_id)
                limit = user._crl_get_daily_limit(channel, company)
                limits[resource] = limit or assumed[channel]
                if (company_id, user_id) not in works:
                    works[company_id, user_id] = user._crl_working_days(company)
            return limits[resource] if works[company_id, user_id](day) else 0

        return cache(capacity)

    def _get_assumptions(self):
        """What a rep without a daily limit does in a day, by channel."""
        self.ensure_one()
        return {channel: self[f"{channel}s"] for channel in HUMAN_CHANNELS}

    # ---- Weeks ----

    def _write_lines(self, outcome):
        """A line for each rep, channel and week."""
        loads = [
            Counter(
                (c.resource or c.channel, levelling.monday(c.day)) for c in contacts
            )
            for contacts in (outcome.before, outcome.added, outcome.levelled)
        ]
        vals_list = []
        for week in self._get_weeks():
            for key in sorted(outcome.shown, key=str):
                company = user = False
                channel, can_do = key, 0
                if key not in MESSAGES:
                    company, user, channel = key
                    can_do = self._sum_week(outcome.capacity, key, week)
                planned, new, after = (load[key, week] for load in loads)
                vals_list.append(
                    {
                        "date_week": week,
                        "company_id": company,
                        "user_id": user,
                        "channel": channel,
                        "planned": planned,
                        "added": new,
                        "load": planned + new,
                        "capacity": can_do,
                        "excess": max(0, planned + new - can_do) if user else 0,
                        "levelled": after,
                    }
                )
        self.line_ids.unlink()
        self.line_ids = [Command.create(vals) for vals in vals_list]

    def _get_weeks(self):
        """Mondays of the weeks looked at."""
        first = levelling.monday(self._get_first_day())
        days = (self._get_until() - first).days
        return [first + timedelta(days=day) for day in range(0, days + 1, 7)]

    def _sum_week(self, capacity, resource, week):
        """What a rep can do in a week, from the first day looked at on."""
        first = self._get_first_day()
        days = (week + timedelta(days=number) for number in range(7))
        return sum(capacity(resource, day) for day in days if day >= first)

    def _level(self, contacts, capacity):
        """Let contacts wait within their tolerance.

        :returns: the contacts on their days, and those that found none
        """
        chains = defaultdict(list)
        for contact in contacts:
            chains[contact.chain].append(contact)
        for chain in chains.values():
            chain.sort(key=lambda contact: contact.rank)
        slots = levelling.level(
            [
                [levelling.Job(c.resource, c.day, c.tolerance, c.gap) for c in chain]
                for chain in chains.values()
            ],
            capacity,
        )
        levelled, over = [], []
        for chain, row in zip(chains.values(), slots, strict=True):
            for contact, slot in zip(chain, row, strict=True):
                levelled.append(contact._replace(day=slot.day))
                if slot.is_over:
                    over.append(contact)
        return levelled, over

    # ---- Reasons ----

    def _write_reasons(self, outcome):
        """Who stays out, and what is left out or waits, counted by reason."""
        found = defaultdict(Counter)
        for partner, sentence in outcome.refused.items():
            name = partner.display_name
            reason = swap_name(sentence, name, self.env._("the customer"))
            found["out", reason[:1].upper() + reason[1:]][partner.id] += 1
        __, oldest = self._get_span()
        for entry, step, __, day in outcome.walk:
            partner = entry.partner_id.id
            verdict = outcome.verdicts[partner, step.id]
            if verdict.kind:
                found[verdict.kind, verdict.reason][partner] += 1
            elif day < oldest:
                found["skip", self.env._("The day is past.")][partner] += 1
        # the user has chosen these customers
        Partner = self.env["res.partner"].sudo()
        self.reason_ids.unlink()
        self.reason_ids = [
            Command.create(
                {
                    "kind": kind,
                    "reason": reason,
                    "count": sum(partners.values()),
                    "partners": list(partners),
                    "examples": ", ".join(
                        Partner.browse(list(partners)[:EXAMPLES]).mapped("display_name")
                    ),
                }
            )
            for (kind, reason), partners in found.items()
        ]
