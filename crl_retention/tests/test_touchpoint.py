from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestTouchpoint(CrlCase):
    """Contacts: opened by the pump, closed by the rep, kept by the reconciler."""

    def open_call(self):
        enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_call")

    def test_no_answer_is_tried_again_then_given_up(self):
        call = self.open_call()
        self.assertEqual(call.situation, "open")
        activity = call.activity_id
        call.with_user(self.rep).action_done("no_answer")
        self.assertEqual((call.state, call.attempt), ("planned", 1))
        self.assertFalse(activity.active)
        self.assertEqual(str(call.date_planned), "2026-03-11 08:00:00")
        self.at("2026-03-11 09:00:00")
        self.run_cron()
        self.assertEqual(call.state, "open")
        call.with_user(self.rep).action_done("no_answer")
        self.at("2026-03-13 09:00:00")
        self.run_cron()
        call.with_user(self.rep).action_done("no_answer")
        self.assertEqual((call.state, call.outcome), ("failed", "no_answer"))
        self.assertIn(
            self.leader.partner_id, self.notified(self.customer).notified_partner_ids
        )

    def test_late_call_pushes_the_visit(self):
        call = self.open_call()
        visit = self.touchpoint(call.enrollment_id, "step_m1_visit")
        self.assertEqual(str(visit.date_planned.date()), "2026-03-16")
        self.at("2026-03-13 09:00:00")
        call.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(str(visit.date_planned.date()), "2026-03-18")
        self.assertEqual(visit.log_ids.mapped("rule"), ["gap"])

    def test_visit_waits_for_the_open_call_then_goes_without(self):
        call = self.open_call()
        visit = self.touchpoint(call.enrollment_id, "step_m1_visit")
        self.at("2026-03-16 09:00:00")
        self.run_cron()
        self.assertEqual(visit.state, "planned")
        self.assertIn("First call", visit.hold_reason)
        for day in range(17, 24):
            self.at(f"2026-03-{day} 09:00:00")
            self.run_cron()
        self.assertEqual(visit.state, "open")

    def test_visit_books_a_meeting_that_moves_the_contact(self):
        call = self.open_call()
        call.with_user(self.rep).action_done("reached", "positive")
        self.at("2026-03-16 09:10:00")
        self.run_cron()
        visit = self.touchpoint(call.enrollment_id, "step_m1_visit")
        meeting = visit.activity_id.calendar_event_id
        self.assertEqual(meeting.user_id, self.rep)
        meeting.with_user(self.rep).write(
            {"start": "2026-03-17 13:00:00", "stop": "2026-03-17 14:00:00"}
        )
        self.assertEqual(str(visit.date_planned), "2026-03-17 13:00:00")
        self.assertEqual(str(visit.activity_id.date_deadline), "2026-03-17")

    def test_deleted_activity_is_made_anew(self):
        call = self.open_call()
        call.activity_id.with_user(self.rep).unlink()
        self.run_cron()
        self.assertEqual(call.state, "open")
        self.assertEqual(call.activity_id.user_id, self.rep)
        self.assertIn("repaired", call.log_ids.mapped("decision"))

    def test_archived_rep_leaves_the_call_to_the_leader(self):
        call = self.open_call()
        self.rep.action_archive()
        self.run_cron()
        self.assertEqual(call.activity_id.user_id, self.leader)

    def test_long_standstill_floods_nobody(self):
        enrollment = self.enroll()
        self.at("2026-05-20 09:00:00")
        self.run_cron()
        states = {
            t.step_id.get_external_id()[t.step_id.id].split(".")[1]: t.state
            for t in enrollment.touchpoint_ids
        }
        self.assertEqual(states["step_m1_welcome"], "skipped")
        self.assertEqual(states["step_m2_message"], "skipped")
        call = self.touchpoint(enrollment, "step_m1_call")
        self.assertEqual(str(call.date_planned.date()), "2026-05-20")

    def test_skip_and_reschedule(self):
        call = self.open_call()
        call.with_user(self.rep).action_reschedule("2026-03-12 10:00:00")
        self.assertEqual(str(call.activity_id.date_deadline), "2026-03-12")
        call.with_user(self.rep).action_skip("They called us")
        self.assertEqual(call.state, "skipped")
        self.assertFalse(call.activity_id)
        with self.assertRaises(UserError):
            call.with_user(self.rep).action_done()

    def test_bad_values_change_nothing(self):
        call = self.open_call()
        for arguments in (
            {"outcome": "happy"},
            {"verdict": "great"},
            {"score": 7},
            {"score": "5; DROP TABLE"},
            {"note": ["a"]},
        ):
            with self.assertRaises(ValidationError):
                call.with_user(self.rep).action_done(**arguments)
        with self.assertRaises(ValidationError):
            call.with_user(self.rep).action_reschedule("tomorrow")
        self.assertEqual(call.state, "open")

    def test_condition_skips_with_a_reason(self):
        self.env.ref("crl_retention.step_m1_call").condition = "[('city', '=', 'Lyon')]"
        call = self.open_call()
        self.assertEqual(call.state, "skipped")
        self.assertEqual(call.log_ids.mapped("rule"), ["condition"])

    def test_customer_without_owner_goes_to_the_portfolio_administrator(self):
        self.customer.user_id = False
        self.company.crl_portfolio_admin_id = self.leader
        call = self.open_call()
        self.assertEqual(call.activity_id.user_id, self.leader)

    def test_nobody_to_do_it_holds_with_a_reason(self):
        self.customer.user_id = False
        self.company.crl_manager_id = False
        call = self.open_call()
        self.assertEqual(call.state, "planned")
        self.assertIn("salesperson", call.hold_reason)

    def test_log_is_append_only(self):
        line = self.enroll().log_ids[:1]
        with self.assertRaises(UserError):
            line.note = "nothing happened"
        with self.assertRaises(UserError):
            line.unlink()


