from collections import defaultdict
from functools import cache
from typing import NamedTuple

from odoo import models

from ..models.crl_cadence_step import HUMAN_CHANNELS
from ..models.crl_touchpoint_consent import TEMPLATES
from ..tools import holdout
from ..tools.text import swap_name


class Verdict(NamedTuple):
    """What would become of a step for a customer, as of now.

    :param kind: '' when it goes, 'skip' or 'hold'
    :param reason: why it does not, without the customer's name
    :param user_id: who does the call, visit or letter
    """

    kind: str
    reason: str = ""
    user_id: int = 0


class CrlDryRun(models.TransientModel):
    """What would become of each step of each customer, asked of the engine's rules."""

    _inherit = "crl.dry.run"

    def _judge(self, walk, known=()):
        """Ask for each customer and step what the rules say today.

        :param walk: ``(entry, step, nth, day)`` of each contact
        :param known: keys that need not be asked again
        :returns: ``{(customer id, step id): Verdict}``
        """
        asked = {}
        for entry, step, __, __ in walk:
            key = entry.partner_id.id, step.id
            if key not in known:
                asked[key] = entry, step
        by_step = defaultdict(list)
        for key, (entry, step) in asked.items():
            by_step[step].append((key, entry))
        refuse = cache(self._get_refusals)
        verdicts, messages, calls, owners = {}, {}, {}, {}
        for step, group in by_step.items():
            partners = step.env["res.partner"].union(*(e.partner_id for __, e in group))
            meant = set(partners.filtered_domain(step._parse_condition())._ids)
            refused = refuse(step.cadence_id, partners)
            for key, entry in group:
                rule = entry.partner_id, step.owner_rule, step.user_id
                if rule not in owners:
                    owners[rule] = step._get_owner(entry)
                if not entry.enrollment and self._is_held_out(entry, step.cadence_id):
                    verdicts[key] = Verdict(
                        "skip", self.env._("Held out, to learn whether it works.")
                    )
                elif entry.partner_id.id in refused:
                    verdicts[key] = Verdict("skip", refused[entry.partner_id.id])
                elif entry.partner_id.id not in meant:
                    verdicts[key] = Verdict(
                        "skip",
                        self.env._("The customer does not match the step's condition."),
                    )
                elif step.channel not in HUMAN_CHANNELS:
                    messages[key] = entry, step, owners[rule]
                elif owners[rule]:
                    verdicts[key] = Verdict("", user_id=owners[rule].id)
                    if step.channel != "visit":
                        calls[key] = entry, step, owners[rule]
                else:
                    verdicts[key] = Verdict(
                        "hold", self.env._("Nobody looks after the customer.")
                    )
        return verdicts | self._judge_messages(messages) | self._judge_consent(calls)

    def _is_held_out(self, entry, cadence):
        # as it is decided when customers enter
        salt = self.env["ir.config_parameter"].sudo().get_param("database.uuid", "")
        return holdout.is_held_out(
            salt, cadence.id, entry.partner_id.id, cadence.holdout_percent
        )

    def _get_refusals(self, cadence, partners):
        """Who would leave a procedure before the next contact: ``{id: sentence}``."""
        text = self.env._("The customer matches the exit rule.")
        leaving = dict.fromkeys(cadence._filter_leaving(partners).ids, text)
        for partner in partners:
            if not partner.active or partner.crl_do_not_contact:
                leaving[partner.id] = self.env._("The customer is not to be contacted.")
        return leaving

    def _judge_consent(self, calls):
        """Which calls and letters customers want none of.

        :param calls: ``{key: (entry, step, owner)}``
        """
        probes = self._get_probes(calls)
        decisions = probes._rule_consent()
        return {
            key: Verdict(
                "skip", self._make_general(decisions[probe.id].note, calls[key][0])
            )
            for key, probe in zip(calls, probes, strict=True)
            if probe.id in decisions
        }

    def _get_probes(self, asked):
        """Contacts that are never saved, to ask the engine's rules of them.

        :param asked: ``{key: (entry, step, owner)}``
        """
        Touchpoint = self.env["crl.touchpoint"].sudo()  # as the engine will ask
        return Touchpoint.union(
            *(
                Touchpoint.new(
                    {
                        "partner_id": entry.partner_id.id,
                        "contact_id": entry.contact_id.id,
                        "company_id": entry.company_id.id,
                        "step_id": step._get_origin().id,
                        "channel": step.channel,
                        "purpose": step.purpose,
                        "user_id": owner.id,
                    }
                )
                for entry, step, owner in asked.values()
            )
        )

    def _judge_messages(self, messages):
        """Ask the one door to mail and SMS.

        :param messages: as above
        """
        probes = self._get_probes(messages)
        needs = cache(probes._get_needed_paths)
        verdicts = {}
        for (key, (entry, step, __)), probe in zip(
            messages.items(), probes, strict=True
        ):
            medium, refusals = probe._choose_medium()
            if not medium:
                reason = self._make_general(refusals[0], entry)
                verdicts[key] = Verdict("skip", reason)
                continue
            missing = probe._get_missing_fields(needs(step[TEMPLATES[medium]]))
            verdicts[key] = (
                Verdict(
                    "hold",
                    self.env._("The text needs what is empty: %s.", ", ".join(missing)),
                )
                if missing
                else Verdict("")
            )
        return verdicts

    def _make_general(self, sentence, entry):
        """A sentence about one customer as one about all of whom it is true."""
        for person in (entry.contact_id, entry.partner_id):
            for value, text in (
                (person.display_name, self.env._("the customer")),
                (person.email_normalized, self.env._("the address")),
                (person.phone_sanitized, self.env._("the number")),
            ):
                if value:
                    sentence = swap_name(sentence, value, text)
        return sentence[:1].upper() + sentence[1:]
