from odoo import api, fields, models

from .res_partner import READERS


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
