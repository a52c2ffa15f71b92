from odoo import fields, models
from odoo.exceptions import UserError

from ..models.crl_cadence_step import PURPOSES
from ..models.crl_consent import CHANNELS, STATUSES
from ..tools.consent import LIFTED


class CrlConsentEntry(models.TransientModel):
    """Asks what a customer said about being written to or called."""

    _name = "crl.consent.entry"
    _description = "What the Customer Said"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Who Said So",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="The customer itself: it holds for all its people.",
    )
    answer = fields.Selection(
        [pair for pair in STATUSES if pair[0] != LIFTED],
        required=True,
        default="withdrawn",
    )
    email = fields.Boolean()
    sms = fields.Boolean("SMS")
    call = fields.Boolean("Calls")
    letter = fields.Boolean("Letters")
    purpose = fields.Selection(
        [*PURPOSES, ("both", "Both")],
        "For",
        required=True,
        default="marketing",
        help="Service: about your work for them. Marketing: offers and news.",
    )
    note = fields.Text("How They Said So")

    def action_confirm(self):
        """Write it down, as the user who was asked."""
        self.env["crl.actor"]._check_one(self)
        channels = [name for name, __ in CHANNELS if self[name]]
        if not channels:
            raise UserError(self.env._("Choose what it is about: email, SMS, …"))
        purposes = (
            [name for name, __ in PURPOSES]
            if self.purpose == "both"
            else [self.purpose]
        )
        self.contact_id.crl_set_consent(
            {f"{c}.{p}": self.answer for c in channels for p in purposes}, self.note
        )
        return {"type": "ir.actions.act_window_close"}
