from odoo import models


class IrWebsocket(models.AbstractModel):
    """Which news a browser gets."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Whoever works contacts hears what becomes of those of their companies."""
        channels = super()._build_bus_channel_list(channels)
        user = self.env.user
        if user.has_group("crl_retention.crl_retention_group_user"):
            channels += [(company, "crl_desk") for company in user.company_ids]
        return channels
