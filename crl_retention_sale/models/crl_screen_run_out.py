from odoo import api, models
from odoo.tools import format_date

#: Products a card names, those that run out first.
MAX_SHOWN = 3


class CrlScreen(models.AbstractModel):
    """What runs out, on the card of a customer."""

    _inherit = "crl.screen"

    @api.model
    def _get_card_facts(self, customer):
        facts = super()._get_card_facts(customer)
        rows = self.env["crl.run.out"]
        if not rows.has_access("read"):
            return facts
        rows = rows._find_next(customer, limit=MAX_SHOWN)
        return facts + [
            {
                "label": self.env._("Runs out on %s", format_date(self.env, day)),
                "text": ", ".join(row.product_name for row in same),
                "model": "",
                "id": False,
            }
            for day, same in rows.grouped("date_run_out").items()
        ]
