import ast
from pathlib import Path

from odoo.tests import tagged

from .common import CrlCase

ADDON = Path(__file__).parents[1]


@tagged("post_install", "-at_install")
class TestOptOut(CrlCase):
    """Nobody who opted out is written to, however the address is spelled."""

    def welcome(self, partner):
        enrollment = self.enroll(partner)
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_welcome")

    def assertRefused(self, message):
        self.assertEqual(message.state, "skipped")
        self.assertIn("blacklisted", message.log_ids[:1].note)
        self.assertFalse(message.mail_message_id)

    def test_phone_in_every_spelling(self):
        self.env["phone.blacklist"].add("+33612345670")
        for spelling in ("06 12 34 56 70", "+33 6 12 34 56 70", "0033612345670"):
            with self.subTest(spelling=spelling):
                partner = self._new_customer(
                    f"Casa {spelling}", email=False, phone=spelling
                )
                self.assertRefused(self.welcome(partner))
                # who is in the procedure keeps the next one out
                partner.crl_enrollment_ids.action_exit()

    def test_blacklist_written_in_another_way(self):
        self.env.user.country_id = self.company.country_id = self.env.ref("base.fr")
        self.env["phone.blacklist"].create({"number": "06 12 34 56 71"})
        partner = self._new_customer("Casa", email=False, phone="+33612345671")
        self.assertRefused(self.welcome(partner))

    def test_email_in_another_case_and_with_a_name(self):
        self.env["mail.blacklist"]._add("info@casa.example")
        partner = self._new_customer(
            "Casa", email='"Casa" <INFO@Casa.example>', phone=False
        )
        self.assertRefused(self.welcome(partner))

    def test_between_planning_and_sending(self):
        partner = self._new_customer("Casa", phone=False)
        enrollment = self.enroll(partner)
        message = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertEqual(message.state, "planned")
        self.env["mail.blacklist"]._add(partner.email)
        self.run_cron()
        self.assertRefused(message)

    def test_the_person_of_a_company(self):
        company = self._new_customer("Casa", email=False, phone=False)
        person = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": company.id, "email": "anna@casa.example"}
        )
        self.env["mail.blacklist"]._add(person.email)
        message = self.welcome(company)
        self.assertEqual(message.contact_id, person)
        self.assertRefused(message)

    def test_the_company_itself_is_not_passed_by_its_people(self):
        company = self._new_customer("Casa", phone=False)
        self.env["res.partner"].create(
            {"name": "Anna", "parent_id": company.id, "email": "anna@casa.example"}
        )
        self.env["mail.blacklist"]._add(company.email)
        self.assertRefused(self.welcome(company))

    def test_do_not_contact_on_the_company_holds_for_its_person(self):
        company = self._new_customer("Casa", email=False, phone=False)
        self.env["res.partner"].create(
            {"name": "Anna", "parent_id": company.id, "email": "anna@casa.example"}
        )
        enrollment = self.enroll(company)
        company.crl_do_not_contact = True
        self.run_cron()
        message = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertEqual((enrollment.state, message.state), ("exited", "cancelled"))

    # ---- What waits in the queue already ----

    def queued(self, purpose="marketing", partner=None):
        """A mail that waits in Odoo's queue."""
        step = self.env.ref("crl_retention.step_m1_welcome")
        step.purpose = purpose
        message = self.welcome(partner or self._new_customer("Casa", phone=False))
        self.assertEqual((message.state, message.medium), ("open", "email"))
        return message

    def mail(self, message):
        return self.env["mail.mail"].search(
            [("mail_message_id", "=", message.mail_message_id.id)]
        )

    def assertTakenBack(self, message, words):
        self.assertEqual(
            (message.state, self.mail(message).state), ("skipped", "cancel")
        )
        lines = message.log_ids.filtered(lambda line: line.decision == "skipped")
        self.assertEqual(lines.mapped("rule"), ["consent"])
        self.assertIn(words, lines.note)
        # nothing brings it back
        self.env["mail.mail"].process_email_queue()
        self.run_cron()
        self.assertEqual(
            (message.state, self.mail(message).state), ("skipped", "cancel")
        )

    def test_a_no_takes_back_what_waits(self):
        message = self.queued()
        no = {"email.marketing": "withdrawn"}
        message.partner_id.with_user(self.rep).crl_set_consent(no, "By phone")
        message.partner_id.with_user(self.rep).crl_set_consent(no, "Again")
        self.assertTakenBack(message, "said no to marketing by email")

    def test_a_no_to_marketing_lets_service_go(self):
        message = self.queued("service")
        customer = message.partner_id.with_user(self.rep)
        customer.crl_set_consent({"email.marketing": "withdrawn"}, "By phone")
        self.assertEqual(
            (message.state, self.mail(message).state), ("open", "outgoing")
        )
        customer.crl_set_consent({"email.service": "withdrawn"}, "By phone")
        self.assertTakenBack(message, "said no to service messages by email")

    def test_a_blacklist_takes_back_from_whoever_has_the_address(self):
        first = self.queued()
        self.env["mail.blacklist"]._add(first.partner_id.email)
        self.assertTakenBack(first, "blacklisted")

    def test_a_no_to_emails_leaves_the_sms(self):
        message = self.queued(partner=self._new_customer("Casa"))
        mail = self.mail(message)
        self.env["mail.blacklist"]._add(message.partner_id.email)
        self.assertEqual((message.state, message.medium), ("open", "sms"))
        self.assertEqual(mail.state, "cancel")
        text = self.env["sms.sms"].search(
            [("mail_message_id", "=", message.mail_message_id.id)]
        )
        self.assertEqual(text.state, "outgoing")

    def test_do_not_contact_takes_back_everything(self):
        message = self.queued("service")
        message.partner_id.crl_do_not_contact = True
        self.assertTakenBack(message, "does not want to be contacted")

    def test_what_has_left_has_arrived(self):
        message = self.queued()
        message.mail_message_id.notification_ids.notification_status = "sent"
        self.mail(message).state = "sent"
        message.partner_id.crl_set_consent({"email.marketing": "withdrawn"}, "So")
        self.assertEqual(message.state, "done")
        self.assertEqual(self.mail(message).state, "sent")

    def test_nothing_else_sends(self):
        """Only the two methods behind the one door write mails and SMS to customers."""
        found = set()
        for path in ADDON.rglob("*.py"):
            if "tests" in path.parts or "demo" in path.parts:
                continue
            for method in ast.walk(ast.parse(path.read_text())):
                if isinstance(method, ast.FunctionDef) and self.sends(method):
                    found.add(method.name)
        self.assertEqual(found, {"_queue_mails", "_queue_sms"})

    def sends(self, method):
        text = ast.unparse(method)
        create = ("['mail.mail'].create(", "['sms.sms'].create(")
        others = (
            ".send_mail(",
            ".send_mail_batch(",
            "._message_sms",
            "mail.compose.message",
            "sms.composer",
            "force_send=True",
        )
        return any(word in text for word in create + others)
