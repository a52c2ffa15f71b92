from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestCase(CrlCase):
    """What an unhappy word sets in motion, and how it ends."""

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.at("2026-03-06 15:00:00")  # a Friday, 16:00 in Paris

    def complain(self, words="Cold oven, cold service"):
        touchpoint = self.touchpoint(self.enrollment, "step_m1_call")
        touchpoint.with_user(self.rep).action_done("reached", "negative", words)
        return self.customer.crl_case_ids

    def test_working_day_clock(self):
        case = self.complain()
        self.assertEqual(str(case.deadline), "2026-03-10 15:00:00")
        self.assertEqual(str(case.visit_id.date_planned), "2026-03-09 08:00:00")

    def test_strict_clock_visits_before_the_weekend(self):
        self.company.crl_clock_mode = "strict"
        case = self.complain()
        self.assertEqual(str(case.deadline), "2026-03-08 15:00:00")
        self.assertEqual(str(case.visit_id.date_planned.date()), "2026-03-06")

    def test_owner_and_leader_are_told_in_the_customers_words(self):
        case = self.complain("The dough is dry")
        told = self.notified(case).filtered(lambda m: "The dough is dry" in m.body)
        self.assertEqual(told.notified_partner_ids, (self.rep + self.leader).partner_id)

    def test_reminders_climb(self):
        case = self.complain()
        self.at("2026-03-09 15:30:00")
        self.run_cron()
        self.assertEqual(case.escalation, 1)
        self.run_cron()
        self.assertEqual(case.escalation, 1)
        self.at("2026-03-10 15:30:00")
        self.run_cron()
        self.assertEqual(case.escalation, 2)
        self.assertTrue(case.is_late)
        self.at("2026-03-11 15:30:00")
        self.run_cron()
        self.assertEqual(case.escalation, 3)
        self.assertFalse(case.date_remind)
        self.assertIn(self.manager.partner_id, self.notified(case).notified_partner_ids)

    def test_more_negative_words_reopen_the_same_clock(self):
        case = self.complain("First")
        self.at("2026-03-09 10:00:00")
        ad_hoc = self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "date_planned": "2026-03-09 10:00:00",
            }
        )
        ad_hoc.action_done("reached", "negative", "Second")
        self.assertEqual(self.customer.crl_case_ids, case)
        self.assertEqual(case.description, "First\nSecond")
        self.assertEqual(str(case.deadline), "2026-03-11 10:00:00")

    def test_unhappy_at_the_visit_stays_in_the_case(self):
        case = self.complain()
        first_visit = case.visit_id
        self.at("2026-03-09 10:00:00")
        first_visit.with_user(self.rep).action_done("reached", "negative", "Still bad")
        self.assertIn(case.state, ("open", "planned"))
        self.assertNotEqual(case.visit_id, first_visit)
        self.assertEqual(case.visit_id.state, "open")
        self.assertEqual(self.enrollment.state, "recovery")

    def test_closing_needs_the_visit(self):
        case = self.complain()
        with self.assertRaisesRegex(UserError, "Visit"):
            case.with_user(self.rep).action_recovered()
        self.at("2026-03-09 10:00:00")
        case.visit_id.with_user(self.rep).action_done("reached")
        self.assertIn(case.state, ("open", "planned"))
        case.with_user(self.rep).action_recovered("All good now")
        self.assertEqual(case.state, "recovered")
        self.assertEqual(self.enrollment.cycle, 2)
        self.assertTrue(case.with_user(self.rep).action_recovered())

    def test_late_visit_is_not_on_time(self):
        case = self.complain()
        self.at("2026-03-10 15:00:01")
        case.visit_id.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual((case.state, case.on_time), ("recovered", False))

    def test_at_once_policy_restarts_before_the_visit(self):
        self.cadence.restart_policy = "at_once"
        case = self.complain()
        self.assertEqual(self.enrollment.cycle, 2)
        self.assertEqual(self.enrollment.state, "running")
        self.assertEqual(case.visit_id.state, "open")

    def test_after_the_last_restart_the_manager_decides(self):
        self.enrollment.cycle = 3
        self.enrollment.touchpoint_ids.cycle = 3
        case = self.complain()
        case.visit_id.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(case.state, "recovered")
        self.assertEqual(self.enrollment.state, "recovery")
        self.assertEqual(case.activity_ids.user_id, self.manager)
        self.enrollment.with_user(self.manager).action_restart("One more chance")
        self.assertEqual((self.enrollment.state, self.enrollment.cycle), ("running", 4))

    def test_not_recovered_leaves_it_to_the_manager(self):
        case = self.complain()
        case.with_user(self.rep).action_not_recovered("They went elsewhere")
        self.assertEqual(case.state, "not_recovered")
        self.assertEqual(self.enrollment.state, "recovery")
        self.assertFalse(case.visit_id.is_live)
        case.with_user(self.manager).action_reopen("They called")
        self.assertEqual(case.state, "open")
        self.assertTrue(case.visit_id.is_live)

    def test_cancelled_case_lets_the_procedure_go_on(self):
        case = self.complain()
        case.with_user(self.rep).action_cancel("Wrong customer")
        self.assertEqual(self.enrollment.state, "running")
        self.assertTrue(
            all(
                t.date_due
                for t in self.enrollment.touchpoint_ids
                if t.state == "planned"
            )
        )

    def test_complaint_by_hand_counts_as_negative(self):
        case = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": "Wrong invoice"})
        )
        self.assertEqual(case.user_id, self.rep)
        self.assertEqual(self.enrollment.state, "recovery")
        self.assertTrue(case.visit_id)

    def test_complaint_of_another_reps_customer_is_refused(self):
        with self.assertRaises(UserError):
            self.env["crl.case"].with_user(self.other_rep).create(
                {"partner_id": self.customer.id, "description": "Mine"}
            )
        self.assertEqual(self.enrollment.state, "running")
