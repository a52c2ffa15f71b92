from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrlCase

LOST = "Error without exception. Probably due to …"
GREYLISTED = "SMTPRecipientsRefused: {'x@example.com': (450, b'4.2.0 Greylisted')}"


class EngineCase(CrlCase):
    def send_welcome(self, customer=None):
        self.enroll(customer)
        self.run_cron()
        enrollment = (customer or self.customer).crl_enrollment_ids
        return self.touchpoint(enrollment, "step_m1_welcome")

    def queue_fails(self, touchpoint, reason, failure_type="unknown"):
        """Leave what Odoo's queues leave behind after a failure."""
        message = touchpoint.mail_message_id
        notification = message.notification_ids
        notification.mail_mail_id.write(
            {"state": "exception", "failure_reason": reason}
        )
        self.env["sms.sms"].search([("mail_message_id", "=", message.id)]).write(
            {"state": "error", "failure_type": failure_type}
        )
        notification.write(
            {
                "notification_status": "exception",
                "failure_type": failure_type,
                "failure_reason": reason,
            }
        )
        self.run_cron()

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()


@tagged("post_install", "-at_install")
class TestMessagesMeet(EngineCase):
    """Messages where fate, retries, limits and what people do meet."""

    def assertSettled(self, touchpoint):
        """What is over stays as it is, however often the engine looks."""
        before = (touchpoint.state, touchpoint.date_done, touchpoint.log_ids.ids)
        self.run_at("2026-03-02 10:20:00")
        self.assertEqual(
            (touchpoint.state, touchpoint.date_done, touchpoint.log_ids.ids), before
        )
        self.assertEqual(self.env["crl.touchpoint"]._read_fates(10), 0)

    def test_duplicate_sms_is_done_once(self):
        welcome = self.send_welcome(self._new_customer("Due", email=False))
        self.queue_fails(welcome, "duplicate_message")
        self.assertEqual(welcome.state, "done")
        self.assertSettled(welcome)

    def test_answered_after_an_unclear_end_is_done_once(self):
        welcome = self.send_welcome()
        self.queue_fails(welcome, LOST)
        welcome._register_answer("positive")
        self.run_cron()
        self.assertEqual(welcome.state, "done")
        self.assertSettled(welcome)

    def test_sent_from_odoos_screen_just_before_the_retry(self):
        welcome = self.send_welcome()
        self.queue_fails(welcome, GREYLISTED)
        message = welcome.mail_message_id
        message.notification_ids.mail_mail_id.state = "sent"
        message.notification_ids.notification_status = "sent"
        self.at("2026-03-02 10:06:00")
        self.env["crl.touchpoint"]._resend_due(10)
        self.assertEqual((welcome.state, welcome.mail_message_id), ("done", message))
        self.assertFalse(welcome.fate)

    def test_exit_after_the_mail_left(self):
        welcome = self.send_welcome()
        notification = welcome.mail_message_id.notification_ids
        notification.mail_mail_id.state = "sent"
        notification.notification_status = "sent"
        welcome.enrollment_id.action_exit("Sold")
        self.assertEqual(welcome.state, "done")
        self.assertEqual(self.customer.crl_last_contact_date, welcome.date_done)

    def test_planned_anew_takes_the_old_mail_back(self):
        welcome = self.send_welcome()
        self.queue_fails(welcome, LOST)
        old = welcome.mail_message_id.notification_ids.mail_mail_id
        welcome.with_user(self.rep).action_reschedule("2026-03-03 09:00:00")
        self.assertEqual((welcome.state, welcome.fate), ("planned", False))
        self.assertEqual(old.state, "cancel")

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_retry_that_raises_is_tried_later_then_given_up(self):
        welcome = self.send_welcome()
        self.queue_fails(welcome, GREYLISTED)
        states = []
        model = type(self.env["crl.touchpoint"])
        with patch.object(model, "_requeue", side_effect=ValueError("No")):
            for __ in range(5):
                self.at(str(welcome.date_due))
                self.env["crl.touchpoint"]._resend_due(10)
                states.append((welcome.state, welcome.fate))
        self.assertEqual(states, [("open", "retry")] * 4 + [("failed", "stop")])

    def test_unclear_message_counts_for_the_frequency(self):
        welcome = self.send_welcome()
        self.queue_fails(welcome, LOST)
        self.assertEqual(welcome.fate, "unclear")
        later = self.touchpoint(welcome.enrollment_id, "step_m2_message")
        later.medium = "email"
        self.at("2026-03-02 12:00:00")
        self.assertIn(later.id, later._rule_frequency())

    def test_two_workers_meet_on_the_customer(self):
        """A message changes no fact of the customer; yet their row is written, on which
        the other worker fails instead of writing to the customer as well."""
        self.enroll()
        relationship = self.customer.crl_relationship_id
        relationship._refresh(self.customer)

        def version():
            self.env.cr.execute(
                "SELECT ctid FROM crl_relationship WHERE id = %s", [relationship.id]
            )
            return self.env.cr.fetchone()

        before = version()
        relationship._refresh(self.customer)
        self.assertEqual(version(), before)
        self.env["crl.touchpoint"]._open_due(10)
        self.assertNotEqual(version(), before)

    def test_owner_hears_once_why_a_procedure_rests(self):
        self.cadence.on_complaint = "pause"
        self.cadence.is_main = False
        enrollment = self.enroll()
        self.env["crl.case"].create({"partner_id": self.customer.id})
        due = enrollment.touchpoint_ids.filtered(lambda t: not t.case_id)[:2]
        due.date_due = "2026-03-02 09:00:00"
        before = self.notified(self.customer)
        self.run_cron()
        self.assertEqual(enrollment.state, "paused")
        told = self.notified(self.customer) - before
        self.assertEqual(len(told), 1, told.mapped("body"))


