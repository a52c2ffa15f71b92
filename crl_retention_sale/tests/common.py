from odoo.addons.crl_retention.tests.common import CrlCase


class SaleCase(CrlCase):
    """The core's company, customers and people, and what is sold to them.

    A salesperson (``rep``, ``other_rep``, ``leader``, ``manager``) may write orders.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._new_product("Pizza dough")
        people = cls.rep + cls.other_rep + cls.leader + cls.manager
        people.group_ids += cls.env.ref("sales_team.group_sale_salesman")

    @classmethod
    def _new_product(cls, name, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "list_price": 100,
                "taxes_id": False,
                **values,
            }
        )

    @classmethod
    def quote(cls, customer=None, amount=100, quantity=1, product=None, **values):
        """A quotation of a customer (Bella Napoli unless said else).

        :param amount: of one unit, without taxes, in the order's currency
        """
        customer = customer or cls.customer
        product = product or cls.product
        line = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "price_unit": amount,
            "tax_ids": False,
        }
        return cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": customer.commercial_partner_id.user_id.id,
                "order_line": [(0, 0, line)],
                **values,
            }
        )

    @classmethod
    def sell(cls, customer=None, amount=100, date=None, **values):
        """A confirmed order, as an import leaves it: now, or at a moment (UTC).

        ``quote(…).action_confirm()`` does what a salesperson does: the date is now.
        """
        moment = {"date_order": date} if date else {}
        return cls.quote(customer, amount, state="sale", **moment, **values)

    def get_purchases(self, customer=None):
        """A customer's purchase days, counted anew: ``[(date, orders, amount)]``."""
        customer = customer or self.customer
        self.env["crl.purchase"]._recount(customer)
        rows = self.env["crl.purchase"].search(
            [("partner_id", "=", customer.id)], order="date"
        )
        return [(str(row.date), row.order_count, row.amount) for row in rows]
