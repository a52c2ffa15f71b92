from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crl_retention.models.res_partner_timeline import Source


class ResPartner(models.Model):
    """Deliveries and returns in the customer's timeline."""

    _inherit = "res.partner"

    def _crl_get_timeline_sources(self):
        people = Domain("partner_id", "in", self._crl_get_people().ids)
        return {
            **super()._crl_get_timeline_sources(),
            "delivery": Source(
                "stock.picking",
                "date_done",
                people
                & Domain("state", "=", "done")
                & (
                    Domain("location_dest_id.usage", "=", "customer")
                    | Domain("location_id.usage", "=", "customer")
                ),
                "_crl_tell_deliveries",
                *("delivery", self.env._("Deliveries"), "fa-truck"),
            ),
        }

    @api.model
    def _crl_tell_deliveries(self, pickings):
        rows = {}
        for picking in pickings:
            is_return = picking._crl_is_return()
            title = (
                self.env._("Returned with %s", picking.name)
                if is_return
                else self.env._("Delivered with %s", picking.name)
            )
            rows[picking.id] = {
                "icon": "fa-undo" if is_return else "fa-truck",
                "title": title,
                "text": picking.origin,
            }
        return rows
