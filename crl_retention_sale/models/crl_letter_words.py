from odoo import api, models


class CrlLetter(models.AbstractModel):
    """Sentences about what was bought."""

    _inherit = "crl.letter"

    @api.model
    def _get_sentences(self):
        return {
            **super()._get_sentences(),
            "purchase": self.env._("Thank you for choosing %(name)s."),
            # as the product has it, in the customer's language
            "point": "%(name)s",
        }
