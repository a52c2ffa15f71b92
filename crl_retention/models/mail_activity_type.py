from odoo import fields, models

from .crl_cadence_step import CHANNELS


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    crl_channel = fields.Selection(
        CHANNELS,
        "Counts as Contact",
        help="An activity of this type that is done on a customer counts as such a "
        "contact.",
    )
