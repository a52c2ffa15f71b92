from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open

from .common import SaleCase


class TriggerCase(SaleCase):
    """Procedures that begin with an order, switched on at Monday, 11:00 in Paris."""

    def setUp(self):
        super().setUp()
        self.after = self.env.ref("crl_retention_sale.cadence_after_purchase")
        self.after.with_user(self.manager).active = True
        self.letter = self.env.ref("crl_retention_sale.step_purchase_letter")
        self.Enrollment = self.env["crl.enrollment"]

    def confirm(self, moment=None, customer=None, **values):
        """What a salesperson does; then the engine looks at what happened."""
        if moment:
            self.at(moment)
        order = self.quote(customer, **values)
        order.action_confirm()
        self.work()
        return order

    def get_enrollments(self, customer=None, cadence=None):
        return self.Enrollment.search(
            [
                ("partner_id", "=", (customer or self.customer).id),
                ("cadence_id", "=", (cadence or self.after).id),
            ],
            order="id",
        )

    def get_lines(self, rule, customer=None):
        return self.env["crl.touchpoint.log"].search(
            [
                ("partner_id", "=", (customer or self.customer).id),
                ("decision", "=", "skipped"),
                ("rule", "=", rule),
            ]
        )

    def explain(self, customer=None):
        """What the dialog “Why?” says of today."""
        customer = (customer or self.customer).with_user(self.rep)
        return " ".join(line["sentence"] for line in customer.crl_explain())


