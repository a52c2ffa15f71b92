from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestPurchase(SaleCase):
    """What counts as a purchase, and on which day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_invoicing()

    def check(self, *expected, customer=None):
        """The purchase days are as events left them, and as a full count finds them."""
        self.work()
        Purchase = self.env["crl.purchase"]
        self.assertFalse(Purchase._recount(), "the events told all of it")
        self.assertEqual(self.get_purchases(customer), list(expected))

    # ---- Days ----

    def test_orders_of_one_day_are_one_purchase(self):
        # half past midnight in Paris, and half past eleven in the evening
        self.sell(date="2026-01-31 23:30:00")
        self.sell(date="2026-02-01 22:30:00", amount=50)
        self.sell(date="2026-02-01 23:30:00", amount=7)
        self.check(("2026-02-01", 2, 150), ("2026-02-02", 1, 7))
        row = self.env["crl.purchase"].search([("date", "=", "2026-02-02")])
        self.assertEqual(str(row.first_date), "2026-02-01")
        self.assertEqual(row.month_number, 0)

    def test_a_month_begins_on_the_companys_clock(self):
        self.sell(date="2026-01-31 23:30:00")
        self.company.partner_id.tz = "America/New_York"
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self.get_purchases(), [("2026-01-31", 1, 100)])

    def test_months_are_counted_from_that_of_the_first_purchase(self):
        for date in ("2025-11-30", "2025-12-01", "2026-02-28"):
            self.sell(date=f"{date} 10:00:00")
        self.work()
        rows = self.env["crl.purchase"].search([], order="date")
        self.assertEqual(rows.mapped("month_number"), [0, 1, 3])
        self.assertEqual(set(rows.mapped("first_date")), {rows[0].date})

    def test_the_last_order_of_the_day_says_who_sold(self):
        self.sell(date="2026-02-01 15:00:00", user_id=self.other_rep.id)
        self.sell(date="2026-02-01 09:00:00", user_id=self.rep.id)
        self.work()
        self.assertEqual(self.env["crl.purchase"].search([]).user_id, self.other_rep)

    # ---- Orders ----

    def test_quotations_and_samples_are_no_purchases(self):
        self.quote()
        sample = self.quote(amount=0)
        sample.action_confirm()
        self.assertEqual(self.env["crl.order.event"].search([]).order_id, sample)
        self.check()
        sample.order_line.price_unit = 30
        self.check(("2026-03-02", 1, 30))

    def test_a_confirmed_order_is_counted_and_a_cancelled_one_is_not(self):
        order = self.quote()
        order.with_user(self.rep).action_confirm()
        self.check(("2026-03-02", 1, 100))
        order.with_user(self.rep)._action_cancel()
        self.check()
        order.action_draft()
        order.action_confirm()
        self.check(("2026-03-02", 1, 100))

    def test_a_deleted_order_is_not_counted(self):
        order = self.sell()
        self.work()
        order._action_cancel()
        order.unlink()
        self.check()

    def test_an_order_that_moves_is_counted_where_it_is(self):
        other = self._new_customer("Da Mario")
        order = self.sell(date="2026-02-01 10:00:00")
        self.work()
        order.date_order = "2026-02-20 10:00:00"
        self.check(("2026-02-20", 1, 100))
        order.partner_id = other
        self.check()
        self.check(("2026-02-20", 1, 100), customer=other)

    def test_what_is_added_and_taken_off_later_counts(self):
        order = self.sell()
        self.work()
        self.env["sale.order.line"].create(
            [
                {"order_id": order.id, "product_id": self.product.id, "price_unit": 20},
                {"order_id": order.id, "display_type": "line_note", "name": "Thanks"},
            ]
        )
        self.check(("2026-03-02", 1, 120))
        order.order_line[0].product_uom_qty = 0
        self.check(("2026-03-02", 1, 20))

    def test_a_return_entered_as_an_order_lowers_the_last_purchase(self):
        self.sell(date="2026-02-01 10:00:00")
        self.sell(date="2026-02-10 10:00:00")
        self.sell(date="2026-02-15 10:00:00", amount=-30)
        self.check(("2026-02-01", 1, 100), ("2026-02-10", 1, 70))
        # beyond the day's money: it was bought all the same
        self.sell(date="2026-02-16 10:00:00", amount=-90)
        self.check(("2026-02-01", 1, 100), ("2026-02-10", 1, -20))

    def test_what_a_person_orders_is_bought_by_their_company(self):
        person = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id}
        )
        self.sell(person)
        self.check(("2026-03-02", 1, 100))
        other = self._new_customer("Da Mario")
        person.parent_id = other
        self.check()
        self.check(("2026-03-02", 1, 100), customer=other)
        person.parent_id = False
        self.check(customer=other)
        self.check(("2026-03-02", 1, 100), customer=person)

    def test_archived_customers_have_bought_all_the_same(self):
        self.sell()
        self.customer.active = False
        self.check(("2026-03-02", 1, 100))

    def test_the_country_is_the_customers(self):
        self.sell()
        self.work()
        self.customer.country_id = self.env.ref("base.it")
        self.work()
        row = self.env["crl.purchase"].search([])
        self.assertEqual(row.country_id.code, "IT")

    def test_each_company_counts_its_own(self):
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.JPY").id}
        )
        elsewhere.partner_id.tz = "Asia/Tokyo"
        self.sell(date="2026-02-01 20:00:00")
        order = self.env["sale.order"].with_company(elsewhere)
        line = {"product_id": self.product.id, "price_unit": 5000, "tax_ids": False}
        order.create(
            {
                "partner_id": self.customer.id,
                "company_id": elsewhere.id,
                "date_order": "2026-02-01 20:00:00",
                "state": "sale",
                "order_line": [(0, 0, line)],
            }
        )
        self.check(("2026-02-01", 1, 100), ("2026-02-02", 1, 5000))
        rows = self.env["crl.purchase"].search([], order="date")
        self.assertEqual(rows.company_id, self.company + elsewhere)
        self.assertEqual(rows.mapped("month_number"), [0, 0])

    def test_money_is_the_companys(self):
        dollar = self.env.ref("base.USD")
        if self.company.currency_id == dollar:
            dollar = self.env.ref("base.EUR")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-01-01", "rate": 4}
        )
        prices = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": dollar.id}
        )
        order = self.sell(pricelist_id=prices.id)
        self.check(("2026-03-02", 1, 25))
        # credited wholly: nothing is left, at whatever rate
        invoice = self.bill(order)
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-03-10", "rate": 8}
        )
        self.credit(invoice, 60, date="2026-03-12")
        self.check(("2026-03-02", 1, 10))
        self.credit(invoice, 40, date="2026-03-12")
        self.check()

    # ---- Credit notes ----

    def test_what_is_credited_comes_off_the_order(self):
        order = self.sell(date="2026-02-01 10:00:00")
        self.sell(date="2026-02-20 10:00:00")
        invoice = self.bill(order)
        note = self.credit(invoice, 30, date="2026-03-01")
        Event = self.env["crl.order.event"]
        last = Event.search([], order="id desc", limit=1)
        self.assertEqual((last.order_id, last.kind), (order, "changed"), "a rebate")
        self.check(("2026-02-01", 1, 70), ("2026-02-20", 1, 100))
        rest = self.credit(invoice, 70, date="2026-03-01")
        last = Event.search([], order="id desc", limit=1)
        self.assertEqual((last.order_id, last.kind), (order, "returned"))
        self.check(("2026-02-20", 1, 100))
        rest.button_draft()
        note.button_draft()
        self.check(("2026-02-01", 1, 100), ("2026-02-20", 1, 100))

    def test_credited_wholly_and_invoiced_anew_is_a_purchase(self):
        order = self.sell(date="2026-02-01 10:00:00")
        invoice = self.bill(order)
        self.credit(invoice)
        self.check()
        self.bill(order)
        self.check(("2026-02-01", 1, 100))

    def test_a_day_keeps_the_orders_that_were_not_credited(self):
        order = self.sell(date="2026-02-01 10:00:00")
        self.sell(date="2026-02-01 11:00:00", amount=50)
        self.credit(self.bill(order))
        self.check(("2026-02-01", 1, 50))

    def test_a_credit_note_that_names_nothing_lowers_the_last_purchase(self):
        self.sell(date="2026-02-01 10:00:00", amount=500)
        self.sell(date="2026-02-20 10:00:00", amount=10)
        self.credit_alone(7, "2026-01-31")
        self.credit_alone(60, "2026-02-19")
        self.credit_alone(40, "2026-02-25")
        self.check(("2026-02-01", 1, 440), ("2026-02-20", 1, -30))

    def test_a_credit_note_of_exactly_the_days_money_unmakes_it(self):
        self.sell(date="2026-02-01 10:00:00")
        self.credit_alone(100, "2026-02-05")
        self.check()

    def test_down_payments_count_once(self):
        order = self.sell(date="2026-02-01 10:00:00", amount=1000)
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_ids=order.ids, active_model="sale.order"
        )
        wizard.create(
            {"advance_payment_method": "fixed", "fixed_amount": 300}
        ).create_invoices()
        advance = order.invoice_ids
        advance.invoice_date = "2026-02-02"
        advance.action_post()
        self.check(("2026-02-01", 1, 1000))
        self.company.crl_purchase_basis = "invoice"
        self.env["crl.purchase"]._recount_due(1000)
        self.check()
        final = order._create_invoices(final=True)
        final.invoice_date = "2026-02-20"
        final.action_post()
        self.check(("2026-02-20", 1, 1000))
        self.company.crl_purchase_basis = "order"
        self.env["crl.purchase"]._recount_due(1000)
        self.check(("2026-02-01", 1, 1000))

    # ---- Invoices count ----

    def test_posted_invoices_count_where_they_are_the_basis(self):
        self.company.crl_purchase_basis = "invoice"
        order = self.sell(date="2026-02-01 10:00:00")
        self.check()
        invoice = self.bill(order, date="2026-02-10")
        self.check(("2026-02-10", 1, 100))
        invoice.button_draft()
        self.check()
        invoice.action_post()
        self.credit(invoice, 30, date="2026-02-12")
        self.check(("2026-02-10", 1, 70))
        self.credit(invoice, 70, date="2026-02-12")
        self.check()
        self.assertTrue(self.credit_alone(10, "2026-02-12"))
        self.check()

    # ---- Customers ----

    def merge(self, *customers):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        people = self.env["res.partner"].union(*customers)
        wizard._merge(people.ids, customers[0])

    def test_merged_customers_have_bought_together(self):
        other = self._new_customer("Da Mario")
        self.sell(date="2026-02-01 10:00:00")
        self.sell(other, date="2026-02-01 12:00:00")
        self.sell(other, date="2025-12-01 12:00:00", amount=7)
        self.work()
        self.merge(self.customer, other)
        expected = [("2025-12-01", 1, 7), ("2026-02-01", 2, 200)]
        rows = self.env["crl.purchase"].search([], order="date")
        self.assertEqual(rows.partner_id, self.customer)
        self.assertEqual(
            [(str(row.date), row.order_count, row.amount) for row in rows], expected
        )
        self.check(*expected)

    def test_who_asks_what_we_hold_is_told(self):
        self.sell()
        self.work()
        text = self.customer.with_user(self.manager).crl_export_data()
        self.assertIn('"date": "2026-03-02"', text)

    # ---- Nights ----

    def test_a_night_finds_what_went_past_the_events(self):
        order = self.sell(date="2026-02-01 10:00:00")
        self.run_cron()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 80, write_date = %s WHERE id = %s",
            ["2026-03-03 00:10:00", order.id],
        )
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self.env["crl.purchase"].search([]).amount, 100)
        # before customers are compared, and segments counted
        self.at("2026-03-03 00:15:00")
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self.env["crl.purchase"].search([]).amount, 80)

    def test_a_sunday_counts_all(self):
        order = self.sell(date="2026-02-01 10:00:00")
        self.run_cron()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 80, write_date = %s", ["2020-01-01"]
        )
        self.at("2026-03-07 12:00:00")
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self.env["crl.purchase"].search([]).amount, 100)
        self.at("2026-03-08 12:00:00")
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self.env["crl.purchase"].search([]).amount, 80)
        self.assertTrue(order)
