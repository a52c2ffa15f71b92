from odoo import api, fields, models


class ProductTemplate(models.Model):
    """What customers hear about a product after they bought it.

    How long a unit lasts is the variant's, as its weight is: sizes are variants. It is
    on the template where that has one variant.
    """

    _inherit = "product.template"

    crl_days_per_unit = fields.Float(
        "Lasts (days per unit)",
        digits=(16, 3),
        compute="_compute_crl_days_per_unit",
        inverse="_inverse_crl_days_per_unit",
        search="_search_crl_days_per_unit",
        help="How many days one unit of measure of the product lasts: 30 for a bottle "
        "that is empty after a month. From it we know when a customer runs out. "
        "0: only known from customers who bought the product three times.",
    )
    crl_after_purchase_points = fields.Text(
        "Why It Was a Good Buy",
        translate=True,
        help="What tells customers, after they bought it, that they chose well. Shown "
        "to whoever writes or calls, and for texts of messages. In the customer's "
        "language.",
    )

    @api.depends("product_variant_ids.crl_days_per_unit")
    def _compute_crl_days_per_unit(self):
        self._compute_template_field_from_variant_field("crl_days_per_unit")

    def _inverse_crl_days_per_unit(self):
        self._set_product_variant_field("crl_days_per_unit")

    @api.model
    def _search_crl_days_per_unit(self, operator, value):
        return [("product_variant_ids.crl_days_per_unit", operator, value)]

    def _get_related_fields_variant_template(self):
        return [*super()._get_related_fields_variant_template(), "crl_days_per_unit"]
