from odoo.exceptions import AccessError, UserError
from odoo.tests import mute_logger, tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestHardCases(CrlCase):
    """Combinations in which contacts are easily lost, doubled or misdated."""

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()

    def complain(self):
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "negative", "Cold")
        return self.customer.crl_case_ids

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def test_recovery_visit_survives_an_absent_customer(self):
        case = self.complain()
        self.at("2026-03-03 10:00:00")
        case.visit_id.with_user(self.rep).action_done("absent")
        self.run_at("2026-03-04 10:00:00")
        self.assertEqual(case.visit_id.state, "open")
        case.visit_id.with_user(self.rep).action_reschedule("2026-03-04 14:00:00")
        self.assertEqual(
            str(case.visit_id.activity_id.calendar_event_id.start),
            "2026-03-04 14:00:00",
        )
        self.assertEqual(case.state, "planned")

    def test_visit_never_held_asks_the_manager(self):
        case = self.complain()
        case.visit_id.with_user(self.rep).action_done("wrong_number")
        self.assertEqual(case.activity_ids.user_id, self.manager)
        with self.assertRaises(UserError):
            case.with_user(self.rep).action_recovered()

    def test_refused_visit_is_not_held(self):
        case = self.complain()
        case.visit_id.with_user(self.rep).action_done("refused", "positive")
        self.assertIn(case.state, ("open", "planned"))
        self.assertFalse(case.on_time)
        self.assertEqual(case.activity_ids.user_id, self.manager)

    def test_late_unhappy_visit_is_late(self):
        case = self.complain()
        self.at("2026-03-12 10:00:00")
        case.visit_id.with_user(self.rep).action_done("reached", "negative")
        self.assertFalse(case.on_time)
        self.assertEqual(str(case.deadline), "2026-03-16 10:00:00")

    def test_held_but_undecided_case_is_reminded_of(self):
        case = self.complain()
        self.at("2026-03-03 10:00:00")
        case.visit_id.with_user(self.rep).action_done("reached", "neutral")
        for day, escalation in (("03", 1), ("04", 2), ("05", 3)):
            self.run_at(f"2026-03-{day} 11:00:00")
            self.assertEqual(case.escalation, escalation)

    def test_archived_step_stops_nobody(self):
        self.env.ref("crl_retention.step_m3_visit").active = False
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(call.state, "done")
        self.run_at("2026-04-02 09:00:00")
        self.assertEqual(
            self.enrollment.stage_id, self.env.ref("crl_retention.stage_month_2")
        )

    def test_agreed_moment_stays_when_others_move(self):
        self.rep.tz = "Pacific/Auckland"
        visit = self.touchpoint(self.enrollment, "step_m3_visit")
        visit.with_user(self.rep).action_reschedule("2026-05-20 13:30:00")
        for day in ("09", "13"):
            self.run_at(f"2026-03-{day} 09:00:00")
            for touchpoint in self.enrollment.touchpoint_ids:
                if touchpoint.activity_id:
                    touchpoint.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(str(visit.date_planned), "2026-05-20 13:30:00")

    def test_standstill_keeps_the_gaps(self):
        self.run_at("2026-05-20 09:00:00")
        self.run_at("2026-05-20 09:10:00")
        human = self.enrollment.touchpoint_ids.filtered(
            lambda t: t.channel in ("call", "visit")
        ).sorted("date_planned")
        self.assertEqual(
            [str(t.date_planned.date()) for t in human],
            ["2026-05-20", "2026-05-27", "2026-06-29", "2026-07-27"],
        )
        self.assertEqual(human.mapped("state"), ["open"] + ["planned"] * 3)

    def test_message_held_for_months_is_not_sent(self):
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.subject = "For {{ object.partner_id.ref }}"
        welcome = self.touchpoint(self.enrollment, "step_m1_welcome")
        for day in range(2, 20):
            self.run_at(f"2026-03-{day:02} 11:00:00")
        self.customer.ref = "C-1"
        self.run_at("2026-03-20 11:00:00")
        self.assertEqual(welcome.state, "skipped")

    def test_bounce_after_sent(self):
        self.run_cron()
        welcome = self.touchpoint(self.enrollment, "step_m1_welcome")
        notification = welcome.mail_message_id.notification_ids
        notification.notification_status = "sent"
        self.run_cron()
        self.assertEqual(welcome.state, "done")
        notification.notification_status = "bounce"
        self.run_cron()
        self.assertEqual(welcome.state, "failed")

    def test_unhappy_customer_is_not_welcomed(self):
        self.enrollment.action_exit()
        self.env["crl.case"].with_user(self.rep).create(
            {"partner_id": self.customer.id, "description": "Broken boxes"}
        )
        with self.assertRaisesRegex(UserError, "unhappy"):
            self.enroll()

    def test_rep_does_not_restart_over_an_open_case(self):
        self.complain()
        with self.assertRaisesRegex(UserError, "unhappy"):
            self.enrollment.with_user(self.rep).action_restart()
        self.enrollment.with_user(self.manager).action_restart()
        self.assertEqual(self.enrollment.cycle, 2)

    def test_second_case_keeps_the_customer_in_recovery(self):
        first = self.complain()
        second = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": "Wrong invoice"})
        )
        second.with_user(self.rep).action_cancel("By mistake")
        self.assertEqual(self.enrollment.state, "recovery")
        with self.assertRaisesRegex(UserError, "closed"):
            second.with_user(self.rep).action_cancel()
        first.with_user(self.rep).action_cancel("By mistake too")
        self.assertEqual(self.enrollment.state, "running")

    def test_pause_outlives_a_cancelled_case(self):
        self.enrollment.action_pause("2026-06-01")
        case = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": "Wrong invoice"})
        )
        self.at("2026-03-10 10:00:00")
        case.with_user(self.rep).action_cancel()
        self.assertEqual(self.enrollment.state, "paused")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        self.assertFalse(call.date_due)
        self.run_at("2026-06-01 09:00:00")
        # 91 days later than 9 March, a Monday
        self.assertEqual(str(call.date_planned.date()), "2026-06-08")

    def test_extended_pause_counts_from_its_beginning(self):
        self.at("2026-03-03 10:00:00")
        self.enrollment.action_pause("2026-03-16")
        self.at("2026-03-15 10:00:00")
        self.enrollment.action_pause("2026-03-30")
        self.at("2026-03-17 10:00:00")
        self.enrollment.action_resume()
        self.assertEqual(self.enrollment.paused_days, 14)

    def test_restarted_cycle_belongs_to_the_present_salesperson(self):
        self.customer.user_id = self.other_rep
        self.enrollment.with_user(self.manager).action_restart()
        call = self.touchpoint(self.enrollment, "step_m1_call")
        self.assertEqual(call.user_id, self.other_rep)

    def test_open_ended_stage_does_not_end(self):
        other = self._new_customer("Chez Paul")
        cadence = self.env.ref("crl_retention.cadence_preservation")
        cadence.holdout_percent = 100
        enrollment = self.enroll(other, cadence=cadence)
        self.assertFalse(enrollment.date_next)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(enrollment.state, "running")

    def test_follower_stays_in_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.enrollment.company_id = company
        self.enrollment.touchpoint_ids._cancel("test", "")
        self.enrollment._complete()
        follower = self.customer.crl_enrollment_id
        self.assertNotEqual(follower, self.enrollment)
        self.assertEqual(follower.company_id, company)

    def test_case_and_visit_follow_the_owner(self):
        case = self.complain()
        self.customer.user_id = self.other_rep
        self.assertEqual(case.user_id, self.other_rep)
        self.assertEqual(case.visit_id.activity_id.user_id, self.other_rep)

    def test_context_of_a_client_does_not_lose_the_contact(self):
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.activity_id.with_user(self.rep).with_context(
            crl_engine=True
        ).action_feedback("Talked")
        self.assertEqual((call.state, call.note), ("done", "Talked"))

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
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
        self.run_cron()
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

    def test_greeting_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["crl_retention"], ["fr_FR"])
        self.customer.lang = "fr_FR"
        self.run_cron()
        body = self.touchpoint(self.enrollment, "step_m1_welcome").mail_message_id.body
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
