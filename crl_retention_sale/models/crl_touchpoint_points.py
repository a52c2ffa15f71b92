from markupsafe import Markup

from odoo import api, fields, models


class CrlTouchpoint(models.Model):
    """What tells customers, after a purchase, that it was a good one."""

    _inherit = "crl.touchpoint"

    after_purchase_points = fields.Text(
        "Why It Was a Good Buy",
        compute="_compute_after_purchase_points",
        compute_sudo=True,
        help="Of the products of the order that started the procedure, or of those "
        "that run out; in the language of the text.",
    )

    @api.depends("enrollment_id.order_id", "run_out_ids")
    @api.depends_context("lang")
    def _compute_after_purchase_points(self):
        for touchpoint in self:
            touchpoint.after_purchase_points = "\n".join(
                product.crl_after_purchase_points
                for product in touchpoint._get_products()
                if product.crl_after_purchase_points
            )

    def _get_products(self):
        """The products the contact is about, one of each kind."""
        self.ensure_one()
        lines = self.enrollment_id.order_id.order_line.filtered("product_id")
        products = lines.product_id | self.run_out_ids.product_id
        return products.product_tmpl_id

    def _get_briefing(self, last_words):
        briefing = super()._get_briefing(last_words)
        points = self.after_purchase_points
        if not points:
            return briefing
        lines = Markup("<br/>").join(points.splitlines())
        return Markup("%s<p>%s<br/>%s</p>") % (
            briefing,
            self.env._("Why it was a good buy:"),
            lines,
        )
