from odoo import models
from odoo.exceptions import ValidationError

from ..tools import envelopes, labels, postal


class ResPartner(models.Model):
    """The customer's address as it stands on envelopes and labels."""

    _inherit = "res.partner"

    def _crl_has_address(self):
        """Whether a letter would arrive."""
        self.ensure_one()
        return bool(self.street and (self.city or self.zip))

    def _crl_get_postal_lines(self, company, with_postcode=True):
        """The address from above to below, in the order of its country; the country
        itself only on letters abroad.

        :param company: who writes
        :param with_postcode: False where the postcode stands in boxes of its own
        """
        self.ensure_one()
        layout, parts = self._prepare_display_address(without_company=True)
        is_abroad = self.country_id and self.country_id != company.country_id
        parts["country_name"] = parts["country_name"].upper() if is_abroad else ""
        if not with_postcode:
            parts["zip"] = ""
        is_person = not self.is_company
        firm = self.commercial_company_name if is_person else self.name
        return postal.compose(
            self.country_id.code,
            (firm or "").strip(),
            (self.name or "").strip() if is_person else "",
            postal.tidy_lines(layout % parts),
        )

    def _crl_print_labels(self, sheet=None, start=1):
        """As ``crl.letter.print_labels``, for any customers; one twice gets two."""
        sheet = self._crl_check_sheet(sheet, start)
        return self.env["crl.letter"]._print(
            "crl_letter_labels",
            f"sheet_{labels.SHEETS[sheet].paper}",
            list(self._ids),
            sheet=sheet,
            start=start,
        )

    def _crl_print_envelopes(self, envelope=None):
        """As ``crl.letter.print_envelopes``, for any customers."""
        envelope = self._crl_check_format(
            envelope or self.env.company._crl_get_envelope_format(),
            envelopes.ENVELOPES,
        )
        return self.env["crl.letter"]._print(
            "crl_letter_envelope",
            f"envelope_{envelope}",
            list(self._ids),
            envelope=envelope,
        )

    def _crl_check_sheet(self, sheet, start):
        """The sheet to print on, the company's where none is said.

        :raises ValidationError: for what is none, or has no such label
        """
        sheet = self._crl_check_format(
            sheet or self.env.company._crl_get_label_format(), labels.SHEETS
        )
        count = labels.SHEETS[sheet].count
        if type(start) is not int or not 1 <= start <= count:
            raise ValidationError(
                self.env._("The sheet has the labels 1 to %s: begin with one.", count)
            )
        return sheet

    def _crl_check_format(self, key, formats):
        if not isinstance(key, str) or key not in formats:
            raise ValidationError(self.env._("Choose one of the formats."))
        return key
