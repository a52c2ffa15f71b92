from odoo import fields, models


class CrlCadence(models.Model):
    """A procedure that begins when an order is delivered: whoever asks whether all is
    well should not ask before the goods are there."""

    _inherit = "crl.cadence"

    order_trigger = fields.Selection(
        selection_add=[("delivery", "The delivery of an order")],
        ondelete={"delivery": "set null"},
    )

    def _get_order_sentences(self):
        sentences = super()._get_order_sentences()
        if self.order_trigger != "delivery":
            return sentences
        return [
            self.env._(
                "Begins by itself on the day the last of an order is delivered."
            ),
            *sentences[1:],
        ]
