from odoo import api, fields, models

from .res_partner import READERS

#: Bounces after which an address counts as dead, as Odoo's own mailings do.
MAX_BOUNCES = 5


class ResPartner(models.Model):
    """Addresses and numbers that were refused for good.

    One refusal that blames the address closes it, whoever's it is, until it is changed
    or somebody sends the refused message again. Other bounces only count (see
    ``MAX_BOUNCES``).
    """

    _inherit = "res.partner"

    crl_email_is_dead = fields.Boolean(
        "Email Does Not Work",
        compute="_compute_crl_dead",
        compute_sudo=True,  # whoever's message it was that came back
        groups=READERS,
    )
    crl_phone_is_dead = fields.Boolean(
        "Phone Gets No SMS",
        compute="_compute_crl_dead",
        compute_sudo=True,  # whoever's message it was that came back
        groups=READERS,
    )

    crl_closed_address = fields.Char(
        "Closed Address", compute="_compute_crl_closed_address", groups=READERS
    )

    @api.depends_context("lang")
    @api.depends("crl_email_is_dead", "crl_phone_is_dead", "message_bounce")
    def _compute_crl_closed_address(self):
        """Which address gets nothing any more, and what to do."""
        for partner in self:
            closed = [
                address
                for address, is_closed in (
                    (
                        partner.email_normalized,
                        partner.crl_email_is_dead
                        or partner.message_bounce >= MAX_BOUNCES,
                    ),
                    (partner.phone_sanitized, partner.crl_phone_is_dead),
                )
                if address and is_closed
            ]
            partner.crl_closed_address = bool(closed) and self.env._(
                "Messages to %s came back, so none goes there: correct it, and they go "
                "again.",
                ", ".join(closed),
            )

    @api.depends("email_normalized", "phone_sanitized")
    def _compute_crl_dead(self):
        addresses = self.mapped("email_normalized") + self.mapped("phone_sanitized")
        groups = self.env["crl.touchpoint"]._read_group(
            [("dead_address", "in", list(filter(None, addresses)))], ["dead_address"]
        )
        dead = {address for [address] in groups}
        for partner in self:
            partner.crl_email_is_dead = partner.email_normalized in dead
            partner.crl_phone_is_dead = partner.phone_sanitized in dead
