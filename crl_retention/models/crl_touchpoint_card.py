from base64 import b64encode

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri

#: Contacts at which a card changes hands, and when it is of use.
CARD_CHANNELS = ("visit", "letter")
CARD_STATES = ("planned", "open", "done")


class CrlTouchpoint(models.Model):
    """The feedback link as a printed code, for visits and letters."""

    _inherit = "crl.touchpoint"

    def action_print_card(self):
        """Print cards with a code that leads to the customer's own feedback page.

        :raises UserError: for contacts that are messages or calls, or were cancelled
        """
        touchpoints = self._as_engine()
        for touchpoint in touchpoints:
            if (
                touchpoint.channel not in CARD_CHANNELS
                or touchpoint.state not in CARD_STATES
            ):
                raise UserError(
                    self.env._(
                        "%s: only visits and letters, planned or done, have a card.",
                        touchpoint.display_name,
                    )
                )
        touchpoints._ensure_token()
        touchpoints._log("printed", "card", self.env.user.name)
        report = self.env.ref("crl_retention.crl_touchpoint_card_report")
        return report.report_action(self, config=False)

    def _get_card(self):
        """What is printed on the card, in the customer's language."""
        self.ensure_one()
        code = self.env["ir.actions.report"].barcode(
            "QR", self.feedback_url, width=600, height=600
        )
        company = self.company_id
        has_logo = company.logo and not company.uses_default_logo
        return {
            "code": image_data_uri(b64encode(code)),
            "company": company.name,
            "lang": self._get_lang(),
            "logo": has_logo and image_data_uri(company.logo),
        }


class CrlTouchpointCard(models.AbstractModel):
    """The report: whoever may act on a contact prints its card, and has no other way
    to its link."""

    _name = "report.crl_retention.touchpoint_card"
    _description = "Feedback Card"

    def _get_report_values(self, docids, data=None):
        touchpoints = self.env["crl.touchpoint"].browse(docids)._as_engine()
        if not all(touchpoints.mapped("access_token")):
            raise UserError(self.env._("Press “Print Card” on the contact."))
        return {
            "doc_ids": docids,
            "doc_model": touchpoints._name,
            "cards": [touchpoint._get_card() for touchpoint in touchpoints],
        }
