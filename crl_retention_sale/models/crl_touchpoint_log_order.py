from odoo import api, models


class CrlTouchpointLog(models.Model):
    _inherit = "crl.touchpoint.log"

    @api.model
    def _get_sentences(self):
        return {
            **super()._get_sentences(),
            "planned.order": self.env._("Started by an order:"),
            "skipped.order": self.env._("An order started nothing."),
            "skipped.order_merged": self.env._(
                "An order counts with the one before, and started nothing."
            ),
            "skipped.order_done": self.env._("Skipped: the order was thanked for."),
            "moved.order": self.env._("Goes on for another order."),
        }
