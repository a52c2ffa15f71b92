from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from .crl_cadence_step import HUMAN_CHANNELS


class Decision(NamedTuple):
    """What a rule says of a due contact, when it does not let it pass.

    :param verb: 'hold', 'postpone' (to a new day), 'skip', 'exit', 'pause' (the
        enrollment rests) or 'shift' (the customer's whole procedure)
    :param rule: short code of the rule, for the log
    :param note: why, as a sentence
    :param until: naive UTC moment to look again for 'hold', to go for 'postpone'
    """

    verb: str
    rule: str
    note: str
    until: object = None


class CrlTouchpoint(models.Model):
    """The rules a due contact must pass, asked at the moment it would go."""

    _inherit = "crl.touchpoint"

    def _decide(self, rules=None):
        """Ask every rule about every contact; the first that objects decides.

        :param rules: names of methods; those of ``_get_rules`` when empty
        :returns: ``{touchpoint id: Decision}`` for those that may not go now
        """
        decisions = {}
        for rule in rules or self._get_rules():
            rest = self.filtered(lambda t: t.id not in decisions)
            decisions.update(getattr(rest, rule)())
        return decisions

    def _get_rules(self):
        """The rules in the order they are asked. Each is the name of a method that
        returns ``{touchpoint id: Decision}``. A bridge adds its own."""
        return [
            "_rule_enrollment",
            "_rule_exit",
            "_rule_campaign",
            "_rule_condition",
            "_rule_too_old",
            "_rule_wait",
            "_rule_consent",
            "_rule_away",
            "_rule_owner",
            "_rule_message",
            "_rule_frequency",
        ]

    def _get_limits(self):
        """The rules that count what is open and what waits, asked once the decisions of
        the others are carried out. As above."""
        return ["_rule_daily_limit"]

    def _rule_enrollment(self):
        return {
            t.id: Decision("hold", "enrollment", self.env._("The procedure rests."))
            for t in self
            if t.enrollment_id and not t.case_id and t.enrollment_id.state != "running"
        }

    def _rule_condition(self):
        decisions = {}
        for step, touchpoints in self.grouped(lambda t: t._get_step()).items():
            if (step.condition or "[]").strip() == "[]":
                continue
            meant = touchpoints.partner_id.filtered_domain(step._parse_condition())
            for touchpoint in touchpoints:
                if touchpoint.partner_id not in meant:
                    decisions[touchpoint.id] = Decision(
                        "skip",
                        "condition",
                        self.env._("The customer does not match the step's condition."),
                    )
        return decisions

    def _rule_too_old(self):
        """After a standstill nobody is flooded: old messages are skipped, and calls,
        visits and letters go on as after a pause, with the gaps between them."""
        decisions = {}
        now = fields.Datetime.now()
        for touchpoint in self.filtered(lambda t: t.step_id or t.tried_id):
            company = touchpoint.company_id
            catch_up = company._crl_get_catch_up()
            patience = timedelta(days=company.crl_wait_days)
            if touchpoint.channel in HUMAN_CHANNELS:
                if touchpoint._is_overdue():
                    decisions[touchpoint.id] = Decision(
                        "shift",
                        "too_old",
                        self.env._("Planned anew after a standstill."),
                    )
            elif (
                touchpoint.date_due < now - catch_up
                or touchpoint.date_planned < now - catch_up - patience
            ):
                decisions[touchpoint.id] = Decision(
                    "skip", "too_old", self.env._("Too old to be sent.")
                )
        return decisions

    def _is_overdue(self):
        """Whether the contact fell due longer ago than the company catches up."""
        self.ensure_one()
        catch_up = self.company_id._crl_get_catch_up()
        return self.date_due < fields.Datetime.now() - catch_up

    def _rule_wait(self):
        """Messages, and steps that keep a gap, wait a while for the contact before
        them that is still to be done."""
        decisions = {}
        now = fields.Datetime.now()
        waiting = self.filtered(
            lambda t: (
                t.step_id
                and not t.case_id
                and (
                    t.channel not in HUMAN_CHANNELS
                    or t._get_step().min_gap_days
                    or t._get_step().delay_from == "previous_done"
                )
            )
        )
        before = waiting._get_open_before()
        for touchpoint in waiting:
            company = touchpoint.company_id
            patience = timedelta(days=company.crl_wait_days)
            previous = before.get(touchpoint.id)
            if previous and now < touchpoint.date_planned + patience:
                decisions[touchpoint.id] = Decision(
                    "hold",
                    "wait",
                    self.env._("Waits for “%s”.", previous._get_title()),
                    now + timedelta(days=1),
                )
        return decisions

    def _get_open_before(self):
        """The call, visit or letter just before each contact that is still to be done:
        ``{touchpoint id: touchpoint}``, in one query for all."""
        siblings = self.search(
            [
                ("enrollment_id", "in", self.enrollment_id.ids),
                ("channel", "in", HUMAN_CHANNELS),
                ("state", "=", "open"),
                ("step_id", "!=", False),
            ]
        )
        by_cycle = defaultdict(self.browse)
        for sibling in siblings:
            by_cycle[sibling.enrollment_id, sibling.cycle] += sibling
        before = {}
        for touchpoint in self if by_cycle else ():
            rank = touchpoint._get_step()._get_rank()
            earlier = by_cycle[touchpoint.enrollment_id, touchpoint.cycle].filtered(
                lambda t, rank=rank: t._get_step()._get_rank() < rank
            )
            if earlier:
                before[touchpoint.id] = earlier.sorted(
                    lambda t: t._get_step()._get_rank()
                )[-1]
        return before

    def _rule_owner(self):
        """A call, visit or letter needs an active user to do it."""
        decisions = {}
        for touchpoint in self.filtered(lambda t: t.channel in HUMAN_CHANNELS):
            owner = touchpoint.user_id
            if not owner._crl_can_work(touchpoint.company_id):
                owner = touchpoint.user_id = touchpoint._find_owner()
            if not owner:
                decisions[touchpoint.id] = Decision(
                    "hold",
                    "owner",
                    self._get_nobody_text(),
                    fields.Datetime.now() + timedelta(hours=4),
                )
        return decisions

    @api.model
    def _get_nobody_text(self):
        return self.env._(
            "Nobody looks after this customer: choose a salesperson, or a "
            "portfolio administrator in the settings."
        )
