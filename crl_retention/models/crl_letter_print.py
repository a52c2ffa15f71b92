from odoo import api, models
from odoo.exceptions import UserError

from ..tools import labels
from .ir_actions_report import PAPER


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
    def print_labels(self, ids, sheet=None, start=1):
        """Print a label for each letter.

        :param sheet: one of ``tools.labels.SHEETS``; the company's by default
        :param start: the first label that is still on the first sheet, from 1
        :returns: the action that prints
        """
        letters = self._get_printable(ids)
        action = letters._get_addressees()._crl_print_labels(sheet, start)
        self._note_printed(letters, self.env._("Label"))
        return action

    @api.model
    def print_envelopes(self, ids, envelope=None):
        """Print an envelope for each letter.

        :param envelope: one of ``tools.envelopes.ENVELOPES``; the company's by default
        :returns: the action that prints
        """
        letters = self._get_printable(ids)
        action = letters._get_addressees()._crl_print_envelopes(envelope)
        self._note_printed(letters, self.env._("Envelope"))
        return action

    @api.model
    def print_letters(self, ids):
        """Print the letters themselves, and flag them as not written by hand.

        :raises UserError: where one has no text yet
        :returns: the action that prints
        """
        letters = self._get_printable(ids)
        empty = letters.filtered(lambda letter: not letter.letter_text)
        if empty:
            raise UserError(
                self.env._(
                    "%(count)s letters have no text yet: write them first, for example "
                    "the one to %(customer)s.",
                    count=len(empty),
                    customer=empty[0].partner_id.display_name,
                )
            )
        letters.filtered(lambda letter: letter._get_step().ask_feedback)._ensure_token()
        letters.filtered("is_live").is_letter_printed = True
        self._note_printed(letters, self.env._("Letter"))
        paper = labels.get_paper(self.env.company.country_id.code)
        return self._print("crl_letter_paper", f"letter_{paper}", letters.ids)

    @api.model
    def _get_printable(self, ids):
        """The letters as the engine sees them, all with an address.

        :raises UserError: where one has none
        """
        letters = self._find(ids)._as_engine()
        lost = [
            letter
            for letter in letters
            if not letter._get_addressee()._crl_has_address()
        ]
        if lost:
            raise UserError(
                self.env._(
                    "%(count)s customers have no complete address, for example "
                    "%(customer)s: a street and a town are needed.",
                    count=len(lost),
                    customer=lost[0].partner_id.display_name,
                )
            )
        return letters

    @api.model
    def _note_printed(self, letters, what):
        letters._log("printed", "letter", what)

    @api.model
    def _print(self, report, paper, numbers, **options):
        report = self.env.ref(f"crl_retention.{report}_report")
        return report.with_context(**{PAPER: paper}).report_action(
            None, data={"numbers": numbers, **options}, config=False
        )
