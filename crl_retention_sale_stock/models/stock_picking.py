from odoo import models


class StockPicking(models.Model):
    """Deliveries and returns leave an event of their order."""

    _inherit = "stock.picking"

    def _action_done(self):
        result = super()._action_done()
        self._crl_note()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        # nothing is left to be delivered: the order is delivered as far as it will be
        self._crl_note()
        return result

    def _crl_is_delivery(self):
        self.ensure_one()
        return self.state == "done" and self.location_dest_id.usage == "customer"

    def _crl_is_return(self):
        self.ensure_one()
        return self.state == "done" and self.location_id.usage == "customer"

    def _crl_note(self):
        # sudo: whoever delivers need not see orders, nor the engine's rows
        pickings = self.sudo()
        pickings.filtered(lambda p: p._crl_is_return()).sale_id._crl_note("returned")
        pickings.filtered(lambda p: not p._crl_is_return()).sale_id.filtered(
            lambda order: any(p._crl_is_delivery() for p in order.picking_ids)
        )._crl_note("delivered")
