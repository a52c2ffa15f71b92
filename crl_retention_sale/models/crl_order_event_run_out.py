from odoo import models


class CrlOrderEvent(models.Model):
    """An order changes when its customer runs out, and answers who was asked."""

    _inherit = "crl.order.event"

    def _react(self):
        result = super()._react()
        self.env["crl.run.out"]._refresh(self.partner_id)
        self.env["crl.enrollment"]._exit_supplied(self.partner_id)
        return result
