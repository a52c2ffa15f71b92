from email.message import EmailMessage

from odoo import Command
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestExit(CrlCase):
    """What ends a procedure, or lets it rest, just before a contact."""

    def setUp(self):
        super().setUp()
        self.person = self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": self.customer.id,
                "email": "anna@example.com",
            }
        )
        self.enrollment = self.enroll()
        self.call = self.touchpoint(self.enrollment, "step_m1_call")

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def receive(self, author, moment, **headers):
        """An email of somebody comes into the customer's chatter by Odoo's gateway."""
        self.run_at(moment)
        welcome = self.touchpoint(self.enrollment, "step_m1_welcome")
        message = EmailMessage()
        message["From"] = author.email
        message["To"] = "catchall@example.com"
        message["Subject"] = "Re: Welcome"
        message["Message-Id"] = f"<{author.id}-{moment}@example.com>".replace(" ", "T")
        message["In-Reply-To"] = welcome.mail_message_id.message_id
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content("Thank you!")
        thread_id = self.env["mail.thread"].message_process(
            "res.partner", message.as_bytes(), thread_id=self.customer.id
        )
        self.assertEqual(thread_id, self.customer.id)

    def assertLeft(self, words):
        self.env.invalidate_all()
        self.assertEqual(self.enrollment.state, "exited")
        self.assertIn(words, self.enrollment.exit_reason)
        line = self.enrollment.log_ids.filtered(lambda line: line.decision == "exited")
        self.assertIn(words, line.note)
        self.assertEqual(self.call.state, "cancelled")

    def test_reply_of_a_person_takes_the_customer_out(self):
        self.cadence.on_reply = "exit"
        self.receive(self.person, "2026-03-05 12:00:00")
        self.assertEqual(self.enrollment.state, "running")
        self.run_at("2026-03-09 09:00:00")
        self.assertLeft("wrote to us")
        self.assertEqual(self.enrollment.log_ids[:1].rule, "reply")

    def test_as_delivered_a_reply_ends_nothing(self):
        self.receive(self.person, "2026-03-05 12:00:00")
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.call.state, "open")

    def test_what_is_no_reply(self):
        self.cadence.on_reply = "exit"
        self.receive(self.person, "2026-03-03 12:00:00", Auto_Submitted="auto-replied")
        self.receive(self._new_customer("Due"), "2026-03-04 12:00:00")
        self.customer.message_post(
            body="A note", author_id=self.rep.partner_id.id, message_type="comment"
        )
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.call.state, "open")

    def test_reply_lets_the_procedure_rest_until_somebody_resumes(self):
        self.cadence.on_reply = "pause"
        self.receive(self.person, "2026-03-05 12:00:00")
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.enrollment.state, "paused")
        self.assertIn("wrote to us", self.call.hold_reason)
        self.assertEqual(self.enrollment.log_ids[:1].rule, "reply")
        resting = self.enrollment.with_user(self.rep)
        self.assertEqual(resting.pause_reason, "The customer wrote to us.")
        self.assertIn("wrote to us", self.notified(self.customer)[:1].body)
        self.at("2026-03-11 09:00:00")
        self.enrollment.with_user(self.rep).action_resume()
        self.assertEqual(str(self.call.date_planned), "2026-03-11 08:00:00")
        # what they wrote before is no news
        self.run_cron()
        self.assertEqual(self.call.state, "open")

    def book(self, **values):
        return (
            self.env["calendar.event"]
            .with_user(self.rep)
            .create(
                {
                    "name": "Lunch",
                    "start": "2026-03-20 11:00:00",
                    "stop": "2026-03-20 12:00:00",
                    "partner_ids": [
                        Command.set((self.rep.partner_id + self.person).ids)
                    ],
                    **values,
                }
            )
        )

    def test_meeting_that_a_rep_booked(self):
        self.cadence.on_meeting = "exit"
        self.at("2026-03-04 12:00:00")
        self.book()
        self.run_at("2026-03-09 09:00:00")
        self.assertLeft("met the customer")

    def test_what_is_no_meeting(self):
        self.cadence.on_meeting = "exit"
        self.at("2026-03-04 12:00:00")
        declined = self.book()
        declined.attendee_ids.filtered(
            lambda a: a.partner_id == self.person
        ).state = "declined"
        self.book(active=False)
        self.book(partner_ids=[Command.set(self.rep.partner_id.ids)])
        self.run_at("2026-03-09 09:00:00")
        self.call.with_user(self.rep).action_done("reached", "positive")
        # our own visit, to which the rep invites the customer
        self.run_at("2026-03-16 09:00:00")
        visit = self.touchpoint(self.enrollment, "step_m1_visit")
        visit.activity_id.calendar_event_id.with_user(
            self.rep
        ).partner_ids += self.person
        visit.with_user(self.rep).action_done("reached", "positive")
        self.run_at("2026-04-02 09:00:00")
        self.assertEqual(self.enrollment.state, "running")
        message = self.touchpoint(self.enrollment, "step_m2_message")
        self.assertEqual(message.state, "open")

    def test_opt_out_ends_the_procedure_when_it_says_so(self):
        self.cadence.on_opt_out = "exit"
        self.env["phone.blacklist"].add(self.customer.phone)
        self.run_at("2026-03-09 09:00:00")
        self.assertLeft("blacklist")

    def test_opt_out_stops_only_messages_as_delivered(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.env["phone.blacklist"].add(self.customer.phone)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.call.state, "open")

    def test_complaint_ends_the_procedure_when_it_says_so(self):
        self.cadence.on_complaint = "exit"
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Burnt"}
        )
        self.assertLeft("complained")
        # and the visit is owed all the same
        self.assertEqual(case.visit_id.state, "open")

    def test_complaint_ends_procedures_beside_the_main_one(self):
        side = self.cadence.copy({"is_main": False, "on_complaint": "exit"})
        enrollment = self.enroll(cadence=side)
        self.at("2026-03-04 12:00:00")
        self.env["crl.case"].create({"partner_id": self.customer.id})
        self.assertEqual(self.enrollment.state, "recovery")
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(enrollment.state, "exited")
        self.assertIn("complaint", enrollment.exit_reason)

    def test_empty_filter_takes_nobody_out(self):
        for empty in (False, "[]", "[ ]", "[(1, '=', 1)]"):
            self.cadence.exit_domain = empty
            self.assertFalse(self.cadence._filter_leaving(self.customer))
        self.cadence.exit_domain = "[('name', '=', 'Bella Napoli')]"
        self.assertEqual(self.cadence._filter_leaving(self.customer), self.customer)

    def test_new_cycle_forgets_what_was_before(self):
        self.cadence.on_reply = "exit"
        self.receive(self.person, "2026-03-05 12:00:00")
        self.at("2026-03-06 09:00:00")
        self.enrollment.with_user(self.manager).action_restart()
        self.run_cron()
        restart = self.touchpoint(self.enrollment, "step_restart_message")
        self.assertEqual(restart.state, "open")

    def test_a_bridge_adds_an_event(self):
        """An order, for instance: the core has no sales."""
        Touchpoint = type(self.env["crl.touchpoint"])
        events = Touchpoint._get_exit_events
        self.patch(
            Touchpoint,
            "_get_exit_events",
            lambda touchpoints: {
                **events(touchpoints),
                # a bridge has a field of its own
                "on_reply": ("_find_orders", "The customer ordered."),
            },
        )
        Touchpoint._find_orders = lambda touchpoints, since: dict.fromkeys(
            touchpoints.partner_id.ids, since
        )
        self.addCleanup(delattr, Touchpoint, "_find_orders")
        self.cadence.on_reply = "exit"
        self.run_at("2026-03-09 09:00:00")
        self.assertLeft("ordered")