@tagged("post_install", "-at_install")
class TestContactsMeet(EngineCase):
    """Calls and visits where limits, batches, pauses and cases meet."""

    def calls(self, count):
        partners = self.env["res.partner"].union(
            *(
                self._new_customer(f"Ristorante {next(self.lines)}")
                for __ in range(count)
            )
        )
        call = self.env.ref("crl_retention.step_m1_call")
        return self.enroll(partners).touchpoint_ids.filtered(
            lambda t: t.step_id == call
        )

    def test_daily_limit_holds_for_what_is_left_from_yesterday(self):
        self.company.crl_daily_calls = 3
        calls = self.calls(8)
        # the engine stood still on Monday 9 March
        self.at("2026-03-10 09:00:00")
        while self.env["crl.touchpoint"]._open_due(2):
            pass
        self.assertEqual(len(calls.filtered("activity_id")), 3)

    def test_a_pause_does_not_hold_the_visit_of_a_case(self):
        self.cadence.restart_policy = "at_once"
        enrollment = self.enroll()
        case = self.env["crl.case"].create({"partner_id": self.customer.id})
        self.at("2026-03-03 09:00:00")
        visit = case.visit_id
        visit.with_user(self.rep).action_done("absent")
        self.assertEqual((visit.state, enrollment.state), ("planned", "running"))
        planned = visit.date_planned
        enrollment.action_pause(reason="Holidays")
        self.at("2026-03-06 09:00:00")
        self.run_cron()
        self.assertEqual((visit.state, visit.date_planned), ("open", planned))
        enrollment.action_resume()
        self.assertEqual(visit.date_planned, planned)

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_what_cannot_be_set_aside_blocks_nobody(self):
        calls = self.calls(3)
        self.at("2026-03-09 09:00:00")
        model = type(self.env["crl.touchpoint"])
        poison = calls[1]

        def refuses(touchpoints, *args):
            if poison in touchpoints:
                raise ValueError("No")

        with (
            patch.object(model, "_follow", refuses),
            patch.object(model, "_set_aside", refuses),
        ):
            self.run_cron()
        self.assertFalse(poison.activity_id)
        self.assertEqual(len(calls.filtered("activity_id")), 2)

    def test_a_merge_while_a_segment_is_counted(self):
        """Whoever is gone at the second look is no reason to wait for tomorrow."""
        segment = self.env["crl.segment"].create({"name": "All", "domain": "[]"})
        segment.date_next = self.NOW
        model = type(segment)
        refresh, looks = model._refresh, []

        def meets_a_merge(segments):
            looks.append(segments)
            if len(looks) == 1:
                raise ForeignKeyViolation("a customer was merged away")
            return refresh(segments)

        with patch.object(model, "_refresh", meets_a_merge):
            self.run_cron()
        self.assertEqual((len(looks), segment.fault), (2, False))
        self.assertGreater(str(segment.date_next), self.NOW)
        self.assertTrue(segment.partner_count)

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_what_no_look_mends_is_set_aside(self):
        segment = self.env["crl.segment"].create({"name": "All", "domain": "[]"})
        segment.date_next = self.NOW

        def fails(segments):
            raise ForeignKeyViolation("a row that is nowhere")

        with patch.object(type(segment), "_refresh", fails):
            self.run_cron()
        self.assertIn("a row that is nowhere", segment.fault)

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_news_count_each_contact_once(self):
        calls = self.calls(4)
        self.at("2026-03-09 09:00:00")
        model = type(self.env["crl.touchpoint"])
        announce, told = model._announce, {}

        def breaks_down(touchpoints):
            announce(touchpoints)
            if len(touchpoints) > 1:
                raise ValueError("No")

        with (
            patch.object(model, "_announce", breaks_down),
            patch.object(model, "_tell_news", lambda self, news: told.update(news)),
        ):
            self.run_cron()
        self.assertEqual(len(calls.filtered("activity_id")), 4)
        self.assertEqual(told, {self.rep.id: 4})
