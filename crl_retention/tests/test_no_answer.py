from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestNoAnswer(CrlCase):
    """Who cannot be reached is written to once, then the leader is told."""

    def setUp(self):
        super().setUp()
        self.step = self.env.ref("crl_retention.step_m1_call")
        self.step.write(
            {
                "retry_max": 1,
                "no_answer_sms_template_id": self.env["sms.template"]
                .create(
                    {
                        "name": "Tried",
                        "model_id": self.env["ir.model"]._get_id("crl.touchpoint"),
                        "body": "{{ object.greeting }} we tried to reach you.",
                    }
                )
                .id,
            }
        )

    def give_up(self):
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call")
        for day in ("09", "11"):
            self.at(f"2026-03-{day} 09:00:00")
            self.run_cron()
            call.with_user(self.rep).action_done("no_answer")
        self.assertEqual(call.state, "failed")
        return call

    def instead(self, call):
        return self.env["crl.touchpoint"].search([("tried_id", "=", call.id)])

    def test_one_sms_then_the_leader(self):
        call = self.give_up()
        self.run_cron()
        message = self.instead(call)
        self.assertEqual((message.channel, message.state), ("sms", "open"))
        self.assertIn("we tried to reach you", message.mail_message_id.body)
        self.assertIn("First call", message.title)
        self.assertIn(
            self.leader.partner_id, self.notified(self.customer).notified_partner_ids
        )
        # tried anew by hand, and given up again: no second one
        call.with_user(self.rep).action_reschedule("2026-03-12 08:00:00")
        self.at("2026-03-12 09:00:00")
        self.run_cron()
        call.with_user(self.rep).action_done("no_answer")
        self.run_cron()
        self.assertEqual(call.state, "failed")
        self.assertEqual(self.instead(call), message)

    def test_through_the_same_door(self):
        self.env["phone.blacklist"].add(self.customer.phone)
        call = self.give_up()
        self.run_cron()
        message = self.instead(call)
        self.assertEqual(message.state, "skipped")
        self.assertIn("blacklisted", message.log_ids[:1].note)

    def test_email_where_the_customer_prefers_it(self):
        self.step.no_answer_mail_template_id = self.env.ref(
            "crl_retention.mail_template_welcome"
        )
        call = self.give_up()
        self.run_cron()
        self.assertEqual(self.instead(call).medium, "email")

    def test_goes_on_after_a_pause_and_ends_with_the_procedure(self):
        call = self.give_up()
        message = self.instead(call)
        call.enrollment_id.action_pause()
        self.run_cron()
        self.assertEqual(message.state, "planned")
        call.enrollment_id.action_resume()
        self.assertTrue(message.date_due)
        call.enrollment_id.action_exit()
        self.assertEqual(message.state, "cancelled")

    def test_nothing_without_a_text(self):
        self.step.no_answer_sms_template_id = False
        self.assertFalse(self.instead(self.give_up()))
