from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrlCase

LOST = "Error without exception. Probably due to …"
REFUSED = "SMTPRecipientsRefused: {'x@example.com': (550, b'5.1.1 no such user')}"
GREYLISTED = "SMTPRecipientsRefused: {'x@example.com': (450, b'4.2.0 Greylisted')}"


@tagged("post_install", "-at_install")
class TestFate(CrlCase):
    """What becomes of messages the mail server or the SMS provider did not take."""

    def setUp(self):
        super().setUp()
        self.welcome = self.send(self.customer)

    def send(self, customer):
        self.enroll(customer)
        self.run_cron()
        welcome = self.touchpoint(customer.crl_enrollment_ids, "step_m1_welcome")
        self.assertEqual(welcome.state, "open")
        return welcome

    def mail(self, touchpoint=None):
        touchpoint = touchpoint or self.welcome
        return touchpoint.mail_message_id.notification_ids.mail_mail_id

    def sms(self, touchpoint):
        return self.env["sms.sms"].search(
            [("mail_message_id", "in", touchpoint.mail_message_id.ids)]
        )

    def queue_fails(self, failure_type="unknown", reason=False, touchpoints=None):
        """Leave what Odoo's queues leave behind after a failure."""
        touchpoints = touchpoints or self.welcome
        notifications = touchpoints.mail_message_id.notification_ids
        notifications.mail_mail_id.write(
            {"state": "exception", "failure_reason": reason}
        )
        self.sms(touchpoints).write({"state": "error", "failure_type": failure_type})
        notifications.write(
            {
                "notification_status": "exception",
                "failure_type": failure_type,
                "failure_reason": False if failure_type == "mail_smtp" else reason,
            }
        )
        self.run_cron()

    def queue_sends(self, touchpoint=None):
        touchpoint = touchpoint or self.welcome
        self.mail(touchpoint).state = "sent"
        touchpoint.mail_message_id.notification_ids.notification_status = "sent"
        self.run_cron()

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def todos(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("activity_type_id.category", "=", "default")]
        )

    # ---- Safe: tried again ----

    def test_what_did_not_leave_is_tried_again_and_arrives_once(self):
        mail = self.mail()
        message_id = mail.message_id
        self.queue_fails(reason=GREYLISTED)
        self.assertEqual((self.welcome.state, self.welcome.fate), ("open", "retry"))
        self.assertIn("4.2.0", self.welcome.hold_reason)
        self.run_cron()
        self.assertEqual(mail.state, "exception", "five minutes are not over")
        self.run_at("2026-03-02 10:05:10")
        self.assertEqual((mail.state, self.mail()), ("outgoing", mail))
        self.assertEqual(mail.message_id, message_id)
        self.queue_sends()
        self.assertEqual((self.welcome.state, self.welcome.fate), ("done", False))
        self.assertEqual(
            self.welcome.log_ids.sorted("id").mapped(
                lambda line: (line.decision, line.rule)
            ),
            [
                ("opened", "queued"),
                ("held", "delivery"),
                ("opened", "again"),
                ("sent", "queue"),
            ],
        )

    def test_tries_grow_apart_and_are_given_up(self):
        moments = []
        for _try in range(7):
            self.queue_fails("mail_smtp", "[Errno 111] Connection refused")
            if self.welcome.state == "failed":
                break
            moments.append(str(self.welcome.date_due)[5:16])
            self.run_at(self.welcome.date_due)
        self.assertEqual(
            [moment[:11] for moment in moments],
            # the evening's waits for the customer's morning
            ["03-02 10:05", "03-02 10:35", "03-02 12:35", "03-02 20:35"]
            + ["03-03 08:00", "03-04 08:00"],
        )
        self.assertEqual((self.welcome.state, self.welcome.fate), ("failed", "stop"))
        self.assertIn("Given up", self.welcome.hold_reason)
        self.assertIn(
            self.rep.partner_id,
            self.env["mail.message"]
            .search([("subject", "like", "did not go through")])
            .notified_partner_ids,
        )

    def test_not_tried_beyond_the_catch_up(self):
        self.company.crl_catch_up_days = 1
        self.queue_fails(reason=GREYLISTED)
        # the engine stood still
        self.run_at("2026-03-03 10:10:00")
        self.assertEqual(self.welcome.state, "failed")
        self.assertEqual(self.mail().state, "cancel")

    def test_blacklisted_meanwhile_is_not_tried_again(self):
        self.customer.phone = False
        self.queue_fails(reason=GREYLISTED)
        self.env["mail.blacklist"]._add(self.customer.email)
        self.run_at("2026-03-02 10:06:00")
        self.assertEqual(self.welcome.state, "skipped")
        self.assertIn("blacklisted", self.welcome.log_ids[:1].note)
        self.assertEqual(self.mail().state, "cancel")

    def test_goes_by_sms_when_only_that_is_left(self):
        self.queue_fails(reason=GREYLISTED)
        old = self.mail()
        self.env["mail.blacklist"]._add(self.customer.email)
        self.run_at("2026-03-02 10:06:00")
        self.assertEqual((self.welcome.state, self.welcome.medium), ("open", "sms"))
        self.assertEqual(old.state, "cancel")
        self.assertEqual(self.sms(self.welcome).state, "outgoing")

    def test_paused_procedures_are_not_sent_again(self):
        self.queue_fails(reason=GREYLISTED)
        self.welcome.enrollment_id.action_pause()
        self.run_at("2026-03-02 10:06:00")
        self.assertEqual((self.welcome.state, self.mail().state), ("open", "exception"))
        self.run_at("2026-03-02 10:16:00")
        self.assertEqual(len(self.welcome.log_ids.filtered("note")), 2)

    def test_leaving_takes_it_out_of_the_tries(self):
        self.queue_fails(reason=GREYLISTED)
        self.welcome.enrollment_id.action_exit("Sold")
        self.run_at("2026-03-02 10:06:00")
        self.assertEqual(
            (self.welcome.state, self.mail().state), ("cancelled", "cancel")
        )

    def test_manager_hears_once_that_nothing_leaves(self):
        others = self._new_customer("Due") + self._new_customer("Quattro")
        messages = self.welcome + self.send(others[0]) + self.send(others[1])
        self.queue_fails("mail_smtp", "Connection refused", messages)
        self.assertEqual(set(messages.mapped("state")), {"open"})
        todo = self.todos(self.manager)
        self.assertIn("Emails are not going out", todo.summary)
        todo.action_done()
        self.run_at("2026-03-02 10:06:00")
        self.queue_fails("mail_smtp", "Connection refused", messages)
        self.assertFalse(self.todos(self.manager), "once a day")
        self.run_at("2026-03-03 08:30:00")
        self.queue_fails("mail_smtp", "Connection refused", messages)
        self.assertEqual(len(self.todos(self.manager)), 1)

    # ---- Refused ----

    def test_a_dead_address_is_closed_until_it_is_changed(self):
        self.customer.phone = False
        self.queue_fails(reason=REFUSED)
        self.assertEqual((self.welcome.state, self.welcome.fate), ("failed", "dead"))
        todo = self.todos(self.rep)
        self.assertEqual(todo.summary, "Correct the email address")
        self.assertIn("5.1.1", todo.note)
        later = self.touchpoint(self.welcome.enrollment_id, "step_m2_message")
        self.assertIn("does not work", " ".join(later._choose_medium()[1]))
        # whoever else has it
        twin = self._new_customer("Twin", email=self.customer.email, phone=False)
        self.enroll(twin, cadence=self.cadence.copy({"is_main": False}))
        self.run_cron()
        self.assertEqual(
            twin.crl_touchpoint_ids.sorted("date_planned")[0].state, "skipped"
        )
        self.customer.email = "new@example.com"
        self.assertEqual(later._choose_medium()[0], "email")
        # and what was refused goes to the new one
        self.welcome.with_user(self.rep).action_send_again()
        self.assertEqual((self.welcome.state, self.mail().state), ("open", "outgoing"))
        self.queue_sends()
        self.assertEqual(self.welcome.state, "done")

    def test_a_bounce_that_blames_the_address_closes_it(self):
        self.queue_sends()
        old = self.customer.email
        self.customer.email = "new@example.com"
        notification = self.welcome.mail_message_id.notification_ids
        notification.write(
            {
                "notification_status": "bounce",
                "failure_type": "mail_bounce",
                "failure_reason": "Status: 5.1.1",
            }
        )
        self.run_cron()
        self.assertEqual((self.welcome.state, self.welcome.fate), ("failed", "dead"))
        self.assertEqual(self.welcome.dead_address, old)
        self.assertFalse(self.customer.crl_email_is_dead, "it was changed meanwhile")

    def test_a_full_mailbox_closes_nothing(self):
        self.queue_sends()
        self.welcome.mail_message_id.notification_ids.write(
            {
                "notification_status": "bounce",
                "failure_type": "mail_bounce",
                "failure_reason": "552 5.2.2 mailbox full",
            }
        )
        self.run_cron()
        self.assertEqual((self.welcome.state, self.welcome.fate), ("failed", "stop"))
        self.assertFalse(self.customer.crl_email_is_dead)

    # ---- Unclear ----

    def test_unclear_is_left_to_people(self):
        self.queue_fails(reason=LOST)
        self.assertEqual((self.welcome.state, self.welcome.fate), ("failed", "unclear"))
        self.assertIn("nobody knows", self.welcome.hold_reason)
        self.run_at("2026-03-04 10:00:00")
        self.assertEqual(self.mail().state, "exception", "not sent by itself")

    def test_it_arrived(self):
        self.queue_fails(reason=LOST)
        with self.assertRaises(AccessError):
            self.welcome.with_user(self.other_rep).action_arrived()
        self.welcome.with_user(self.rep).action_arrived()
        self.assertEqual((self.welcome.state, self.mail().state), ("done", "sent"))
        self.run_cron()
        self.assertEqual(self.welcome.state, "done")
        with self.assertRaises(UserError):
            self.welcome.with_user(self.rep).action_send_again()

    def test_send_again_asks_the_blacklist(self):
        self.queue_fails(reason=LOST)
        self.env["mail.blacklist"]._add(self.customer.email)
        with self.assertRaises(UserError):
            self.welcome.with_user(self.rep).action_send_again()
        self.env["mail.blacklist"]._remove(self.customer.email)
        with self.assertRaises(AccessError):
            self.welcome.with_user(self.other_rep).action_send_again()
        self.welcome.with_user(self.rep).action_send_again()
        self.assertEqual((self.welcome.state, self.mail().state), ("open", "outgoing"))

    def test_sent_by_hand_in_odoos_own_screen(self):
        self.queue_fails(reason=LOST)
        self.mail().action_retry()
        self.queue_sends()
        self.assertEqual((self.welcome.state, self.welcome.fate), ("done", False))

    def test_sent_by_hand_before_the_engine_looked(self):
        self.queue_fails(reason=LOST)
        self.welcome.mail_message_id.notification_ids.notification_status = "sent"
        with self.assertRaises(UserError):
            self.welcome.with_user(self.rep).action_send_again()

    def test_the_customers_answer_proves_it(self):
        self.queue_fails(reason=LOST)
        self.welcome._register_answer("positive")
        self.run_cron()
        self.assertEqual(self.welcome.state, "done")
        self.assertEqual(self.welcome.verdict, "positive")

    # ---- Gone ----

    def test_taken_out_of_the_queue_by_hand(self):
        self.mail().cancel()
        self.run_cron()
        self.assertEqual(self.welcome.state, "failed")
        self.assertIn("out of the queue", self.welcome.hold_reason)
        self.welcome.with_user(self.rep).action_send_again()
        self.assertEqual((self.welcome.state, self.mail().state), ("open", "outgoing"))

    def test_message_deleted_in_the_chatter(self):
        self.welcome.mail_message_id.unlink()
        self.run_cron()
        self.assertEqual(self.welcome.state, "failed")
        self.welcome.with_user(self.rep).action_send_again()
        self.assertEqual((self.welcome.state, self.mail().state), ("open", "outgoing"))

    # ---- SMS ----

    def send_sms(self, name):
        return self.send(self._new_customer(name, email=False))

    def test_sms_faults(self):
        for number, (failure_type, reason, expected) in enumerate(
            [
                ("sms_server", False, ("open", "retry")),
                ("sms_credit", False, ("open", "retry")),
                ("sms_number_format", False, ("failed", "dead")),
                ("unknown", "registration_needed", ("failed", "stop")),
                ("unknown", "duplicate_message", ("done", False)),
            ]
        ):
            with self.subTest(failure_type=failure_type, reason=reason):
                customer = self._new_customer(
                    f"N{number}", email=False, phone=f"+33 1 42 68 53 1{number}"
                )
                welcome = self.send(customer)
                self.queue_fails(failure_type, reason, welcome)
                self.assertEqual((welcome.state, welcome.fate), expected)

    def test_sms_is_queued_again_with_its_identifier(self):
        welcome = self.send_sms("Due")
        sms = self.sms(welcome)
        uuid = sms.uuid
        self.queue_fails("sms_server", False, welcome)
        self.run_at("2026-03-02 10:06:00")
        self.assertEqual(self.sms(welcome), sms)
        self.assertEqual((sms.state, sms.uuid), ("outgoing", uuid))

    def test_sms_manager_hears_of_the_account(self):
        self.queue_fails("sms_credit", False, self.send_sms("Due"))
        self.assertIn("SMS account", self.todos(self.manager).summary)

    def test_sms_reported_as_not_delivered_later(self):
        welcome = self.send_sms("Due")
        notification = welcome.mail_message_id.notification_ids
        notification.notification_status = "pending"
        self.run_cron()
        self.assertEqual(welcome.state, "done")
        notification.write(
            {"notification_status": "exception", "failure_type": "sms_not_delivered"}
        )
        self.run_cron()
        self.assertEqual((welcome.state, welcome.fate), ("failed", "stop"))

    def test_corrected_number_is_used(self):
        customer = self._new_customer("Due", email=False)
        welcome = self.send(customer)
        self.queue_fails("sms_number_format", False, welcome)
        self.assertTrue(customer.crl_phone_is_dead)
        customer.phone = "+33 1 42 68 53 99"
        welcome.with_user(self.rep).action_send_again()
        self.assertEqual(self.sms(welcome).number, "+33142685399")


