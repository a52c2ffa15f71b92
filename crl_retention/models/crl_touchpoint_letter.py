from odoo import fields, models
from odoo.tools import html2plaintext


class CrlTouchpoint(models.Model):
    """Letters written by hand, and those that were only printed.

    They are written and posted on the screen of ``crl_letter.py``.
    """

    _inherit = "crl.touchpoint"

    letter_text = fields.Text(
        "Letter", help="What was written, or what is to be written by hand."
    )
    is_letter_printed = fields.Boolean(
        "Printed, Not Handwritten",
        help="The letter went out as it came from the printer.",
    )

    def _get_addressee(self):
        """The address it goes to: that of the person, else of the customer.

        :returns: as the engine sees them; who may see a letter writes the address
        """
        self.ensure_one()
        person = (self.contact_id or self.partner_id).sudo()  # said just above
        return person if person._crl_has_address() else self.partner_id.sudo()

    def _get_addressees(self):
        """As ``_get_addressee``, of each: two letters to one customer are two."""
        return self.env["res.partner"].browse(
            letter._get_addressee().id for letter in self
        )

    def _get_letter_texts(self):
        """What is on the page: what was written, else what the step's text says in the
        customer's language.

        :returns: ``{id: text}``, "" where there is neither
        """
        letters = self.sudo()  # who may see a letter reads what it is to say
        blank = letters.filtered(
            lambda letter: (
                not letter.letter_text and letter._get_template("mail_template_id")
            )
        )
        begun = blank._render("mail_template_id", [("body_html", "qweb")])
        return {
            letter.id: letter.letter_text
            or html2plaintext(
                begun.get(letter.id, {}).get("body_html") or "",
                include_references=False,
            ).strip()
            for letter in letters
        }

    def action_write_letter(self):
        """Open the letter where letters are written."""
        self._check_one(self)
        action = self.env["ir.actions.client"]._for_xml_id(
            "crl_retention.crl_letters_action"
        )
        action["context"] = {"letter_id": self.id}
        return action
