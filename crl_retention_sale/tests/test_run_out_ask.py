from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SaleCase

NOW = "2026-03-02 10:00:00"


class RunOutCase(SaleCase):
    """A customer who bought two products, and the shipped procedure, switched on long
    ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dough = cls._new_product("Pizza dough", crl_days_per_unit=10)
        cls.sauce = cls._new_product("Tomato sauce", crl_days_per_unit=10)
        cls.asking = cls.env.ref("crl_retention_sale.cadence_running_out")
        cls.asking.write({"active": True, "order_from": "2025-01-01 00:00:00"})
        cls.message, cls.call = cls.asking.step_ids.sorted("sequence")

    def buy(self, product=None, quantity=3, date=None, customer=None, **values):
        """Sold at a moment; the rows follow at once."""
        order = self.sell(
            customer,
            product=product or self.dough,
            quantity=quantity,
            date=date,
            **values,
        )
        self.env["crl.run.out"]._refresh(order.partner_id)
        return order

    def row(self, product=None, customer=None):
        return self.env["crl.run.out"].search(
            [
                ("partner_id", "=", (customer or self.customer).id),
                ("product_id", "=", (product or self.dough).id),
            ]
        )

    def start(self, moment=None, limit=1000):
        """Look who is to be asked, at a moment."""
        if moment:
            self.at(moment)
        handled = self.env["crl.run.out"]._start_due(limit)
        self.env.flush_all()
        return handled

    def asked(self, customer=None):
        """The procedures that ask a customer, the oldest first."""
        return self.env["crl.enrollment"].search(
            [
                ("cadence_id", "=", self.asking.id),
                ("partner_id", "=", (customer or self.customer).id),
            ],
            order="id",
        )

    def sent(self, customer=None):
        """The messages a customer was sent."""
        return self.asked(customer).touchpoint_ids.mail_message_id

    def log_of(self, rule="run_out", customer=None):
        return self.env["crl.touchpoint.log"].search(
            [
                ("partner_id", "=", (customer or self.customer).id),
                ("rule", "=", rule),
            ]
        )


@tagged("post_install", "-at_install")
class TestRunOutAsk(RunOutCase):
    """Who is asked about what runs out, when, and how often."""

    def test_story(self):
        """Bought for 30 days; a week before, a message; a week later, a call; the next
        order ends it."""
        self.buy(date="2026-03-02 10:00:00")
        self.assertEqual(str(self.row().date_run_out), "2026-04-01")
        self.start("2026-03-24 10:00:00")
        self.assertFalse(self.asked(), "not a day too early")
        self.at("2026-03-25 10:00:00")
        self.run_cron()
        self.run_cron()
        self.assertEqual(len(self.sent()), 1)
        self.assertIn("Pizza dough", self.sent().body)
        self.assertIn("still have enough", self.sent().body)
        # Odoo's queue says it went
        contact = self.asked().touchpoint_ids.filtered(
            lambda t: t.step_id == self.message
        )
        contact.mail_message_id.notification_ids.notification_status = "sent"
        self.at("2026-04-01 10:00:00")
        self.run_cron()
        call = self.asked().touchpoint_ids.filtered(lambda t: t.step_id == self.call)
        self.assertEqual(call.state, "open")
        self.assertIn("Pizza dough: runs out on", call.activity_id.note)
        # they order: the call is not to be made any more
        self.quote(product=self.dough).action_confirm()
        self.run_cron()
        self.assertEqual(call.state, "cancelled")
        self.assertEqual(self.asked().state, "exited")
        self.assertIn("Pizza dough", self.asked().exit_reason)
        self.assertEqual(len(self.sent()), 1)

    def test_who_belongs_to_another_company_now(self):
        """A procedure there would have nothing to ask about, and begin every day."""
        self.buy(date="2026-03-02 10:00:00")
        east = self.env["res.company"].create({"name": "Dough East"})
        self.customer.company_id = east
        self.env.flush_all()
        self.start("2026-03-25 10:00:00")
        self.assertFalse(self.asked())

    def test_ordered_a_moment_before_it_would_go(self):
        """Asked again in the transaction that opens the message: an order the engine
        has not heard of yet counts."""
        self.buy(date="2026-03-02 10:00:00")
        self.start("2026-03-25 06:00:00")
        self.assertTrue(self.asked().is_live)
        self.sell(product=self.dough, date="2026-03-25 08:00:00")
        self.at("2026-03-25 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        self.assertFalse(self.sent())
        self.assertEqual(self.asked().state, "exited")
        self.assertIn("enough again", self.log_of().filtered("enrollment_id").note)

    def test_another_order_does_not_count(self):
        self.buy(date="2026-03-02 10:00:00")
        self.start("2026-03-25 06:00:00")
        self.sell(product=self.sauce, date="2026-03-25 08:00:00")
        self.at("2026-03-25 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        self.assertIn("Pizza dough", self.sent().body)

    def test_one_message_for_all_that_runs_out_soon(self):
        later = self._new_product("Olives", crl_days_per_unit=15)
        self.buy(date="2026-03-02 10:00:00")
        self.buy(self.sauce, 4, date="2026-03-02 10:00:00")
        self.buy(later, 4, date="2026-03-02 10:00:00")
        self.start("2026-03-25 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        self.assertEqual(len(self.sent()), 1)
        self.assertIn("Pizza dough", self.sent().body)
        self.assertIn("Tomato sauce", self.sent().body, "10 days later")
        self.assertNotIn("Olives", self.sent().body, "30 days later")

    def test_part_of_it_ordered_again(self):
        """The rest is asked about."""
        self.buy(date="2026-03-02 10:00:00")
        self.buy(self.sauce, date="2026-03-02 10:00:00")
        self.start("2026-03-25 06:00:00")
        self.sell(product=self.sauce, date="2026-03-25 08:00:00")
        self.at("2026-03-25 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        self.assertIn("Pizza dough", self.sent().body)
        self.assertNotIn("Tomato sauce", self.sent().body)

    def test_once_a_purchase(self):
        """However often the engine looks, and also when the procedure is over; the next
        purchase is asked about again."""
        self.buy(date="2026-03-02 10:00:00")
        for day in (25, 26, 27):
            self.start(f"2026-03-{day} 10:00:00")
            self.asked()._exit("", "manual") if self.asked().is_live else None
        self.assertEqual(len(self.asked()), 1)
        order = self.buy(date="2026-03-28 10:00:00")
        self.start("2026-04-20 10:00:00")
        self.assertEqual(len(self.asked()), 2)
        self.asked()[-1]._exit("", "manual")
        # the purchase is taken back: the one before was asked about
        order._action_cancel()
        self.env["crl.run.out"]._refresh(self.customer)
        self.start("2026-04-21 10:00:00")
        self.assertEqual(len(self.asked()), 2)

    def test_asked_about_though_nothing_is_left(self):
        """The row of a purchase that was asked about and taken back stays."""
        order = self.buy(date="2026-03-02 10:00:00")
        self.start("2026-03-25 10:00:00")
        order._action_cancel()
        self.env["crl.run.out"]._refresh(self.customer)
        self.assertFalse(self.row().date_run_out)
        self.env["crl.enrollment"]._exit_supplied(self.customer)
        self.assertEqual(self.asked().state, "exited")
        order.write({"state": "sale"})
        self.env["crl.run.out"]._refresh(self.customer)
        self.start("2026-03-26 10:00:00")
        self.assertEqual(len(self.asked()), 1)

    def test_killed_on_the_way(self):
        """Begun and noted are one transaction."""
        self.buy(date="2026-03-02 10:00:00")
        self.at("2026-03-25 10:00:00")
        try:
            with self.env.cr.savepoint():
                self.start()
                self.assertTrue(self.asked())
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            self.env.invalidate_all()
        self.assertFalse(self.row().date_asked)
        self.start()
        self.start()
        self.assertEqual(len(self.asked()), 1)

    def test_bought_every_week(self):
        """Who buys all the time is not asked all the time."""
        for day in (2, 9, 16, 23):
            self.buy(date=f"2026-02-{day:02} 10:00:00")
        self.assertEqual(str(self.row().date_run_out), "2026-03-02")
        self.assertEqual(self.row().basis, "own_rhythm")
        self.start()
        self.assertFalse(self.asked())
        self.asking.order_lead_days = 3
        self.start()
        self.assertTrue(self.asked())

    def test_due_before_it_was_switched_on(self):
        self.buy(date="2026-02-01 10:00:00")
        self.asking.order_from = "2026-02-26 00:00:00"
        self.start("2026-02-26 10:00:00")
        self.assertFalse(self.asked())
        # by hand it is asked about
        self.enroll(cadence=self.asking)
        self.assertEqual(self.row().enrollment_id, self.asked())

    def test_after_a_standstill(self):
        """It ran out four days ago, and the company catches up three."""
        self.buy(date="2026-02-01 10:00:00")
        late = self._new_customer("Late")
        self.buy(date="2026-02-02 10:00:00", customer=late)
        self.start("2026-03-07 10:00:00")
        self.assertFalse(self.asked())
        self.assertTrue(self.asked(late))

    def test_who_cannot_be_asked(self):
        """A line in the log, once; asked as soon as they can be."""
        self.customer.crl_do_not_contact = True
        self.buy(date="2026-03-02 10:00:00")
        for day in (25, 26):
            self.start(f"2026-03-{day} 10:00:00")
            self.start()
        self.assertFalse(self.asked())
        self.assertEqual(len(self.log_of()), 1)
        self.assertIn("does not want to be contacted", self.log_of().sentence)
        self.customer.crl_do_not_contact = False
        self.start("2026-03-27 10:00:00")
        self.assertTrue(self.asked())

    def test_who_it_is_for(self):
        """The procedure's own filter, on customers and on products."""
        self.buy(date="2026-03-02 10:00:00")
        self.asking.enroll_domain = "[('city', '=', 'Lyon')]"
        self.start("2026-03-25 10:00:00")
        self.assertFalse(self.asked())
        self.customer.city = "Lyon"
        self.asking.run_out_domain = f"[('id', '=', {self.sauce.id})]"
        self.start("2026-03-26 10:00:00")
        self.assertFalse(self.asked())
        self.asking.run_out_domain = "[]"
        self.start("2026-03-27 10:00:00")
        self.assertTrue(self.asked())

    def test_first_procedure_that_fits(self):
        """Letters for some products, messages for the others."""
        letters = self.env.ref("crl_retention_sale.cadence_running_out_letter")
        letters.write(
            {
                "active": True,
                "order_from": "2025-01-01",
                "run_out_domain": f"[('id', '=', {self.sauce.id})]",
            }
        )
        self.buy(date="2026-03-02 10:00:00")
        self.buy(self.sauce, date="2026-03-02 10:00:00")
        self.start("2026-03-25 10:00:00")
        self.assertEqual(self.row().enrollment_id.cadence_id, self.asking)
        self.assertEqual(self.row(self.sauce).enrollment_id.cadence_id, letters)

    def test_wrong_filter(self):
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self.asking.run_out_domain = "[('nonsense', '=', 1)]"

    def test_a_filter_that_broke_stops_no_other_procedure(self):
        broken = self.asking.copy({"order_trigger": "run_out", "sequence": 1})
        broken.order_from = self.asking.order_from
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crl_cadence SET run_out_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.buy(date="2026-03-02 10:00:00")
        with self.assertLogs("odoo.addons.crl_retention.models.crl_engine", "WARNING"):
            self.start("2026-03-25 10:00:00")
        self.assertTrue(self.asked())
        self.assertIn("this filter cannot be read", broken.fault)
        self.assertFalse(self.asking.fault)
        broken.with_user(self.manager).run_out_domain = "[]"
        self.assertFalse(broken.fault)

    def test_one_that_raises(self):
        """Keeps no other from being asked, and is tried again tomorrow."""
        other = self._new_customer("Da Mario")
        for customer in (self.customer, other):
            self.buy(date="2026-03-02 10:00:00", customer=customer)
        Enrollment = type(self.env["crl.enrollment"])
        enroll = Enrollment._enroll

        def fail(records, partners, *args, **kwargs):
            if self.customer in partners:
                raise ValueError("broken")
            return enroll(records, partners, *args, **kwargs)

        with (
            patch.object(Enrollment, "_enroll", fail),
            self.assertLogs("odoo.addons.crl_retention.models.crl_engine", "WARNING"),
        ):
            self.start("2026-03-25 10:00:00")
        self.assertFalse(self.asked())
        self.assertTrue(self.asked(other))
        self.assertFalse(self.start(), "not again today")
        self.start("2026-03-26 10:00:00")
        self.assertTrue(self.asked())

    def test_days_somebody_mistyped(self):
        """Far too many days ask nobody, and keep no other procedure from it."""
        self.asking.write(
            {"order_lead_days": 2**31 - 1, "run_out_merge_days": 2**31 - 1}
        )
        self.buy(date="2026-03-02 10:00:00")
        self.assertFalse(self.start("2026-03-25 10:00:00"))
        self.asking.order_lead_days = 7
        self.assertTrue(self.start())
        self.assertTrue(self.asked())

    def test_enrolled_by_hand(self):
        """What runs out then is asked about; with nothing, it ends at once."""
        self.buy(date="2026-03-02 10:00:00")
        self.at("2026-03-25 10:00:00")
        self.enroll(cadence=self.asking)
        self.assertEqual(self.row().enrollment_id, self.asked())
        self.start()
        self.assertEqual(len(self.asked()), 1)
        other = self._new_customer("Nothing Bought")
        self.enroll(other, cadence=self.asking)
        self.env["crl.touchpoint"]._open_due(100)
        self.assertEqual(self.asked(other).state, "exited")
        self.assertIn("Nothing they buy", self.asked(other).exit_reason)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.dough.with_context(lang="fr_FR").name = "Pâte à pizza"
        self.customer.lang = "fr_FR"
        self.buy(date="2026-03-02 10:00:00")
        self.start("2026-03-25 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        self.assertIn("Pâte à pizza", self.sent().body)

    def test_short_text_of_many(self):
        products = self.env["product.product"]
        for number in range(5):
            products += self._new_product(f"P{number}", default_code="secret")
        names = self.env["crl.touchpoint"]._get_names(products)
        self.assertEqual(names, "P0, P1, P2, and 2 more")

    def test_merged(self):
        """Asked about as one is asked about as both; the purchases are one's."""
        other = self._new_customer("Bella Napoli 2")
        self.buy(date="2026-03-02 10:00:00")
        self.buy(date="2026-03-02 10:00:00", customer=other)
        self.start("2026-03-25 10:00:00")
        self.asked(other)._exit("", "manual")
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer + other).ids, self.customer)
        self.assertEqual(len(self.row()), 1)
        self.assertEqual(self.row().quantity, 6)
        self.assertTrue(self.row()._is_asked())

    def test_reads_own_customers(self):
        self.buy(date="2026-03-02 10:00:00")
        self.customer.user_id = self.other_rep
        rows = self.env["crl.run.out"]
        self.assertFalse(rows.with_user(self.rep).search([]))
        row = rows.with_user(self.other_rep).search([])
        self.assertEqual(row.product_id, self.dough)
        groups = rows.with_user(self.other_rep)._read_group(
            [], ["user_id", "date_run_out:week"], ["__count"]
        )
        self.assertEqual(groups[0][0], self.other_rep)

    # ---- What is told ----

    def test_letter(self):
        """Begins with what is soon used up, and its writer reads why it was good."""
        letters = self.env.ref("crl_retention_sale.cadence_running_out_letter")
        letters.write({"active": True, "order_from": "2025-01-01"})
        self.dough.crl_after_purchase_points = "Crisp for 20 minutes."
        self.buy(date="2026-03-02 10:00:00")
        self.start("2026-03-23 10:00:00")
        self.env["crl.touchpoint"]._open_due(100)
        letter = self.row().enrollment_id.touchpoint_ids.filtered(
            lambda t: t.channel == "letter"
        )
        self.assertEqual(letter.state, "open")
        text = letter.with_user(self.rep)._get_letter_texts()[letter.id]
        self.assertIn("soon used up: Pizza dough.", text)
        self.assertIn("Crisp for 20 minutes.", letter.activity_id.note)
        facts = self.customer.with_user(self.rep)._crl_get_letter_facts()
        self.assertEqual(
            {fact["kind"] for fact in facts}, {"purchase", "point", "run_out"}
        )
        texts = [fact["text"] for fact in facts]
        self.assertIn("Runs out on 04/01/2026: Pizza dough", texts)

    def test_card(self):
        """On the card of a customer, for whoever sees how they stand."""
        self.buy(date="2026-03-02 10:00:00")
        desk = self.env["crl.desk"]
        facts = desk.with_user(self.rep)._get_card_facts(self.customer.sudo())
        self.assertIn("Pizza dough", [fact["text"] for fact in facts])
        facts = desk.with_user(self.other_rep)._get_card_facts(self.customer.sudo())
        self.assertNotIn("Pizza dough", [fact["text"] for fact in facts])

    def test_after_a_purchase(self):
        """Whoever calls after an order reads why it was a good one."""
        thanks = self.env.ref("crl_retention_sale.cadence_after_purchase")
        thanks.active = True
        self.dough.crl_after_purchase_points = "Crisp for 20 minutes."
        self.quote(product=self.dough).action_confirm()
        self.work()
        contacts = self.customer.crl_touchpoint_ids.filtered(
            lambda t: t.cadence_id == thanks
        )
        self.assertTrue(contacts)
        self.assertEqual(contacts[0].after_purchase_points, "Crisp for 20 minutes.")
        self.assertIn("Crisp for 20 minutes.", contacts[0]._get_briefing(""))

    def test_exported(self):
        self.buy(date="2026-03-02 10:00:00")
        text = self.customer.with_user(self.manager).crl_export_data()
        self.assertIn("Pizza dough", text)

    def test_year_after_the_first_order(self):
        """The yearly procedure of the core begins on it, too."""
        field = self.env["ir.model.fields"]._get("res.partner", "crl_first_order_date")
        yearly = self.env.ref("crl_retention.cadence_anniversary")
        yearly.write(
            {"start_field_id": field.id, "active": True, "start_from": "2025-01-01"}
        )
        self.buy(date="2025-03-02 10:00:00")
        self.env["crl.purchase"]._recount(self.customer)
        self.env["crl.buyer"]._refresh(self.customer)
        self.env["crl.cadence"]._start_yearly(100)
        begun = self.env["crl.enrollment"].search([("cadence_id", "=", yearly.id)])
        self.assertEqual(begun.partner_id, self.customer)
