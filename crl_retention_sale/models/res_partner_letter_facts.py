from odoo import models
from odoo.tools import format_list

#: Orders that are looked at: the first that was kept counts.
MOST_ORDERS = 5
#: Products a sentence names.
MOST_NAMES = 2


class ResPartner(models.Model):
    """What was bought last, for whoever writes a letter."""

    _inherit = "res.partner"

    def _crl_get_letter_facts(self):
        facts = super()._crl_get_letter_facts()
        order = self.commercial_partner_id._crl_get_letter_order()
        if not order:
            return facts
        day = self._crl_get_local_day(order.date_order)
        products = order._crl_get_letter_products()
        purchase = {
            "kind": "purchase",
            "date": day,
            "text": self.env._("Bought: %s", order._crl_get_goods()),
        }
        if products:
            purchase["name"] = self._crl_name_products(products)
        return [purchase, *self._crl_get_letter_points(products, day), *facts]

    def _crl_get_letter_order(self):
        """The last order of a year that the customer kept.

        Whoever writes to the customer knows what they bought; amounts are not told.
        """
        orders = (
            self.env["sale.order"]
            .sudo()  # said just above
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", self.id),
                    ("company_id", "=", self.env.company.id),
                    ("state", "=", "sale"),
                    ("date_order", ">=", self._crl_get_letter_since()),
                    ("date_order", "<=", self.env["crl.purchase"]._get_latest_moment()),
                ],
                order="date_order DESC, id DESC",
                limit=MOST_ORDERS,
            )
        )
        return next(
            (order for order in orders if not order._crl_is_taken_back()),
            orders.browse(),
        )

    def _crl_name_products(self, products):
        """The first products, as the customer calls them."""
        lang = self._crl_lang()
        names = products[:MOST_NAMES].with_context(lang=lang).mapped("name")
        return format_list(self.env, names, lang_code=lang)

    def _crl_get_letter_points(self, products, day):
        """Why it was a good buy: of the first product of which that is written down."""
        written = products.filtered("crl_after_purchase_points")[:1]
        if not written:
            return []
        fact = {
            "kind": "point",
            "date": day,
            "text": self.env._(
                "Why it was a good buy: %s", written.crl_after_purchase_points
            ),
        }
        # nothing foreign is put into a letter: only what is written in its language
        lang = self._crl_lang()
        field = written._fields["crl_after_purchase_points"]
        known = field._get_stored_translations(written) or {}
        if lang in known or lang.startswith("en_"):
            points = written.with_context(lang=lang).crl_after_purchase_points
            fact["name"] = " ".join(points.split())
        return [fact]
