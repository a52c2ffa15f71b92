from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestWhy(CrlCase):
    """For any customer and day: what went, what was held or skipped, and why."""

    def tell(self, day, user=None):
        told = self.customer.with_user(user or self.rep).crl_explain(day)
        return [line["sentence"] for line in told]

    def test_a_customer_in_no_procedure(self):
        self.assertEqual(
            self.tell("2026-03-02"),
            ["Nothing: the customer goes through no procedure."],
        )

    def test_a_colleagues_customer(self):
        self.enroll()
        self.run_cron()
        [told] = self.tell("2026-03-02", self.other_rep)
        self.assertIn("You do not see", told)

    def test_what_was_sent_and_what_comes(self):
        self.enroll()
        self.run_cron()
        lines = self.tell("2026-03-02")
        self.assertEqual(lines[0], "Entered the procedure: New account, 3 months")
        self.assertIn("Fell due: handed over to be sent.", lines[1])
        self.assertIn("Next: “Welcome", lines[-1])
        first, following = self.tell("2026-03-03")
        self.assertEqual(first, "Nothing was due.")
        self.assertIn("3/9/26", following)

    def test_a_hold_is_told_on_each_day_it_lasts(self):
        """It is logged once, on the day it began."""
        enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.company.crl_manager_id = False
        self.customer.user_id = False
        self.run_cron()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.assertTrue(call.hold_reason)
        for day in ("2026-03-09", "2026-03-10"):
            lines = self.tell(day, self.manager)
            [waits] = [line for line in lines if "Nobody looks after" in line]
            self.assertEqual(waits.startswith("Still waited"), day == "2026-03-10")

    def test_a_pause_and_an_exit(self):
        enrollment = self.enroll()
        self.run_cron()
        enrollment.with_user(self.rep).action_pause(reason="Renovating")
        self.at("2026-03-05 09:00:00")
        self.assertIn(
            "Still waited: The procedure rests. Renovating", self.tell("2026-03-05")
        )
        enrollment.with_user(self.rep).action_exit("Closed down")
        self.at("2026-03-06 09:00:00")
        self.assertIn("Left the procedure. Closed down", self.tell("2026-03-05"))
        self.assertEqual(
            self.tell("2026-03-06"),
            ["Nothing: the customer left “New account, 3 months”. Closed down"],
        )

    def test_the_dialog_and_who_may_ask(self):
        self.enroll()
        why = self.env["crl.why"].with_user(self.rep).create(
            {"partner_id": self.customer.id, "day": "2026-03-02"}
        )  # fmt: skip
        self.assertEqual(why.line_ids[0].at, "11:00")
        self.assertIn("Entered the procedure", why.line_ids[0].sentence)
        # another rep's customer: its log is not theirs to read
        told = self.tell("2026-03-02", self.other_rep)
        self.assertNotIn("Entered the procedure", " ".join(told))
        with self.assertRaises(ValidationError):
            self.tell("yesterday")
        stranger = self._new_user("marketing", "marketing")
        with self.assertRaises(AccessError):
            self.tell("2026-03-02", stranger)
