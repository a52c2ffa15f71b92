from odoo.tests import tagged

from odoo.addons.crl_retention.tests.common import CrlCase


class OrdersCase(CrlCase):
    """Orders of a restaurant: one of its chef, and one of a colleague's customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        salesman = cls.env.ref("sales_team.group_sale_salesman")
        (cls.rep + cls.other_rep).group_ids += salesman
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna", "parent_id": cls.customer.id, "email": "anna@example.com"}
        )
        cls.other = cls._new_customer("Da Mario", user_id=cls.other_rep.id)
        cls.dough = cls.env["product.product"].create(
            {"name": "Dough balls", "list_price": 10, "taxes_id": False}
        )
        cls.env["crl.relationship"]._ensure(cls.customer + cls.other)

    @classmethod
    def order(cls, partner, moment, quantity=20, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "date_order": moment,
                "state": "sale",
                "user_id": partner.commercial_partner_id.user_id.id,
                "order_line": [
                    (0, 0, {"product_id": cls.dough.id, "product_uom_qty": quantity})
                ],
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestOrdersSeen(OrdersCase):
    def rows(self, user, **arguments):
        self.env.flush_all()
        return self.customer.with_user(user).crl_get_timeline(**arguments)

    # ---- The timeline ----

    def test_orders_and_quotations_of_the_customer_and_its_people(self):
        order = self.order(self.anna, "2026-02-20 09:00:00")
        quotation = self.order(self.customer, "2026-03-01 09:00:00", state="sent")
        self.order(self.other, "2026-02-21 09:00:00")
        told = [
            (row["title"], row["state"], row["id"])
            for row in self.rows(self.rep, sources=["order"])
        ]
        self.assertEqual(
            told,
            [
                (f"Quotation {quotation.name}", "Quotation Sent", quotation.id),
                (f"Order {order.name}", "", order.id),
            ],
        )
        [__, row] = self.rows(self.rep, sources=["order"])
        self.assertIn("200.00", row["text"])
        self.assertIn("20 × Dough balls", row["text"])

    def test_invoices_and_credit_notes_by_their_day(self):
        self.rep.group_ids += self.env.ref("account.group_account_invoice")
        invoice, refund = self.env["account.move"].create(
            [
                {
                    "move_type": kind,
                    "partner_id": self.customer.id,
                    "invoice_date": day,
                    "invoice_user_id": self.rep.id,
                    "invoice_line_ids": [
                        (0, 0, {"name": "Dough", "price_unit": 50, "tax_ids": False})
                    ],
                }
                for kind, day in (
                    ("out_invoice", "2026-02-10"),
                    ("out_refund", "2026-02-12"),
                )
            ]
        )
        self.assertEqual(self.rows(self.rep, sources=["invoice"]), [])
        (invoice + refund).action_post()
        self.order(self.customer, "2026-02-12 09:00:00")
        rows = self.rows(self.rep, sources=["order", "invoice"])
        self.assertEqual(
            [(row["kind"], row["id"], row["is_day"]) for row in rows],
            [
                ("order", rows[0]["id"], False),
                ("invoice", refund.id, True),
                ("invoice", invoice.id, True),
            ],
        )
        self.assertEqual(rows[1]["title"], f"Credit note {refund.name}")
        reception = self._new_user("ines", "reception")
        [found] = self.env["crl.reception"].with_user(reception).find(invoice.name)
        self.assertEqual(found["document"], invoice.name)
        # pages lose nothing where days and moments meet
        pages = self.rows(self.rep, sources=["order", "invoice"], limit=1)
        while len(pages) < 3:
            pages += self.rows(
                self.rep,
                sources=["order", "invoice"],
                limit=1,
                before=pages[-1]["key"],
            )
        self.assertEqual(pages, rows)
        # and the summary, which is printed from it, tells them too
        days = [
            row["day"]
            for row in self.customer.with_user(self.rep)._crl_get_summary_events()
        ]
        self.assertIn("02/10/2026", days)

    def test_who_may_open_no_orders_sees_none(self):
        self.order(self.customer, "2026-02-20 09:00:00")
        for user in (self.leader, self.manager):
            with self.subTest(user=user.login):
                kinds = {row["kind"] for row in self.rows(user)}
                self.assertNotIn("order", kinds)
        # a colleague's orders stay the colleague's, as everywhere in Odoo
        self.assertFalse(self.rows(self.other_rep, sources=["order"]))

    # ---- The cards ----

    def test_the_reception_knows_that_and_when(self):
        order = self.order(self.anna, "2026-02-20 23:30:00")
        self.order(self.customer, "2026-02-01 09:00:00")
        self.order(self.customer, "2026-03-01 09:00:00", state="sent")
        reception = self._new_user("ines", "reception", tz="Europe/Paris")
        [fact] = self.card(reception)
        # half past midnight in Paris
        self.assertEqual(fact["text"], f"{order.name} · 02/21/2026")
        self.assertFalse(fact["model"])
        [fact] = self.card(self.manager)
        self.assertIn("20 × Dough balls", fact["text"])
        self.assertFalse(fact["model"])
        [fact] = self.card(self.rep)
        self.assertEqual((fact["model"], fact["id"]), ("sale.order", order.id))

    def card(self, user):
        return (
            self.env["crl.reception"]
            .with_user(user)
            .get_customer(self.customer.id)["facts"]
        )

    def test_the_desk_tells_the_last_order(self):
        order = self.order(self.customer, "2026-02-20 09:00:00")
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call")
        shown = self.env["crl.desk"].with_user(self.rep).open_contact(call.id)
        [fact] = shown["customer"]["facts"]
        self.assertIn(order.name, fact["text"])
        order.state = "cancel"
        shown = self.env["crl.desk"].with_user(self.rep).open_contact(call.id)
        self.assertEqual(shown["customer"]["facts"], [])

    # ---- Found by a number ----

    def test_found_by_the_number_or_the_customers_reference(self):
        order = self.order(self.anna, "2026-02-20", client_order_ref="PO 100%-7")
        reception = self._new_user("ines", "reception")
        find = self.env["crl.reception"].with_user(reception).find
        for text in (order.name, order.name.lower(), "po 100%-7"):
            with self.subTest(text=text):
                [row] = find(text)
                self.assertEqual(row["customer_id"], self.customer.id)
                self.assertEqual(row["document"], order.name)
        # what is typed is no pattern
        for text in (f"{order.name[:-1]}%", "PO 100_-7"):
            with self.subTest(text=text):
                self.assertEqual(find(text), [])

    def test_an_order_of_another_company_is_not_found(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        order = self.order(
            self.customer, "2026-02-20", company_id=elsewhere.id, user_id=False
        )
        reception = self._new_user("ines", "reception")
        find = self.env["crl.reception"].with_user(reception).find
        self.assertEqual(find(order.name), [])
