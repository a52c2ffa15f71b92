from odoo import api, models
from odoo.tools import format_date

from ..tools import letter as chooser


class CrlLetter(models.AbstractModel):
    """What is offered to write: facts in the user's words, sentences in the
    customer's."""

    _inherit = "crl.letter"

    @api.model
    def _show_facts(self, letter):
        """``{"standing": [text], "facts": [{"kind", "text", "day"}], "sentences"}``"""
        customer = letter.partner_id
        facts = customer._crl_get_letter_facts()
        standing = customer._crl_get_letter_standing()
        return {
            "standing": standing["texts"],
            "is_unhappy": standing["is_unhappy"],
            "facts": [
                {
                    "kind": fact["kind"],
                    "text": fact["text"],
                    "day": format_date(self.env, fact["date"]),
                }
                for fact in facts
            ],
            **self._offer(letter, facts, standing),
        }

    @api.model
    def _offer(self, letter, facts, standing):
        """The words of a letter in the customer's language: ``{"greeting",
        "sentences", "closing"}``."""
        lang = letter._get_lang()
        writer = self.with_context(lang=lang)
        chosen = chooser.choose(
            facts,
            standing["is_unhappy"],
            letter.company_id.sudo()._crl_today(),  # of whose letter the user sees
            standing["since"],
        )
        texts = writer._get_sentences()
        return {
            "lang": lang,
            # who may see a letter reads whom it is to
            "greeting": letter.sudo().with_context(lang=lang).greeting,
            "sentences": [
                texts[code] % writer._prepare_fact(fact, lang) for code, fact in chosen
            ],
            "closing": writer.env._("Kind regards,\n%s", self.env.user.name),
        }

    @api.model
    def _prepare_fact(self, fact, lang):
        """A fact as sentences name it: its day as the customer writes days."""
        day = fact and fact.get("date")
        return {
            **(fact or {}),
            "day": day and self.with_context(lang=lang)._show_day(day, "MMMMd"),
        }

    @api.model
    def _get_sentences(self):
        """The sentences there are, by their code in ``tools.letter``, in the language
        of the context; ``%(day)s``, ``%(years)s`` and ``%(name)s`` are of the fact. A
        bridge adds those of its own facts.

        They name nothing that was written for ourselves.
        """
        return {
            "promise": self.env._(
                "I hope that all is as you wanted it, now that we did what we promised."
            ),
            "visit": self.env._("It was good to see you on %(day)s."),
            "call": self.env._(
                "Thank you for the time you took for our call on %(day)s."
            ),
            "words": self.env._("Your kind words of %(day)s made us happy."),
            "year": self.env._(
                "You have been with us for a year now: thank you for your trust."
            ),
            "years": self.env._(
                "You have been with us for %(years)s years now: thank you for your "
                "trust."
            ),
            "new": self.env._("Thank you for choosing us: it is good to have you."),
            "thanks": self.env._("Today I simply want to say thank you."),
            "call_me": self.env._(
                "If there is anything you would like to be different, please call me."
            ),
            "soon": self.env._("I look forward to hearing from you."),
            "told": self.env._("Thank you for telling us what was not right."),
            "sorry": self.env._("I am sorry that it was not as you expected."),
            "right": self.env._(
                "I want to put it right: please call me whenever it suits you."
            ),
        }
