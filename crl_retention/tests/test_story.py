from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestStory(CrlCase):
    """The brand book's procedure, from the welcome to the first month again."""

    def test_dates_of_the_first_cycle(self):
        enrollment = self.enroll(start="2026-03-02")
        days = {
            t.step_id.get_external_id()[t.step_id.id].split(".")[1]: str(t.date_planned)
            for t in enrollment.touchpoint_ids
        }
        self.assertEqual(
            days,
            {
                "step_m1_welcome": "2026-03-02 08:00:00",
                "step_m1_call": "2026-03-09 08:00:00",
                "step_m1_visit": "2026-03-16 08:00:00",
                # summer time has begun: nine o'clock is 7:00 UTC
                "step_m2_message": "2026-04-02 07:00:00",
                "step_m2_call": "2026-04-16 07:00:00",
                "step_m3_visit": "2026-05-18 07:00:00",
            },
        )
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_month_1")
        )

    def test_welcome_call_visit_unhappy_recovered_restart(self):
        enrollment = self.enroll()
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertEqual(
            (welcome.state, welcome.medium), ("open", "email"), welcome.hold_reason
        )
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", welcome.mail_message_id.id)]
        )
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("Dear Bella Napoli", mail.body_html)

        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.assertEqual(call.state, "open")
        self.assertEqual(call.activity_id.user_id, self.rep)
        self.assertEqual(str(call.activity_id.date_deadline), "2026-03-09")

        # an unhappy answer at the call
        call.with_user(self.rep).action_done("reached", "negative", "The dough is dry")
        self.assertEqual(call.state, "done")
        case = self.customer.crl_case_ids
        self.assertEqual(case.kind, "negative_feedback")
        self.assertEqual(str(case.deadline), "2026-03-11 09:00:00")
        self.assertEqual(case.description, "The dough is dry")
        self.assertEqual(case.visit_id.state, "open")
        self.assertEqual(case.visit_id.activity_id.user_id, self.rep)
        self.assertEqual(enrollment.state, "recovery")
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_recovery")
        )
        self.assertEqual(self.customer.crl_open_case_count, 1)

        self.at("2026-03-10 09:00:00")
        case.visit_id.with_user(self.rep).action_done("reached", "positive", "Solved")
        self.assertEqual(case.state, "recovered")
        self.assertTrue(case.on_time)
        self.assertEqual((enrollment.state, enrollment.cycle), ("running", 2))
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_month_1")
        )
        self.assertFalse(self.touchpoint(enrollment, "step_m1_welcome"))
        self.run_cron()
        again = self.touchpoint(enrollment, "step_restart_message")
        self.assertEqual(again.state, "open")
        self.assertEqual(again.medium, "email")
