from collections import Counter
from math import ceil

from odoo import models

from ..tools import levelling
from .crl_choice import MAX_SPREAD_WEEKS
from .crl_dry_run_result import MESSAGES

#: From this share of a week on a rep is nearly full.
NEARLY_FULL = 0.8


class CrlDryRun(models.TransientModel):
    """The result in words, and as a table with a row for each rep."""

    _inherit = "crl.dry.run"

    # ---- Sentences ----

    def _write_texts(self, outcome):
        worst = self.line_ids.filtered("excess").sorted(
            lambda line: (line.date_week, -line.excess, line.id)
        )
        self.write(
            {
                "is_done": True,
                "is_broken": bool(worst),
                "accepted_count": len(outcome.entries),
                "refused_count": len(outcome.refused),
                "break_text": self._get_break_text(worst, outcome.entries),
                "levelling_text": self._get_levelling_text(outcome),
                "spread_text": (
                    self._get_spread_text(outcome) if worst and outcome.entries else ""
                ),
                "assumption_text": self._get_assumption_text(outcome.shown),
            }
        )

    def _get_break_text(self, worst, entries):
        if not worst:
            if self.cadence_id and not entries:
                return self.env._("Nobody gets in.")
            return self.env._("Everybody can do what falls due.")
        first = worst[0]
        text = self.env._(
            "In the week of %(week)s %(rep)s has %(load)s and can do %(capacity)s.",
            week=self.env["crl.screen"]._show_day(first.date_week, "MMMd"),
            rep=first.user_id.name,
            load=self._count(first.channel, first.load),
            capacity=first.capacity,
        )
        if len(worst) > 1:
            text += " " + self.env._(
                "Weeks in which somebody has too much: %(weeks)s; reps: %(reps)s.",
                weeks=len(set(worst.mapped("date_week"))),
                reps=len(worst.user_id),
            )
        return text

    def _count(self, channel, number):
        """Some calls, visits or letters, in words."""
        one = {
            "call": self.env._("1 call"),
            "visit": self.env._("1 visit"),
            "letter": self.env._("1 letter"),
        }
        many = {
            "call": self.env._("%s calls", number),
            "visit": self.env._("%s visits", number),
            "letter": self.env._("%s letters", number),
        }
        return (one if number == 1 else many)[channel]

    def _get_levelling_text(self, outcome):
        """What waiting within the tolerance of the steps would solve."""
        over, days = levelling.count_over(
            (
                (contact.resource, contact.day)
                for contact in outcome.before + outcome.added
                if contact.resource in outcome.shown
            ),
            outcome.capacity,
        )
        if not over:
            return ""
        left = len([c for c in outcome.over if c.resource in outcome.shown])
        text = self.env._(
            "Day by day, %(over)s contacts are too many on their day, on %(days)s days "
            "of the reps.",
            over=over,
            days=days,
        )
        if left:
            return f"{text} " + self.env._(
                "If they wait as long as their steps allow, %s still find no day.", left
            )
        return f"{text} " + self.env._(
            "If they wait as long as their steps allow, all of them find a day."
        )

    def _get_spread_text(self, outcome):
        """Over how many weeks the start must be spread that no week breaks."""
        until = self._get_until(MAX_SPREAD_WEEKS)
        before = self._get_planned(until)
        if self._breaks(before, outcome):
            return self.env._(
                "Even without new customers somebody has more to do than they can: "
                "spreading the start does not help alone."
            )
        courses = self._get_courses(until)
        # who starts at once goes farthest
        walk = self._walk(outcome.entries, courses, 1)
        verdicts = outcome.verdicts | self._judge(walk, outcome.verdicts)
        for weeks in range(self.spread_weeks + 1, MAX_SPREAD_WEEKS + 1):
            until = self._get_until(weeks)
            walk = self._walk(outcome.entries, courses, weeks)
            added = self._make_contacts(walk, verdicts)
            ahead = [contact for contact in before + added if contact.day <= until]
            if not self._breaks(ahead, outcome):
                return self.env._(
                    "Spread the start over %(weeks)s weeks, %(count)s customers a "
                    "week, and no week breaks.",
                    weeks=weeks,
                    count=ceil(len(outcome.entries) / weeks),
                )
        return self.env._(
            "Not even a start spread over %s weeks is slow enough: the procedure asks "
            "for more than these reps can do.",
            MAX_SPREAD_WEEKS,
        )

    def _breaks(self, contacts, outcome):
        """Whether a rep has more to do in a week than they can."""
        loads = Counter(
            (contact.resource, levelling.monday(contact.day))
            for contact in contacts
            if contact.resource in outcome.shown
        )
        return any(
            load > self._sum_week(outcome.capacity, resource, week)
            for (resource, week), load in loads.items()
        )

    def _get_assumption_text(self, shown):
        """What was assumed of reps without a daily limit."""
        assumed = self._get_assumptions()
        channels = sorted(
            {
                channel
                for company, user, channel in shown - MESSAGES
                if not self.env["res.users"]
                .browse(user)
                ._crl_get_daily_limit(channel, self.env["res.company"].browse(company))
            }
        )
        if not channels:
            return ""
        return self.env._(
            "Not every rep has a daily limit. Assumed a day: %s.",
            ", ".join(self._count(channel, assumed[channel]) for channel in channels),
        )

    # ---- Table ----

    def _render_grid(self, name):
        """A row for each rep and channel, those with too much first.

        :param name: the field of the lines that is compared with the capacity
        """
        self.ensure_one()
        rows = []
        channels = dict(
            self.line_ids._fields["channel"]._description_selection(self.env)
        )
        lines = self.line_ids.filtered("user_id")
        companies = lines.company_id
        for (user, company), own in lines.grouped(
            lambda line: (line.user_id, line.company_id)
        ).items():
            title = user.name
            if len(companies) > 1:
                title = f"{title} ({company.name})"
            by_channel = own.grouped("channel")
            worst = max(line[name] - line.capacity for line in own)
            for number, (channel, weeks) in enumerate(sorted(by_channel.items())):
                rows.append(
                    {
                        "order": (-max(0, worst), title, number),
                        "title": title,
                        "is_first": not number,
                        "channel": channels[channel],
                        "cells": [self._get_cell(line, name) for line in weeks],
                    }
                )
        messages = (self.line_ids - lines).grouped("date_week").values()
        return self.env["ir.qweb"]._render(
            "crl_retention.crl_dry_run_grid",
            {
                "rows": sorted(rows, key=lambda row: row["order"]),
                "weeks": [
                    self.env["crl.screen"]._show_day(week, "MMMd")
                    for week in dict.fromkeys(self.line_ids.mapped("date_week"))
                ],
                "messages": [sum(weeks.mapped("load")) for weeks in messages],
            },
        )

    def _get_cell(self, line, name):
        """The text, its level ('over', 'full', 'fine', 'none'), and it read aloud."""
        number = line[name]
        level = "fine"
        if number > line.capacity:
            level = "over"
        elif not number:
            level = "none"
        elif number >= NEARLY_FULL * line.capacity:
            level = "full"
        return {
            "text": f"{number}/{line.capacity}",
            "level": level,
            "title": self.env._(
                "%(number)s to do, %(capacity)s possible",
                number=number,
                capacity=line.capacity,
            ),
        }