@tagged("post_install", "-at_install")
class TestOrderTrigger(TriggerCase):
    def test_a_confirmed_order_begins_the_procedure(self):
        self.at("2026-03-03 10:00:00")
        order = self.quote()
        order.with_user(self.rep).action_confirm()
        self.assertFalse(self.get_enrollments())
        self.run_cron()
        enrollment = self.get_enrollments()
        self.assertEqual(enrollment.order_id, order)
        self.assertEqual(str(enrollment.date_start), "2026-03-03")
        self.assertEqual(enrollment.user_id, self.rep)
        letter = enrollment.touchpoint_ids.filtered(lambda t: t.step_id == self.letter)
        self.assertEqual(str(letter.date_planned), "2026-03-09 08:00:00")
        self.assertIn(f"Started by an order: {order.name}", self.explain())
        self.assertFalse(self.env["crl.order.event"].search_count([]))

    def test_the_letter_is_due_within_seven_days(self):
        self.confirm("2026-03-03 10:00:00")
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        letter = self.get_enrollments().touchpoint_ids.filtered(
            lambda t: t.step_id == self.letter
        )
        self.assertEqual((letter.state, letter.activity_id.user_id), ("open", self.rep))

    def test_once_however_often_the_engine_runs(self):
        self.confirm("2026-03-03 10:00:00")
        self.run_cron()
        self.run_cron()
        self.assertEqual(len(self.get_enrollments()), 1)

    def test_late_in_the_evening_it_is_still_today(self):
        self.at("2026-03-03 22:50:00")  # 23:50 in Paris
        self.quote().action_confirm()
        self.at("2026-03-03 23:05:00")
        self.run_cron()
        self.assertEqual(str(self.get_enrollments().date_start), "2026-03-03")

    def test_quotations_start_nothing(self):
        self.quote()
        self.quote().action_quotation_sent()
        self.work()
        self.assertFalse(self.get_enrollments())

    def test_orders_from_before_it_was_switched_on_are_left_alone(self):
        self.sell(date="2026-03-02 09:59:59")
        self.work()
        self.assertFalse(self.get_enrollments())
        self.assertFalse(self.get_lines("order"))

    def test_nobody_is_thanked_for_what_was_imported(self):
        self.at("2026-03-20 10:00:00")
        self.sell(date="2026-03-03 10:00:00")
        self.work()
        self.assertFalse(self.get_enrollments())

    def test_the_person_who_ordered_gets_the_messages(self):
        anna = self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": self.customer.id,
                "email": "anna@example.com",
            }
        )
        self.confirm("2026-03-03 10:00:00", anna)
        enrollment = self.get_enrollments()
        self.assertEqual(enrollment.partner_id, self.customer)
        self.assertEqual(enrollment.contact_id, anna)

    def test_who_sold_it_looks_after_a_customer_of_nobody(self):
        nobody = self._new_customer("Nobody's", user_id=False)
        self.confirm("2026-03-03 10:00:00", nobody, user_id=self.other_rep.id)
        self.assertEqual(self.get_enrollments(nobody).user_id, self.other_rep)

    def test_only_the_orders_it_is_for(self):
        self.after.order_domain = "[('amount_untaxed', '>=', 500)]"
        self.confirm("2026-03-03 10:00:00", amount=100)
        self.assertFalse(self.get_enrollments())
        # the small one does not count as the one before either
        self.confirm("2026-03-04 10:00:00", amount=500)
        self.assertEqual(str(self.get_enrollments().date_start), "2026-03-04")

    # ---- Several orders ----

    def test_a_weekly_buyer_is_thanked_once_and_again_after_a_pause(self):
        self.after.order_merge_days = 10
        first = self.confirm("2026-03-03 10:00:00")
        second = self.confirm("2026-03-10 10:00:00")
        third = self.confirm("2026-03-17 10:00:00")
        enrollment = self.get_enrollments()
        self.assertEqual(enrollment.order_id, first)
        self.assertEqual(len(self.get_lines("order_merged")), 2)
        self.assertIn(
            f"{third.name} follows {second.name} after 7 days", self.explain()
        )
        last = self.confirm("2026-03-28 10:00:00")
        old, new = self.get_enrollments()
        self.assertEqual((old.state, new.state), ("exited", "running"))
        self.assertIn("bought again", old.exit_reason)
        self.assertEqual((new.order_id, str(new.date_start)), (last, "2026-03-28"))

    def test_orders_of_a_day_are_one(self):
        self.after.order_merge_days = 0
        self.at("2026-03-03 08:00:00")
        self.quote().action_confirm()
        self.at("2026-03-03 22:30:00")
        self.quote().action_confirm()
        self.work()
        self.assertEqual(len(self.get_enrollments()), 1)
        self.confirm("2026-03-03 23:30:00")  # half past midnight in Paris
        old, new = self.get_enrollments()
        self.assertEqual((old.state, new.state), ("exited", "running"))
        self.assertEqual(str(new.date_start), "2026-03-04")

    def test_two_purchases_between_two_runs(self):
        self.after.order_merge_days = 0
        self.at("2026-03-03 10:00:00")
        self.quote().action_confirm()
        self.at("2026-03-04 10:00:00")
        last = self.quote()
        last.action_confirm()
        self.work()
        old, new = self.get_enrollments()
        self.assertEqual((old.state, new.state), ("exited", "running"))
        self.assertEqual(new.order_id, last)

    def test_what_rests_is_not_begun_anew(self):
        self.after.order_merge_days = 0
        self.confirm("2026-03-03 10:00:00")
        enrollment = self.get_enrollments()
        enrollment.with_user(self.rep).action_pause(reason="On holiday")
        self.confirm("2026-03-05 10:00:00")
        self.assertEqual(self.get_enrollments().state, "paused")
        self.assertIn("goes through this procedure already", self.explain())

    def test_once_means_once(self):
        self.after.write({"order_merge_days": 0, "reenroll": "never"})
        self.confirm("2026-03-03 10:00:00")
        self.confirm("2026-03-05 10:00:00")
        self.assertEqual(self.get_enrollments().state, "running")

    # ---- The first order ----

    def test_the_first_order_begins_new_account(self):
        self.env["res.config.settings"].create({"crl_first_order": True}).execute()
        self.assertEqual(self.cadence.order_trigger, "first_order")
        self.confirm("2026-03-03 10:00:00")
        enrollment = self.get_enrollments(cadence=self.cadence)
        self.assertEqual(enrollment.state, "running")
        # beside it they are thanked for the purchase
        self.assertEqual(self.get_enrollments().state, "running")
        self.confirm("2026-03-05 10:00:00")
        self.assertEqual(self.get_enrollments(cadence=self.cadence), enrollment)
        self.env["res.config.settings"].create({"crl_first_order": False}).execute()
        self.assertFalse(self.cadence.order_trigger)

    def test_who_ordered_before_has_no_first_order(self):
        self.sell(date="2024-05-05 10:00:00")
        self.cadence.order_trigger = "first_order"
        self.confirm("2026-03-03 10:00:00")
        self.assertFalse(self.get_enrollments(cadence=self.cadence))

    def test_who_is_in_new_account_already_stays_there(self):
        self.cadence.order_trigger = "first_order"
        enrollment = self.enroll()
        order = self.confirm("2026-03-03 10:00:00")
        self.assertEqual(self.get_enrollments(cadence=self.cadence), enrollment)
        self.assertEqual(enrollment.state, "running")
        line = self.get_lines("order")
        self.assertIn(order.name, line.note)
        self.assertIn("goes through this procedure already", line.note)

    def test_the_first_order_of_each_company(self):
        """A customer of two companies is a new one at each of them."""
        self.cadence.order_trigger = "first_order"
        other = self.env["res.company"].create({"name": "Dough East"})
        self.sell(date="2024-05-05 10:00:00", company_id=other.id)
        self.confirm("2026-03-03 10:00:00")
        self.assertEqual(len(self.get_enrollments(cadence=self.cadence)), 1)

    # ---- Who does not get in ----

    def test_who_does_not_get_in_and_why(self):
        silent = self._new_customer("Silent", crl_do_not_contact=True)
        gone = self._new_customer("Gone")
        east = self.env["res.company"].create({"name": "Dough East"})
        theirs = self._new_customer("Eastern")
        self.at("2026-03-03 10:00:00")
        for customer in (silent, gone, theirs):
            self.quote(customer).action_confirm()
        gone.active = False
        self.after.company_id = self.company
        theirs.company_id = east
        self.work()
        for customer, words in (
            (silent, "does not want to be contacted"),
            (gone, "is archived"),
            (theirs, "belongs to another company"),
        ):
            with self.subTest(customer.name):
                self.assertFalse(self.get_enrollments(customer))
                self.assertIn(words, self.get_lines("order", customer).note)
                self.assertEqual(
                    self.get_lines("order", customer).sentence.split(".")[0],
                    "An order started nothing",
                )

    def test_an_unhappy_customer_is_not_thanked(self):
        self.env["crl.case"].with_user(self.rep).create(
            {"partner_id": self.customer.id, "description": "Late again"}
        )
        self.confirm("2026-03-03 10:00:00")
        self.assertFalse(self.get_enrollments())
        self.assertIn("recover the open case first", self.explain())

    def test_who_is_held_out_gets_nothing(self):
        self.after.holdout_percent = 100
        self.confirm("2026-03-03 10:00:00")
        enrollment = self.get_enrollments()
        self.assertTrue(enrollment.is_holdout)
        self.assertFalse(enrollment.touchpoint_ids)

    def test_orders_of_another_company(self):
        east = self.env["res.company"].create({"name": "Dough East"})
        self.after.company_id = east
        self.confirm("2026-03-03 10:00:00")
        self.assertFalse(self.get_enrollments())

    def test_no_letter_to_who_wants_none(self):
        self.customer.with_user(self.rep).crl_set_consent(
            {"letter.service": "withdrawn"}, "On the phone"
        )
        self.confirm("2026-03-03 10:00:00")
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        letter = self.get_enrollments().touchpoint_ids.filtered(
            lambda t: t.step_id == self.letter
        )
        self.assertEqual(letter.state, "skipped")

    # ---- Orders that are no more ----

    def test_a_cancelled_order_ends_what_it_began(self):
        order = self.confirm("2026-03-03 10:00:00")
        order.with_user(self.rep).action_cancel()
        self.work()
        enrollment = self.get_enrollments()
        self.assertEqual(enrollment.state, "exited")
        self.assertEqual(enrollment.exit_reason, f"{order.name} was cancelled.")
        self.assertEqual(set(enrollment.touchpoint_ids.mapped("state")), {"cancelled"})

    def test_an_order_that_is_deleted_ends_what_it_began(self):
        order = self.confirm("2026-03-03 10:00:00")
        enrollment = self.get_enrollments()
        order._action_cancel()
        name = order.name
        order.unlink()
        self.work()
        self.assertEqual(enrollment.state, "exited")
        self.assertEqual(enrollment.exit_reason, f"{name} was cancelled.")

    def test_a_copy_of_the_database_begins_nothing(self):
        self.env.flush_all()
        with file_open("crl_retention_sale/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.confirm("2026-03-03 10:00:00")
        self.assertFalse(self.get_enrollments())

    def test_a_filter_that_broke_stops_no_other_procedure(self):
        broken = self.after.copy({"order_trigger": "every_order"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crl_cadence SET order_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.confirm("2026-03-03 10:00:00")
        self.assertTrue(self.get_enrollments())
        self.assertFalse(self.get_enrollments(cadence=broken))
        self.assertIn("this filter cannot be read", self.get_lines("order").note)
        self.assertIn("this filter cannot be read", broken.fault)
        self.assertFalse(self.after.fault)
        broken.with_user(self.manager).order_domain = "[]"
        self.assertFalse(broken.fault)

    def test_a_filter_that_broke_still_ends_what_a_lost_order_began(self):
        order = self.confirm("2026-03-03 10:00:00")
        gone = self.confirm("2026-05-03 10:00:00")
        self.env.cr.execute(
            "UPDATE crl_cadence SET order_domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", self.after.id],
        )
        self.env.invalidate_all()
        order.action_cancel()
        self.work()
        gone.action_cancel()
        gone.unlink()
        self.assertEqual(set(self.get_enrollments().mapped("state")), {"exited"})
        self.assertIn("this filter cannot be read", self.after.fault)

    def test_confirmed_and_cancelled_between_two_runs(self):
        order = self.quote()
        order.action_confirm()
        order.action_cancel()
        self.work()
        self.assertFalse(self.get_enrollments())

    def test_confirmed_again_nothing_is_done_twice(self):
        order = self.confirm("2026-03-03 10:00:00")
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        old = self.get_enrollments()
        letter = old.touchpoint_ids.filtered(lambda t: t.step_id == self.letter)
        letter.with_user(self.rep).action_done("reached")
        order.action_cancel()
        self.run_cron()
        order.action_draft()
        order.action_confirm()
        self.run_cron()
        old, new = self.get_enrollments()
        self.assertEqual((old.state, new.state), ("exited", "running"))
        states = {t.step_id: t.state for t in new.touchpoint_ids}
        self.assertEqual(states.pop(self.letter), "skipped")
        self.assertEqual(set(states.values()), {"planned"})

    def test_cancelled_and_confirmed_between_two_runs(self):
        order = self.confirm("2026-03-03 10:00:00")
        order.action_cancel()
        order.action_draft()
        order.action_confirm()
        self.work()
        self.assertEqual(self.get_enrollments().state, "running")

    def test_another_order_of_the_purchase_takes_its_place(self):
        order = self.confirm("2026-03-03 10:00:00")
        mended = self.confirm("2026-03-03 11:00:00")
        order.action_cancel()
        self.work()
        enrollment = self.get_enrollments()
        self.assertEqual((enrollment.state, enrollment.order_id), ("running", mended))
        self.assertIn(f"{mended.name} counts", self.explain())

    def test_an_order_that_becomes_somebody_elses(self):
        order = self.confirm("2026-03-03 10:00:00")
        other = self._new_customer("Da Mario")
        order.partner_id = other
        self.work()
        self.assertEqual(self.get_enrollments().state, "exited")
        self.assertIn("another customer's", self.get_enrollments().exit_reason)
        self.assertEqual(self.get_enrollments(other).order_id, order)

    def test_other_changes_of_an_order_start_nothing(self):
        self.customer.crl_do_not_contact = True
        order = self.confirm("2026-03-03 10:00:00")
        self.customer.crl_do_not_contact = False
        order.order_line.product_uom_qty = 7
        self.work()
        self.assertFalse(self.get_enrollments())

    def test_two_records_become_one_customer(self):
        double = self._new_customer("Bella Napoli SAS")
        order = self.confirm("2026-03-03 10:00:00", double)
        later = self.quote(double)
        later.action_confirm()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer + double).ids, self.customer
        )
        self.env.invalidate_all()
        self.work()
        self.assertEqual(self.get_enrollments().order_id, order)
        self.assertEqual(self.get_enrollments().state, "running")

    # ---- Faults ----

    def test_killed_before_the_end_it_is_done_later(self):
        self.at("2026-03-03 10:00:00")
        self.quote().action_confirm()
        with (
            patch.object(type(self.Enrollment), "_plan", side_effect=SystemExit),
            self.assertRaises(SystemExit),
            self.env.cr.savepoint(),
        ):
            self.work()
        self.env.invalidate_all()
        self.assertFalse(self.get_enrollments())
        self.run_cron()
        self.assertEqual(len(self.get_enrollments()), 1)


