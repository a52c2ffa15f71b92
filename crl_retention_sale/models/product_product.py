from odoo import fields, models


class ProductProduct(models.Model):
    """How long one unit of a product lasts at the customer's."""

    _inherit = "product.product"

    crl_days_per_unit = fields.Float(
        "Lasts (days per unit)",
        digits=(16, 3),
        help="How many days one unit of measure of the product lasts: 30 for a bottle "
        "that is empty after a month. From it we know when a customer runs out. "
        "0: only known from customers who bought the product three times.",
    )

    _crl_days_per_unit_positive = models.Constraint(
        "CHECK(crl_days_per_unit >= 0)",
        "A unit of a product cannot last a negative number of days.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"crl_days_per_unit", "active"} & vals.keys():
            self.env["crl.run.out"]._mark_due()
        return result

    def _crl_get_names(self):
        """What customers read, in the language of the context: names without our
        codes."""
        return self.with_context(display_default_code=False).mapped("display_name")
