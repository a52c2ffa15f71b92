from datetime import timedelta

from odoo import fields, models


class ResCompany(models.Model):
    """What a company counts as a purchase. No NOT NULL: see the core."""

    _inherit = "res.company"

    crl_purchase_basis = fields.Selection(
        [("order", "Confirmed orders"), ("invoice", "Posted invoices")],
        "Purchases Are",
        default="order",
        help="Confirmed orders count on the day of the order, invoices on their date. "
        "What begins with an order, and what runs out, follows orders in any case.",
    )
    crl_purchase_state = fields.Char(
        copy=False, help="How purchases were counted last, and on which day."
    )

    def _crl_get_purchase_state(self):
        """How purchases are counted now: by what, on which clock, in which currency, in
        the week of which Sunday, and on which day.

        It begins at midnight, and the engine counts purchases first of all: so what
        this finds is there when customers are compared, and for their segments and
        indicators later in the night."""
        self.ensure_one()
        day = self._crl_today()
        sunday = day - timedelta(days=(day.weekday() + 1) % 7)
        basis = self.crl_purchase_basis or "order"
        return f"{basis} {self._crl_tz()} {self.currency_id.name} {sunday} {day}"
