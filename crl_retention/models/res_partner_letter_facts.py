from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date

from ..tools import letter, schedule
from ..tools.text import tidy_words

#: Characters of what was said that a prompt shows.
MOST_WORDS = 300


class ResPartner(models.Model):
    """What whoever writes a letter by hand should have in mind of the customer."""

    _inherit = "res.partner"

    def _crl_get_letter_facts(self):
        """Personal facts of one customer that the user may read, the latest first.

        A bridge adds its own. Nothing about money, nothing older than a year.

        :returns: ``[{"kind", "text", "date"}]``, the text in the user's words; ``date``
            a day. Of the kinds in ``tools.letter.WORTH`` a sentence can be made; words
            have their ``verdict``.
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        facts = customer._crl_get_letter_talks() + customer._crl_get_letter_promises()
        return sorted(facts, key=lambda fact: fact["date"], reverse=True)

    def _crl_get_letter_since(self):
        """The first moment a fact of a letter can be of."""
        return fields.Datetime.now() - timedelta(days=letter.OLDEST)

    def _crl_get_letter_talks(self):
        """The last visit and the last call, and what the customer said last."""
        done = self.env["crl.touchpoint"].search_fetch(
            [
                ("partner_id", "=", self.id),
                ("state", "=", "done"),
                ("outcome", "=", "reached"),
                ("date_done", ">=", self._crl_get_letter_since()),
                "|",
                ("channel", "in", ("call", "visit")),
                ("feedback_date", "!=", False),
            ],
            ["channel", "date_done", "feedback_date", "note", "verdict", "user_id"],
            order="date_done DESC, id DESC",
            limit=20,
        )
        facts, seen = [], set()
        for contact in done:
            is_talk = contact.channel in ("call", "visit")
            kind = contact.channel if is_talk else "words"
            if kind in seen:
                continue
            seen.add(kind)
            facts.append(
                {
                    "kind": kind,
                    "date": self._crl_get_local_day(
                        contact.date_done if is_talk else contact.feedback_date
                    ),
                    "verdict": contact.verdict,
                    "text": self._crl_tell_letter_talk(contact, kind),
                }
            )
        return facts

    def _crl_tell_letter_talk(self, contact, kind):
        words = tidy_words(contact.note or "", MOST_WORDS)
        # who of us was there is for every colleague to know
        who = contact.user_id.sudo().name or ""
        if kind == "words":
            return self.env._("Wrote: %s", words) if words else self.env._("Answered")
        said = {
            "visit": self.env._("Visit by %s", who),
            "call": self.env._("Call by %s", who),
        }[kind]
        return f"{said}: {words}" if words else said

    def _crl_get_letter_promises(self):
        """Promises that were kept."""
        kept = self.env["crl.case"].search(
            [
                ("partner_id", "=", self.id),
                ("kind", "=", "promise"),
                ("state", "=", "recovered"),
                ("date_closed", ">=", self._crl_get_letter_since()),
            ],
            order="date_closed DESC, id DESC",
            limit=3,
        )
        return [
            {
                "kind": "promise",
                "date": self._crl_get_local_day(case.date_closed),
                "text": self.env._(
                    "Promise kept: %s", tidy_words(case.description or "", MOST_WORDS)
                ),
            }
            for case in kept
        ]

    def _crl_get_local_day(self, moment):
        return schedule.local_day(moment, self.env.user._crl_get_tz(self.env.company))

    def _crl_get_letter_standing(self):
        """Where the customer stands: ``{"since", "is_unhappy", "texts"}``.

        Whether somebody is unhappy is told to whoever writes to them, whosever
        customer it is: a cheerful letter would be worse.
        """
        self.ensure_one()
        customer = self.commercial_partner_id.sudo()  # said just above
        cases = self.env["crl.case"].sudo()  # said just above
        is_unhappy = customer.crl_last_verdict == "negative" or bool(
            cases.search_count(
                [
                    ("partner_id", "=", customer.id),
                    ("kind", "!=", "promise"),
                    ("state", "in", ("open", "planned")),
                ],
                limit=1,
            )
        )
        since = customer.crl_customer_since
        texts = []
        if is_unhappy:
            texts.append(
                self.env._(
                    "Unhappy at the moment: say that you are sorry, nothing cheerful."
                )
            )
        if since:
            texts.append(self.env._("Customer since %s", format_date(self.env, since)))
        return {"since": since, "is_unhappy": is_unhappy, "texts": texts}
