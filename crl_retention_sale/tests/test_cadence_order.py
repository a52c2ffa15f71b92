from odoo.exceptions import ValidationError
from odoo.tests import mute_logger, tagged

from .test_orders_seen import OrdersCase


@tagged("post_install", "-at_install")
class TestCadenceOrder(OrdersCase):
    """What an order does to a procedure under way, and how a procedure says it."""

    def setUp(self):
        super().setUp()
        self.win_back = self.env.ref("crl_retention_sale.cadence_win_back")

    def first_call(self, enrollment):
        step = self.env.ref("crl_retention_sale.step_win_back_call")
        return enrollment.touchpoint_ids.filtered(lambda t: t.step_id == step)

    def test_a_customer_who_orders_is_won_back(self):
        enrollment = self.enroll(cadence=self.win_back)
        self.order(self.customer, "2026-03-02 15:00:00")
        self.at("2026-03-03 12:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "exited")
        self.assertEqual(enrollment.exit_reason, "The customer ordered.")
        self.assertEqual(set(enrollment.touchpoint_ids.mapped("state")), {"cancelled"})
        won_back = self.env.ref("crl_retention.stage_won_back")
        self.assertEqual(self.customer.crl_stage_id, won_back)

    def test_what_is_no_order_since(self):
        self.order(self.customer, "2026-03-02 09:00:00")  # before
        self.order(self.other, "2026-03-02 15:00:00")
        enrollment = self.enroll(cadence=self.win_back)
        self.order(self.customer, "2026-03-02 15:00:00", state="sent")
        self.order(self.customer, "2026-03-02 15:00:00", state="cancel")
        self.order(self.customer, "2206-03-02 15:00:00")  # mistyped
        self.at("2026-03-03 12:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "running")
        self.assertEqual(self.first_call(enrollment).state, "open")

    def test_a_procedure_of_their_own_keeps_the_stage(self):
        self.enroll()
        enrollment = self.enroll(cadence=self.win_back)
        self.order(self.anna, "2026-03-02 15:00:00")
        self.at("2026-03-03 12:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "exited")
        month_1 = self.env.ref("crl_retention.stage_month_1")
        self.assertEqual(self.customer.crl_stage_id, month_1)

    def test_as_delivered_an_order_ends_nothing(self):
        enrollment = self.enroll()
        self.order(self.customer, "2026-03-02 15:00:00")
        self.at("2026-03-09 12:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "running")

    # ---- In words ----

    def test_what_an_order_does_in_words(self):
        cadence = self.env.ref("crl_retention_sale.cadence_after_purchase")
        self.assertEqual(
            cadence.order_text,
            "Begins by itself on the day a customer confirms an order. An order within "
            "45 days of the one before counts with it; after a longer pause it begins "
            "anew. It is archived: nothing begins before you restore it.",
        )
        cadence = cadence.with_user(self.manager).with_context(tz="Europe/Paris")
        cadence.write({"active": True, "order_merge_days": 0})
        self.assertEqual(
            cadence.order_text.replace("\u202f", " "),
            "Begins by itself on the day a customer confirms an order. Orders of one "
            "day count as one. Orders confirmed before 3/2/26, 11:00 AM are left "
            "alone.",
        )
        cadence.order_trigger = "first_order"
        self.assertIn("the first order ever", cadence.order_text)
        self.assertNotIn("count as one", cadence.order_text)
        cadence.order_trigger = False
        self.assertFalse(cadence.order_text)

    @mute_logger("odoo.sql_db")
    def test_a_filter_on_orders_that_cannot_be_read(self):
        cadence = self.win_back.with_user(self.manager)
        cadence.order_domain = "[('amount_untaxed', '>', 500)]"
        for text in ("[('nothing', '=', 1)]", "[('id', '=', 'abc')]", "[("):
            with self.subTest(text), self.assertRaises(ValidationError):
                cadence.order_domain = text
