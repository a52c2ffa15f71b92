from odoo import models


class CrlTouchpoint(models.Model):
    """Which colleagues hear of a contact, by Odoo's own notifications."""

    _inherit = "crl.touchpoint"

    def _tell_owner(self, text):
        for touchpoint in self:
            owner = touchpoint.user_id or touchpoint._find_owner()
            touchpoint._tell(owner._crl_with_cover(), text)

    def _tell_leader(self, text):
        self.ensure_one()
        leader = self.partner_id._crl_get_owner(self.company_id, "team_leader")
        self._tell(leader or self.user_id, text)

    def _tell(self, users, text):
        """Send a line about the contact to colleagues, by Odoo's own notifications."""
        self.ensure_one()
        if users:
            self.partner_id.message_notify(
                partner_ids=users.partner_id.ids,
                subject=self.display_name,
                body=text,
                force_send=False,
            )
