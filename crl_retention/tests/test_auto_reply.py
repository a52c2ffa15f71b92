from datetime import date
from email.message import EmailMessage

from odoo.tests import tagged

from .common import CrlCase

AWAY = {
    "en_US": "I am out of the office until 13 March. Please stop writing, unsubscribe!",
    "de_DE": "Ich bin bis zum 13.03.2026 nicht im Büro. Bitte abmelden, Beschwerde!",
    "fr_FR": "Absent jusqu'au 13 mars. Désabonnement, réclamation.",
    "it_IT": "Sono fuori ufficio fino al 13 marzo. Cancellami, reclamo.",
    "es_ES": "Estaré fuera hasta el 13 de marzo. Darse de baja, queja.",
    "ja_JP": "3月13日まで不在にしております。配信停止、苦情。",
    "zh_CN": "我休假至3月13日。退订，投诉。",
}


@tagged("post_install", "-at_install")
class TestAutoReply(CrlCase):
    """Who is out of office is written to when they are back; nothing else follows."""

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.run_at("2026-03-03 09:00:00")
        self.welcome = self.touchpoint(self.enrollment, "step_m1_welcome")

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def reply(self, words, author=None, headers=None, subject="Re: Welcome", to=None):
        number = self.env["mail.message"].search_count([])
        message = EmailMessage()
        message["From"] = (author or self.customer).email
        message["To"] = "catchall@example.com"
        message["Subject"] = subject
        message["Message-Id"] = f"<{number}@example.com>"
        if to is None:
            to = self.welcome.mail_message_id.message_id
        if to:
            message["In-Reply-To"] = to
        for name, value in (headers or {"Auto-Submitted": "auto-replied"}).items():
            message[name] = value
        message.set_content(words)
        self.env["mail.thread"].message_process(
            "res.partner", message.as_bytes(), thread_id=self.customer.id
        )
        self.env.invalidate_all()

    def test_messages_wait_until_the_day_and_calls_go_on(self):
        self.cadence.step_ids.filtered(lambda step: step.channel == "message").write(
            {"delay_count": 8, "delay_unit": "days", "delay_from": "enrollment"}
        )
        partner = self._new_customer("Away")
        enrollment = self.enroll(partner)
        message = self.touchpoint(enrollment, "step_m1_welcome")
        call = self.touchpoint(enrollment, "step_m1_call")
        self.reply(AWAY["en_US"], author=partner, to="")
        self.assertEqual(partner.crl_away_until, date(2026, 3, 14))
        line = enrollment.log_ids[:1]
        self.assertEqual((line.decision, line.rule), ("held", "away"))
        self.assertIn("automatic reply", line.sentence)
        self.run_at("2026-03-11 10:00:00")
        self.assertEqual((call.state, message.state), ("open", "planned"))
        self.assertIn("away until", message.hold_reason)
        self.assertEqual(message.log_ids[:1].rule, "away")
        # Saturday the 14th, in the customer's morning
        self.assertEqual(str(message.date_planned), "2026-03-14 08:00:00")
        self.run_at("2026-03-14 08:05:00")
        self.assertEqual(message.state, "open")

    def test_no_reply_no_opt_out_no_complaint_in_any_language(self):
        self.cadence.write({"on_reply": "exit", "on_opt_out": "exit"})
        for lang, words in AWAY.items():
            with self.subTest(lang=lang):
                self.customer.crl_away_until = False
                self.reply(words)
                self.assertEqual(self.customer.crl_away_until, date(2026, 3, 14))
        self.assertFalse(self.customer.crl_consent_ids)
        self.assertFalse(self.customer.crl_case_ids)
        self.assertFalse(self.customer.is_blacklisted)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.enrollment.state, "running")

    def test_told_by_the_subject_alone(self):
        self.cadence.on_reply = "exit"
        self.reply(
            AWAY["de_DE"], headers={"X-Nothing": "1"}, subject="Abwesenheitsnotiz"
        )
        self.assertTrue(self.customer.crl_away_until)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.enrollment.state, "running")

    def test_what_a_person_writes_sets_nobody_away(self):
        self.reply("I am away until 13 March.", headers={"X-Nothing": "1"})
        self.assertFalse(self.customer.crl_away_until)

    def test_unsure_or_foreign_is_nothing(self):
        lines = len(self.enrollment.log_ids)
        self.reply("I am away.")
        self.reply("Back on 3/4.")
        self.reply("Back on 1 December 2026.")
        stranger = self._new_customer("Stranger")
        self.reply(AWAY["en_US"], author=stranger, to="")
        self.assertFalse((self.customer + stranger).filtered("crl_away_until"))
        self.assertEqual(len(self.enrollment.log_ids), lines)

    def test_a_bounce_is_none(self):
        self.reply(
            AWAY["en_US"],
            author=self.env["res.partner"].new(
                {"email": "MAILER-DAEMON@example.com", "name": "x"}
            ),
        )
        self.assertFalse(self.customer.crl_away_until)


@tagged("post_install", "-at_install")
class TestClosedAddress(CrlCase):
    """An address that came back is closed, seen, and opens when it is changed."""

    def refusal(self):
        message = self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "email",
                "date_planned": self.NOW,
            }
        )
        self.env.invalidate_all()
        person = message._get_person()
        return message._refuse_email(person) or message._refuse_dead(person, "email")

    def test_one_that_does_not_exist(self):
        self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "email",
                "state": "failed",
                "dead_address": self.customer.email,
                "date_planned": self.NOW,
            }
        )
        self.assertIn("does not work", self.refusal())
        seen = self.customer.with_user(self.rep).crl_closed_address
        self.assertIn(self.customer.email, seen)
        self.customer.email = "right@example.com"
        self.assertFalse(self.refusal())
        self.assertFalse(self.customer.with_user(self.rep).crl_closed_address)

    def test_one_that_bounced_too_often(self):
        self.customer.message_bounce = 5
        self.assertIn("keeps bouncing", self.refusal())
        self.assertIn(self.customer.email, self.customer.crl_closed_address)
        self.customer.phone = "+33 1 42 68 53 97"
        self.assertIn("keeps bouncing", self.refusal())
        self.customer.with_user(self.rep).email = "right@example.com"
        self.assertFalse(self.refusal())
        self.assertFalse(self.customer.crl_closed_address)

    def test_blacklisted_for_bouncing_is_no_word_of_the_customer(self):
        with_context = self.env["mail.blacklist"].with_context(crl_no_word=True)
        with_context._add(self.customer.email)
        self.assertFalse(self.customer.crl_consent_ids)
