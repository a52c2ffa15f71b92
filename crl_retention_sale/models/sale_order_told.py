from odoo import models

from odoo.addons.crl_retention.models.res_partner_lookup import index_pieces

#: Lines of an order that are named.
MOST_GOODS = 3


class SaleOrder(models.Model):
    """How an order is found and told: by the customer's own reference while somebody
    types, and in a few words."""

    _inherit = "sale.order"

    _crl_ref_piece = models.Index(index_pieces("client_order_ref"))

    def _crl_get_goods(self):
        """What was ordered: "20 × Dough balls, 4 × Rye base …"."""
        self.ensure_one()
        # sudo: who is told of an order is told what was ordered
        told = self.sudo().with_context(display_default_code=False)
        lines = told.order_line.filtered("product_id")
        named = [
            f"{line.product_uom_qty:g} × {line.product_id.display_name}"
            for line in lines[:MOST_GOODS]
        ]
        return ", ".join(named) + (" …" if len(lines) > MOST_GOODS else "")

    def _crl_get_letter_products(self):
        """What the customer chose, one of each kind; services only where there is
        nothing else: delivery is no choice."""
        self.ensure_one()
        lines = self.sudo().order_line  # as above
        products = lines.filtered(
            lambda line: line.product_uom_qty > 0 and not line.is_downpayment
        ).product_id.product_tmpl_id
        return products.filtered(lambda product: product.type != "service") or products