@tagged("post_install", "-at_install")
class TestTexts(CrlCase):
    """Texts, languages and addresses that go missing are seen, never passed over."""

    def welcome(self):
        enrollment = self.enroll()
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_welcome")

    def assertHeld(self, touchpoint, words):
        self.assertEqual(touchpoint.state, "planned")
        self.assertIn(words, touchpoint.hold_reason)
        self.assertEqual(touchpoint.log_ids[:1].decision, "held")
        self.assertFalse(touchpoint.mail_message_id)

    def test_archived_text(self):
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.active = False
        welcome = self.welcome()
        self.assertHeld(welcome, "is archived")
        template.active = True
        self.at("2026-03-03 10:30:00")
        self.run_cron()
        self.assertEqual(welcome.state, "open")

    def test_emptied_text(self):
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.body_html = "<p><br></p>"
        self.assertHeld(self.welcome(), "is empty")

    def test_emptied_sms(self):
        self.env.ref("crl_retention.sms_template_welcome").body = " "
        self.customer.email = False
        self.assertHeld(self.welcome(), "is empty")

    def test_text_of_a_step_cannot_be_deleted(self):
        template = self.env.ref("crl_retention.mail_template_welcome")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            template.unlink()

    def test_language_that_was_removed(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.with_context(lang="fr_FR").subject = "Bienvenue"
        french.active = False
        # Odoo lets nobody remove a language of active customers; they come back so
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'fr_FR' WHERE id = %s", [self.customer.id]
        )
        self.env.invalidate_all()
        welcome = self.welcome()
        self.assertEqual(welcome.state, "open")
        self.assertIn("Thank you", welcome.mail_message_id.subject)

    def test_no_address_at_all(self):
        self.customer.write({"email": False, "phone": False})
        welcome = self.welcome()
        self.assertEqual(welcome.state, "skipped")
        self.assertIn("no valid email address", welcome.log_ids[:1].note)
        self.assertIn("no valid phone number", welcome.log_ids[:1].note)
