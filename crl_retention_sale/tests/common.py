from odoo import Command

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
        # not +=, which would give all of them the groups of each
        salesman = cls.env.ref("sales_team.group_sale_salesman")
        people.write({"group_ids": [Command.link(salesman.id)]})

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

    @classmethod
    def set_up_invoicing(cls, company=None):
        """What it takes to post invoices of a company: accounts and a journal."""
        company = company or cls.company
        env = cls.env(context=dict(cls.env.context, allowed_company_ids=company.ids))
        receivable, income = env["account.account"].create(
            [
                {
                    "name": "Customers",
                    "code": f"411{company.id:03}",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                    "company_ids": [(6, 0, company.ids)],
                },
                {
                    "name": "Sales",
                    "code": f"701{company.id:03}",
                    "account_type": "income",
                    "company_ids": [(6, 0, company.ids)],
                },
            ]
        )
        env["ir.default"].set(
            "res.partner",
            "property_account_receivable_id",
            receivable.id,
            company_id=company.id,
        )
        env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SAL",
                "type": "sale",
                "company_id": company.id,
                "default_account_id": income.id,
            }
        )

    @classmethod
    def bill(cls, order, date=None):
        """The posted invoice of what is still to be invoiced of an order."""
        invoice = order._create_invoices()
        invoice.invoice_date = date or order.date_order.date()
        invoice.action_post()
        return invoice

    @classmethod
    def credit(cls, invoice, amount=None, date=None):
        """The posted credit note of an invoice: of all of it, or of an amount."""
        note = invoice._reverse_moves(
            [{"invoice_date": date or invoice.invoice_date, "date": invoice.date}]
        )
        if amount is not None:
            [line] = note.invoice_line_ids
            line.write({"quantity": 1, "price_unit": amount})
        note.action_post()
        return note

    @classmethod
    def credit_alone(cls, amount, date, customer=None, company=None, **values):
        """A posted credit note that names nothing."""
        note = cls.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": (customer or cls.customer).id,
                "company_id": (company or cls.company).id,
                "invoice_date": date,
                "invoice_line_ids": [
                    (0, 0, {"name": "Bonus", "price_unit": amount, "tax_ids": False})
                ],
                **values,
            }
        )
        note.action_post()
        return note

    def work(self):
        """Do what follows from the events of orders."""
        self.env.flush_all()
        while self.env["crl.order.event"]._work_due(1000):
            pass

    def get_purchases(self, customer=None):
        """A customer's purchase days, counted anew: ``[(date, orders, amount)]``."""
        customer = customer or self.customer
        self.env["crl.purchase"]._recount(customer)
        rows = self.env["crl.purchase"].search(
            [("partner_id", "=", customer.id)], order="date"
        )
        return [(str(row.date), row.order_count, row.amount) for row in rows]
