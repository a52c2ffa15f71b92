from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import mute_logger, tagged

from odoo.addons.sms.models import sms_sms

from ..models.crl_touchpoint_opening import MANY, MAX_ERRORS
from .common import CrlCase

ENGINE_LOG = "odoo.addons.crl_retention.models.crl_engine"


@tagged("post_install", "-at_install")
class TestHardMessages(CrlCase):
    """Messages, languages and rights in hard cases."""

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    @mute_logger(ENGINE_LOG)
    def test_poison_is_set_aside_and_the_rest_goes_on(self):
        poison = self.customer
        Touchpoint = type(self.env["crl.touchpoint"])
        prepare = Touchpoint._prepare_message

        def prepare_or_fail(touchpoint, body):
            if touchpoint.partner_id == poison:
                raise ZeroDivisionError("poison")
            return prepare(touchpoint, body)

        self.patch(Touchpoint, "_prepare_message", prepare_or_fail)
        others = self._new_customer("Uno") + self._new_customer("Due")
        enrollments = self.enroll(others)
        with self.assertLogs(ENGINE_LOG, "WARNING") as logs:
            self.run_cron()
        # the log tells why, and of no other
        self.assertEqual(len(logs.output), 1)
        self.assertIn("ZeroDivisionError: poison", logs.output[0])
        poisoned = self.touchpoint(self.enrollment, "step_m1_welcome")
        self.assertEqual(poisoned.state, "planned")
        self.assertIn("Error", poisoned.hold_reason)
        for enrollment in enrollments:
            self.assertEqual(
                self.touchpoint(enrollment, "step_m1_welcome").state, "open"
            )
        for day in (3, 4, 5, 6, 7):
            self.run_at(f"2026-03-0{day} 11:00:00")
        self.assertEqual(poisoned.state, "failed")

    @mute_logger(ENGINE_LOG)
    def test_what_fails_everybody_gives_up_nobody(self):
        """A bug is mended in some days; until then all who meet it wait."""
        others = self.env["res.partner"]
        for number in range(MANY):
            others += self._new_customer(f"Guest {number}")
        self.enroll(others)
        Touchpoint = type(self.env["crl.touchpoint"])
        open_activities = Touchpoint._open_activities

        def fail(touchpoints):
            if touchpoints:
                raise ZeroDivisionError(f"broken at {touchpoints.ids[0]}")

        calls = self.env["crl.touchpoint"].search([("channel", "=", "call")])
        first = calls.filtered(lambda t: t.title == "First call")
        self.assertEqual(len(first), MANY + 1)
        self.patch(Touchpoint, "_open_activities", fail)
        for day in range(9, 16):
            self.run_at(f"2026-03-{day:02} 11:00:00")
        self.assertEqual(set(first.mapped("state")), {"planned"})
        errors = first[0].log_ids.filtered(lambda line: line.rule == "error")
        self.assertGreater(len(errors), MAX_ERRORS)
        # at least twice a day
        self.assertLess(max(first.mapped("date_due")), datetime(2026, 3, 16))
        self.patch(Touchpoint, "_open_activities", open_activities)
        self.run_at("2026-03-16 11:00:00")
        self.assertEqual(set(first.mapped("state")), {"open"})

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_error_after_queueing_leaves_the_message_on_its_way(self):
        """It may have left already: nobody is to send it twice."""
        self.run_cron()
        welcome = self.touchpoint(self.enrollment, "step_m1_welcome")
        notification = welcome.mail_message_id.notification_ids
        notification.notification_status = "sent"
        Touchpoint = type(self.env["crl.touchpoint"])
        take_arrival = Touchpoint._take_arrival

        def fail(touchpoints, notes):
            if touchpoints:
                raise ZeroDivisionError("poison")

        self.patch(Touchpoint, "_take_arrival", fail)
        for moment in ("10:01", "10:05", "10:12"):
            self.run_at(f"2026-03-02 {moment}:00")
            self.assertEqual(welcome.state, "open")
        errors = welcome.log_ids.filtered(lambda line: line.rule == "error")
        self.assertEqual(len(errors), 2, "it waits 10 minutes, then longer")
        self.patch(Touchpoint, "_take_arrival", take_arrival)
        self.run_at("2026-03-02 11:00:00")
        self.assertEqual((welcome.state, welcome.hold_reason), ("done", False))

    def test_feedback_link_is_not_in_the_chatter(self):
        step = self.env.ref("crl_retention.step_m2_message")
        message = self.touchpoint(self.enrollment, "step_m2_message")
        self.env["crl.touchpoint"].search([("id", "!=", message.id)]).date_due = False
        message.write({"date_due": self.NOW, "date_planned": self.NOW})
        self.run_cron()
        self.assertEqual(message.step_id, step)
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", message.mail_message_id.id)]
        )
        self.assertIn(message.access_token, mail.body_html)
        self.assertNotIn(message.access_token, message.mail_message_id.body)

    def test_every_shipped_message_in_every_shipped_language(self):
        languages = ("it_IT", "es_ES", "fr_FR", "de_DE", "ja_JP", "zh_CN")
        for lang in languages:
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["crl_retention"], languages)
        for name in ("welcome", "restart", "month2", "preservation"):
            mail = self.env.ref(f"crl_retention.mail_template_{name}")
            sms = self.env.ref(f"crl_retention.sms_template_{name}")
            for template, field in (
                (mail, "subject"),
                (mail, "body_html"),
                (sms, "body"),
            ):
                english = template[field]
                for lang in languages:
                    self.assertNotEqual(
                        template.with_context(lang=lang)[field],
                        english,
                        f"{template.name}, {field} in {lang}",
                    )

    def test_greeting_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["crl_retention"], ["fr_FR"])
        self.customer.lang = "fr_FR"
        self.run_cron()
        body = self.touchpoint(self.enrollment, "step_m1_welcome").mail_message_id.body
        self.assertIn("Merci", body)
        self.assertNotIn("Dear", body)

    def test_activity_in_the_reps_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["crl_retention"], ["fr_FR"])
        self.rep.lang = "fr_FR"
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        french = call.step_id.with_context(lang="fr_FR")
        self.assertNotEqual(french.name, call.step_id.name)
        self.assertEqual(call.activity_id.summary, french.name)

    def test_colleagues_without_a_role_see_no_facts(self):
        outsider = self._new_user("outsider", "user")
        outsider.group_ids = self.env.ref("base.group_user") + self.env.ref(
            "base.group_partner_manager"
        )
        partner = self.customer.with_user(outsider)
        for name in ("crl_stage_id", "crl_last_verdict", "crl_touchpoint_count"):
            with self.assertRaises(AccessError):
                partner.read([name])
        # and the rest of the customer is theirs to read and write
        partner.write({"function": "Chef"})
        self.assertEqual(partner.function, "Chef")

    def test_sms_of_two_companies_leave_the_queue(self):
        self.send_for_two_companies()

    def test_sms_of_two_companies_once_odoo_parts_them_itself(self):
        """The canary: with a queue that is mended, ours does no harm."""
        send = sms_sms.SmsSms._send

        def send_by_company(queued, *args, **kwargs):
            for sms in queued.grouped(lambda sms: sms._get_sms_company()).values():
                send(sms, *args, **kwargs)

        self.patch(sms_sms.SmsSms, "_send", send_by_company)
        self.send_for_two_companies()

    def send_for_two_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._new_customer("Due", company_id=company.id, email=False)
        self.customer.email = False
        enrollment = self.enroll(other)
        self.run_cron()
        welcomes = self.touchpoint(self.enrollment, "step_m1_welcome")
        welcomes += self.touchpoint(enrollment, "step_m1_welcome")
        sms = self.env["sms.sms"].search(
            [("mail_message_id", "in", welcomes.mail_message_id.ids)]
        )
        self.assertEqual(len(sms), 2)
        sent = []

        def send_batch(api, messages, delivery_reports_url=False):
            sent.append(len(messages))
            return [
                {"uuid": number["uuid"], "state": "success"}
                for message in messages
                for number in message["numbers"]
            ]

        self.patch(
            type(self.env["res.company"]),
            "_get_sms_api_class",
            lambda company: type(
                "Api",
                (),
                {
                    "__init__": lambda api, env: None,
                    "_send_sms_batch": send_batch,
                    "PROVIDER_TO_SMS_FAILURE_TYPE": {},
                },
            ),
        )
        sms._send()
        self.assertEqual(sent, [1, 1])
        self.run_cron()
        self.assertEqual(welcomes.mapped("state"), ["done", "done"])
