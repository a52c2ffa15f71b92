from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestVariant(CrlCase):
    """Two texts of one message: a fixed split, and no word about a winner too early."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.welcome = cls.env.ref("crl_retention.step_m1_welcome")
        cls.second = cls.welcome.mail_template_id.copy(
            {"name": "Welcome B", "subject": "Benvenuti"}
        )
        cls.guests = cls.env["res.partner"]
        for number in range(12):
            cls.guests += cls._new_customer(f"Guest {number}")

    def messages(self):
        return self.env["crl.touchpoint"].search(
            [("step_id", "=", self.welcome.id), ("partner_id", "in", self.guests.ids)]
        )

    def subjects(self):
        return {
            t.partner_id: (t.variant, t.mail_message_id.subject)
            for t in self.messages()
        }

    def test_each_gets_one_of_the_two(self):
        self.welcome.mail_template_b_id = self.second
        self.enroll(self.guests)
        self.run_cron()
        found = self.subjects()
        self.assertEqual(len(found), 12)
        self.assertEqual(
            set(found.values()),
            {("a", f"Thank you for choosing {self.company.name}"), ("b", "Benvenuti")},
        )

    def test_share_and_no_second_text(self):
        self.enroll(self.guests[:6])
        self.run_cron()
        self.assertEqual({v for v, __ in self.subjects().values()}, {False})
        self.welcome.write({"mail_template_b_id": self.second.id, "variant_share": 100})
        self.enroll(self.guests[6:])
        self.run_cron()
        later = self.messages().filtered(lambda t: t.partner_id in self.guests[6:])
        self.assertEqual(set(later.mapped("variant")), {"b"})

    def test_the_split_is_fixed(self):
        self.welcome.mail_template_b_id = self.second
        enrollments = self.enroll(self.guests)
        drawn = {t.partner_id: t._draw_variant() for t in self.messages()}
        self.assertEqual(set(drawn.values()), {"a", "b"})
        enrollments.action_restart()
        self.welcome.delay_count = 1  # another version of the procedure
        self.env.invalidate_all()
        for message in self.messages():
            self.assertEqual(message._draw_variant(), drawn[message.partner_id])
        # a larger share only adds customers to the second
        self.welcome.variant_share = 80
        enrollments._move_to_version(self.cadence.version)
        for message in self.messages():
            if drawn[message.partner_id] == "b":
                self.assertEqual(message._draw_variant(), "b")

    def test_customers_on_the_way_keep_their_texts(self):
        self.enroll(self.guests, "2026-03-03")
        self.welcome.write({"mail_template_b_id": self.second.id, "variant_share": 100})
        self.at("2026-03-03 10:00:00")
        self.run_cron()
        self.assertEqual({v for v, __ in self.subjects().values()}, {False})
        self.assertNotIn("Benvenuti", {s for __, s in self.subjects().values()})

    def test_numbers_and_no_early_winner(self):
        self.welcome.mail_template_b_id = self.second
        self.enroll(self.guests)
        self.run_cron()
        messages = self.messages()
        messages.write({"state": "done", "date_done": self.NOW})
        answered = messages.filtered(lambda t: t.variant == "b")[:2]
        for message in answered:
            message._register_answer("positive")
        b = len(messages.filtered(lambda t: t.variant == "b"))
        self.env.invalidate_all()
        self.assertEqual(
            self.welcome.with_user(self.manager).variant_b_text,
            f"{b} sent, 2 answered, 2 content",
        )
        self.assertIn("Not enough data yet", self.welcome.variant_result)
        action = self.welcome.with_context(crl_variant="b").action_variant()
        self.assertEqual(self.env["crl.touchpoint"].search_count(action["domain"]), b)
        # another text begins at nothing
        self.at("2026-03-02 11:00:00")
        self.welcome.mail_template_b_id = self.second.copy()
        self.assertIn("0 sent", self.welcome.variant_b_text)

    def test_a_second_text_needs_a_first(self):
        call = self.env.ref("crl_retention.step_m1_call")
        with self.assertRaises(ValidationError):
            call.mail_template_b_id = self.second
