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
