from odoo import api, models

#: What of a line counts in the money of its order.
COUNTED = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """Lines of confirmed orders leave an event when the order's money changes."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("product_id")._crl_note_change()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if COUNTED & vals.keys():
            self._crl_note_change()
        return result

    def unlink(self):
        self.filtered("product_id")._crl_note_change()
        return super().unlink()

    def _crl_note_change(self):
        if self.env.context.get("crl_order_is_noted"):
            return  # by the order, once for all its lines
        sold = self.order_id.filtered(lambda order: order.state == "sale")
        sold._crl_note("changed")
