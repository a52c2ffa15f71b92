from odoo import api, models
from odoo.exceptions import UserError

from ..tools import labels
from .ir_actions_report import PAPER

#: Customers that a sentence names.
MAX_NAMES = 5


class CrlLetter(models.AbstractModel):
    """What is printed for letters: themselves, envelopes, sheets of labels."""

    _inherit = "crl.letter"

    @api.model
    def _show_formats(self):
        """What can be printed on, and what is usual in the company."""
        company = self.env.company
        return {
            "labels": [
                {"value": key, "label": label, "count": labels.SHEETS[key].count}
                for key, label in company._crl_get_label_formats()
            ],
            "label": company._crl_get_label_format(),
            "envelopes": [
                {"value": key, "label": label}
                for key, label in company._crl_get_envelope_formats()
            ],
            "envelope": company._crl_get_envelope_format(),
        }

    @api.model
    def print_labels(self, letter_ids, sheet=None, start=1):
        """Print a label for each letter.

        :param sheet: one of ``tools.labels.SHEETS``; the company's by default
        :param start: the first label that is still on the first sheet, from 1
        :returns: ``{"action", "left_out"}``: what prints, and the sentences that say
            which letters are not among them
        """
        letters, left_out = self._get_printable(letter_ids)
        action = letters._get_addressees()._crl_print_labels(sheet, start)
        letters._log("printed", "letter", self.env._("Label"))
        return {"action": action, "left_out": left_out}

    @api.model
    def print_envelopes(self, letter_ids, envelope=None):
        """Print an envelope for each letter.

        :param envelope: one of ``tools.envelopes.ENVELOPES``; the company's by default
        :returns: as ``print_labels``
        """
        letters, left_out = self._get_printable(letter_ids)
        action = letters._get_addressees()._crl_print_envelopes(envelope)
        letters._log("printed", "letter", self.env._("Envelope"))
        return {"action": action, "left_out": left_out}

    @api.model
    def print_letters(self, letter_ids):
        """Print the letters themselves, and flag them as not written by hand.

        :returns: as ``print_labels``
        """
        letters, left_out = self._get_printable(letter_ids, with_text=True)
        letters.filtered(lambda letter: letter._get_step().ask_feedback)._ensure_token()
        letters.filtered("is_live").is_letter_printed = True
        letters._log("printed", "letter", self.env._("Letter"))
        paper = labels.get_paper(self.env.company.country_id.code)
        action = self._print("crl_letter_paper", f"letter_{paper}", letters.ids)
        return {"action": action, "left_out": left_out}

    @api.model
    def print_cards(self, letter_ids):
        """Print the cards with the code that leads to the customer's feedback page.

        :returns: as ``print_labels``
        """
        letters = self._find(letter_ids)
        return {"action": letters.action_print_card(), "left_out": []}

    @api.model
    def _get_printable(self, letter_ids, with_text=False):
        """The letters that can be printed, as the engine sees them, and a sentence for
        each reason why others cannot.

        :param with_text: whether their text is needed
        :raises UserError: where none is left
        """
        letters = self._find(letter_ids)._as_engine()
        lost = letters.filtered(
            lambda letter: not letter._get_addressee()._crl_has_address()
        )
        texts = letters._get_letter_texts() if with_text else {}
        empty = letters.filtered(lambda letter: with_text and not texts[letter.id])
        left_out = [
            sentence
            for sentence in (
                lost
                and self.env._(
                    "Without a street and a town: %s", self._name_customers(lost)
                ),
                empty
                and self.env._("Not written yet: %s", self._name_customers(empty)),
            )
            if sentence
        ]
        ready = letters - lost - empty
        if not ready:
            raise UserError("\n".join(left_out))
        return ready, left_out

    @api.model
    def _name_customers(self, letters):
        """The first customers of some letters, and how many there are besides."""
        names = [letter.partner_id.display_name for letter in letters[:MAX_NAMES]]
        if len(letters) > MAX_NAMES:
            names.append(self.env._("%s more", len(letters) - MAX_NAMES))
        return ", ".join(names)

    @api.model
    def _print(self, report, paper, numbers, **options):
        report = self.env.ref(f"crl_retention.{report}_report")
        return report.with_context(**{PAPER: paper}).report_action(
            None, data={"numbers": numbers, **options}, config=False
        )
