from odoo import fields, models


class ResCompany(models.Model):
    """What customers read after a purchase, and what follows when one is taken back. No
    NOT NULL: see the core."""

    _inherit = "res.company"

    crl_service_phone = fields.Char(
        "Service Phone",
        help="The number customers call when something is not as it should be, best a "
        "free one. It stands in the messages after a purchase.",
    )
    crl_return_reaction = fields.Selection(
        [
            ("none", "Nothing but the indicator"),
            ("call", "A call of the salesperson"),
            ("case", "A case, as for an unhappy word"),
        ],
        "When an Order Is Cancelled or Refunded",
        default="none",
        help="It can be the first sign that a customer is not content: their "
        "salesperson asks why, or visits them against the clock. A rebate, and an "
        "invoice that is made anew, are none.",
    )