@tagged("post_install", "-at_install")
class TestOrderTurn(TriggerCase):
    """What orders end, and what follows when they are taken back."""

    def test_an_order_ends_the_win_back_at_once(self):
        enrollment = self.enroll(
            cadence=self.env.ref("crl_retention_sale.cadence_win_back")
        )
        self.confirm("2026-03-02 15:00:00")
        self.assertEqual(enrollment.state, "exited")
        self.assertEqual(enrollment.exit_reason, "The customer ordered.")
        won_back = self.env.ref("crl_retention.stage_won_back")
        self.assertEqual(self.customer.crl_stage_id, won_back)
        # and they are thanked
        self.assertEqual(self.get_enrollments().state, "running")

    def test_a_first_order_that_is_cancelled_makes_no_customer(self):
        self.cadence.order_trigger = "first_order"
        order = self.confirm("2026-03-03 10:00:00")
        month_1 = self.env.ref("crl_retention.stage_month_1")
        self.assertEqual(self.customer.crl_stage_id, month_1)
        order.action_cancel()
        self.work()
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_setup")
        )

    def test_as_delivered_nothing_follows_a_cancelled_order(self):
        order = self.confirm("2026-03-03 10:00:00")
        order.action_cancel()
        self.work()
        self.assertFalse(self.customer.crl_case_ids)
        self.assertFalse(self.customer.activity_ids)

    def test_a_cancelled_order_asks_for_a_call(self):
        self.company.crl_return_reaction = "call"
        orders = self.confirm("2026-03-03 10:00:00") + self.confirm()
        orders.action_cancel()
        self.work()
        call = self.customer.crl_touchpoint_ids.filtered(lambda t: not t.step_id)
        self.assertEqual((call.channel, call.user_id), ("call", self.rep))
        for order in orders:
            self.assertIn(f"{order.name} was cancelled: ask why.", call.subject)
        self.assertEqual(call.activity_id.user_id, self.rep)

    def test_a_cancelled_order_opens_a_case(self):
        self.company.crl_return_reaction = "case"
        order = self.confirm("2026-03-03 10:00:00")
        order.action_cancel()
        self.work()
        case = self.customer.crl_case_ids
        self.assertEqual((case.kind, case.state), ("negative_feedback", "open"))
        self.assertIn(order.name, case.description)
        self.assertEqual(case.visit_id.channel, "visit")

    def test_confirmed_again_before_anybody_noticed(self):
        self.company.crl_return_reaction = "case"
        order = self.confirm("2026-03-03 10:00:00")
        order.action_cancel()
        order.action_draft()
        order.action_confirm()
        self.work()
        self.assertFalse(self.customer.crl_case_ids)

    def test_a_rebate_takes_no_order_back(self):
        self.set_up_invoicing()
        order = self.confirm("2026-03-03 10:00:00")
        invoice = self.bill(order)
        # on the whole quantity, as Odoo's credit notes begin
        self.credit(invoice, 30)
        self.work()
        self.assertEqual(self.get_enrollments().state, "running")
        self.credit(invoice, 70)
        self.work()
        self.assertEqual(
            self.get_enrollments().exit_reason, f"{order.name} was taken back."
        )

    def test_what_is_not_invoiced_yet_is_not_taken_back(self):
        self.set_up_invoicing()
        order = self.confirm("2026-03-03 10:00:00")
        invoice = self.bill(order)
        order.write(
            {"order_line": [(0, 0, {"product_id": self.product.id, "price_unit": 1})]}
        )
        self.credit(invoice)
        self.work()
        self.assertEqual(self.get_enrollments().state, "running")

    # ---- The board ----

    def test_a_new_account_is_the_first_purchase_ever(self):
        old = self._new_customer("Da Mario")
        self.sell(old, date="2024-05-05 10:00:00")
        self.sell(old, date="2026-03-02 08:00:00")
        # for whoever sold it, in the month of the company
        self.sell(date="2026-02-28 23:30:00", user_id=self.other_rep.id)
        self.sell(date="2026-03-15 10:00:00")
        new = self._new_customer("Rossini")
        order = self.sell(new, date="2026-03-02 09:00:00")
        self.work()
        Quota = self.env["crl.quota"].sudo()
        source = Quota._get_new_accounts(self.company)
        march = fields.Date.to_date("2026-03-01")
        self.assertEqual(
            Quota._count_month(self.company, source, march),
            {self.other_rep.id: 1, self.rep.id: 1},
        )
        action = (
            self.env["crl.portfolio"]
            .with_user(self.rep)
            .open_figure("new_accounts", "2026-03-01", self.rep.id)
        )
        found = self.env[action["res_model"]].with_user(self.rep)
        self.assertEqual(found.search(action["domain"]).partner_id, new)
        order.action_cancel()
        self.work()
        self.assertEqual(
            Quota._count_month(self.company, source, march), {self.other_rep.id: 1}
        )

    # ---- Speed ----

    def test_many_orders_take_as_many_queries_as_few(self):
        def work(count):
            customers = [self._new_customer(f"R{count} {n}") for n in range(count)]
            for customer in customers:
                self.sell(customer, date="2026-03-01 10:00:00")
            self.after.order_merge_days = 0
            for customer in customers:
                self.sell(customer)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.work()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        work(2)
        few, many = work(5), work(25)
        self.assertLessEqual(many - few, 20)