@tagged("post_install", "-at_install")
class TestMessage(CrlCase):
    """The one door: who gets a message, by what, in which language."""

    def welcome(self, **values):
        self.customer.write(values)
        enrollment = self.enroll()
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_welcome")

    def test_prefers_sms(self):
        welcome = self.welcome(crl_preferred_channel="sms")
        self.assertEqual(welcome.medium, "sms")
        sms = self.env["sms.sms"].search(
            [("mail_message_id", "=", welcome.mail_message_id.id)]
        )
        self.assertEqual(sms.number, "+33142685300")

    def test_falls_back_to_what_the_customer_can_receive(self):
        self.assertEqual(self.welcome(email=False).medium, "sms")

    def test_blacklisted_number_written_otherwise(self):
        self.env["phone.blacklist"].add("+33142685300")
        welcome = self.welcome(email=False, phone="01 42 68 53 00")
        self.assertEqual(welcome.state, "skipped")
        self.assertIn("blacklisted", welcome.log_ids[:1].note)

    def test_blacklisted_email_goes_only_when_the_company_says_so(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.customer.phone = False
        self.assertEqual(self.welcome().state, "skipped")
        self.company.crl_service_ignores_blacklist = True
        other = self._new_customer("Due", phone=False)
        self.env["mail.blacklist"]._add(other.email)
        enrollment = self.enroll(other)
        self.run_cron()
        self.assertEqual(self.touchpoint(enrollment, "step_m1_welcome").state, "open")
        self.env.ref("crl_retention.step_m1_welcome").purpose = "marketing"
        third = self._new_customer("Quattro", phone=False)
        self.env["mail.blacklist"]._add(third.email)
        enrollment = self.enroll(third)
        self.run_cron()
        self.assertEqual(
            self.touchpoint(enrollment, "step_m1_welcome").state, "skipped"
        )

    def test_waits_for_the_customers_morning(self):
        # 10:00 UTC is 19:00 in Tokyo, 21:00 an hour and a half later
        self.at("2026-03-02 12:30:00")
        welcome = self.welcome(tz="Asia/Tokyo")
        self.assertEqual(welcome.state, "planned")
        self.assertEqual(str(welcome.date_due), "2026-03-03 00:00:00")
        self.at("2026-03-03 00:05:00")
        self.run_cron()
        self.assertEqual(welcome.state, "open")

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.with_context(lang="fr_FR").subject = "Bienvenue"
        welcome = self.welcome(lang="fr_FR")
        self.assertEqual(welcome.mail_message_id.subject, "Bienvenue")

    def test_missing_field_holds_instead_of_a_hole(self):
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.subject = "For {{ object.partner_id.ref }}"
        welcome = self.welcome()
        self.assertEqual(welcome.state, "planned")
        self.assertIn("Reference", welcome.hold_reason)
        self.customer.ref = "C-1"
        self.at("2026-03-03 10:30:00")
        self.run_cron()
        self.assertEqual(welcome.mail_message_id.subject, "For C-1")

    def test_fate_is_read_back(self):
        welcome = self.welcome()
        # nobody has to do anything about it
        self.assertEqual(welcome.situation, "on_way")
        welcome.mail_message_id.notification_ids.notification_status = "sent"
        self.run_cron()
        self.assertEqual(welcome.state, "done")
        self.assertTrue(welcome.date_done)

    def test_bounce_is_shown_as_failure(self):
        welcome = self.welcome()
        welcome.mail_message_id.notification_ids.write(
            {"notification_status": "bounce", "failure_type": "mail_bounce"}
        )
        self.run_cron()
        self.assertEqual(welcome.state, "failed")
        self.assertIn("Bounce", welcome.hold_reason)

    def test_first_answer_stays_later_ones_are_appended(self):
        welcome = self.welcome()
        quality = self.env.ref("crl_retention.cause_quality")
        self.assertEqual(
            welcome._register_answer("positive", words="=Lovely"), "recorded"
        )
        self.assertEqual(welcome.note, "'=Lovely")
        self.assertEqual(
            welcome._register_answer("negative", quality, "Bad"), "appended"
        )
        self.assertEqual(welcome.verdict, "positive")
        self.assertFalse(self.customer.crl_case_ids)

    def test_trouble_ticked_counts_as_unhappy(self):
        welcome = self.welcome()
        orders = self.env.ref("crl_retention.cause_orders")
        welcome._register_answer("positive", orders)
        self.assertEqual(welcome.verdict, "negative")
        case = self.customer.crl_case_ids
        self.assertEqual(case.cause_ids, orders)
        self.assertEqual(self.customer.crl_open_case_count, 1)

    def test_so_so_with_words_asks_the_owner(self):
        welcome = self.welcome()
        welcome._register_answer("neutral", words="Portions are smaller")
        self.assertFalse(self.customer.crl_case_ids)
        self.assertEqual(self.customer.activity_ids.user_id, self.rep)

    def test_leaving_withdraws_what_waits_in_the_queue(self):
        welcome = self.welcome()
        welcome.enrollment_id.action_exit("Sold the restaurant")
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", welcome.mail_message_id.id)]
        )
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(welcome.state, "cancelled")

    def test_two_people_at_one_customer(self):
        people = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "parent_id": self.customer.id,
                    "email": f"{name.lower()}@example.com",
                }
                for name in ("Anna", "Bruno")
            ]
        )
        self.customer.write(
            {"email": False, "phone": False, "child_ids": [Command.set(people.ids)]}
        )
        welcome = self.welcome()
        self.assertEqual(welcome.contact_id, people[0])
        self.assertEqual(
            welcome.mail_message_id.notification_ids.res_partner_id, people[0]
        )
