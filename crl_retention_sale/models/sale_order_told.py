from odoo import fields, models

#: Lines of an order that are named.
MOST_GOODS = 3


class SaleOrder(models.Model):
    """How an order is found and told: by the customer's own reference while somebody
    types, and in a few words."""

    _inherit = "sale.order"

    client_order_ref = fields.Char(index="trigram")

    def _crl_get_goods(self):
        """What was ordered: "20 × Dough balls, 4 × Rye base …"."""
        self.ensure_one()
        # sudo: who is told of an order is told what was ordered
        lines = self.sudo().order_line.filtered("product_id")
        named = [
            f"{line.product_uom_qty:g} × {line.product_id.display_name}"
            for line in lines[:MOST_GOODS]
        ]
        return ", ".join(named) + (" …" if len(lines) > MOST_GOODS else "")
