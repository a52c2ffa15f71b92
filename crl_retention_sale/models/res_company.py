from odoo import fields, models


class ResCompany(models.Model):
    """What a company counts as a purchase. No NOT NULL: see the core."""

    _inherit = "res.company"

    crl_purchase_basis = fields.Selection(
        [("order", "Confirmed orders"), ("invoice", "Posted invoices")],
        "Purchases Are",
        default="order",
        help="Confirmed orders count on the day of the order, invoices on their date.",
    )
