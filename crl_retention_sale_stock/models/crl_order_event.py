from odoo import api, models


class CrlOrderEvent(models.Model):
    """The last delivery of an order begins procedures, once: what is delivered later
    in exchange begins none."""

    _inherit = "crl.order.event"

    @api.model
    def _get_triggers(self):
        return {**super()._get_triggers(), "delivery": "delivered"}

    def _get_starting(self, kind):
        events = super()._get_starting(kind)
        if kind != "delivered":
            return events
        return events.filtered(lambda e: e.order_id.delivery_status == "full")
