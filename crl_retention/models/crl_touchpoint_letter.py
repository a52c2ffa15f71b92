from odoo import fields, models


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
