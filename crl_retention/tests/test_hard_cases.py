from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

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
        self.run_at("2026-03-16 09:00:00")
        visit = self.touchpoint(self.enrollment, "step_m1_visit")
        visit.with_user(self.rep).action_done("reached", "positive")
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
        with self.assertRaisesRegex(UserError, "recovery"):
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

    def test_what_hangs_on_a_done_contact_opens_after_a_standstill(self):
        step = self.env.ref("crl_retention.step_m1_visit")
        step.write(
            {"delay_from": "previous_done", "delay_count": 5, "delay_unit": "days"}
        )
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "positive")
        self.at("2026-03-30 09:00:00")
        for __ in range(3):
            self.run_cron()
        visit = self.touchpoint(self.enrollment, "step_m1_visit")
        self.assertEqual(visit.state, "open")
        self.assertLess(self.enrollment.paused_days, 30)

    def test_stage_goes_back_with_the_procedure_after_a_standstill(self):
        self.run_at("2026-04-20 09:00:00")
        self.assertEqual(
            self.enrollment.stage_id, self.env.ref("crl_retention.stage_month_1")
        )

    def test_recurring_contact_planned_again_can_be_closed(self):
        cadence = self.env.ref("crl_retention.cadence_preservation")
        self.env.ref("crl_retention.step_p_call").retry_max = 0
        enrollment = self.enroll(self._new_customer("Chez Paul"), cadence=cadence)
        call = enrollment.touchpoint_ids.filtered(lambda t: t.channel == "call")
        call.with_user(self.rep).action_done("no_answer")
        self.assertEqual(call.state, "failed")
        call.with_user(self.rep).action_reschedule("2026-03-03 09:00:00")
        call.with_user(self.rep).action_done("reached", "positive")
        calls = enrollment.touchpoint_ids.filtered(lambda t: t.channel == "call")
        self.assertEqual(sorted(calls.mapped("occurrence")), [1, 2])

    def test_contact_of_an_ended_procedure_is_not_planned_again(self):
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("wrong_number")
        self.enrollment.action_exit()
        with self.assertRaisesRegex(UserError, "ended"):
            call.with_user(self.rep).action_reschedule("2026-03-10 09:00:00")

    def test_who_may_look_may_not_act(self):
        stage = self.env.ref("crl_retention.stage_lost")
        for role in ("marketing", "direction"):
            user = self._new_user(f"double_{role}", role)
            user.group_ids += self.env.ref("crl_retention.crl_retention_group_user")
            relationship = self.customer.crl_relationship_id.with_user(user)
            with self.assertRaises(AccessError):
                relationship.action_set_stage(stage.id)
        case = self.complain()
        with self.assertRaises(AccessError):
            case.with_user(user).description = "Mine"
        with self.assertRaises(AccessError):
            self.enrollment.with_user(user).action_exit()
        self.assertEqual(self.enrollment.state, "recovery")

    def test_recovery_is_not_paused_away(self):
        self.complain()
        with self.assertRaisesRegex(UserError, "recovered"):
            self.enrollment.with_user(self.rep).action_pause()

    def test_reopened_case_holds_the_procedure_that_runs(self):
        other = self._new_customer("Chez Paul")
        preservation = self.enroll(
            other, cadence=self.env.ref("crl_retention.cadence_preservation")
        )
        case = self.env["crl.case"].create(
            {"partner_id": other.id, "description": "Late"}
        )
        case.visit_id.action_done("reached", "positive")
        self.assertEqual(preservation.state, "exited")
        case.action_reopen("Late again")
        self.assertEqual(other.crl_enrollment_id.cadence_id, self.cadence)
        self.assertEqual(other.crl_enrollment_id.state, "recovery")

    def test_facts_follow_pauses_and_cancelled_cases(self):
        case = self.complain()
        case.action_cancel("Wrong customer")
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_month_1")
        )
        self.assertTrue(self.customer.crl_next_contact_date)
        self.enrollment.action_pause()
        self.assertFalse(self.customer.crl_next_contact_date)
        self.enrollment.action_resume()
        self.assertTrue(self.customer.crl_next_contact_date)

    def test_after_not_recovered_only_a_manager_restarts(self):
        self.complain().with_user(self.rep).action_not_recovered()
        with self.assertRaisesRegex(UserError, "recovery"):
            self.enrollment.with_user(self.rep).action_restart()
        self.enrollment.with_user(self.manager).action_restart()
        self.assertEqual(self.enrollment.state, "running")

    def test_case_is_the_customers_companys(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._new_customer("Chez Paul", company_id=company.id)
        case = self.env["crl.case"].create({"partner_id": other.id})
        self.assertEqual(case.company_id, company)

    def test_without_anybody_the_activity_leaves_the_former_rep(self):
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(self.enrollment, "step_m1_call")
        self.company.crl_manager_id = False
        self.team.user_id = False
        self.customer.user_id = False
        self.assertFalse(call.activity_id)
        self.customer.user_id = self.other_rep
        self.run_at("2026-03-09 15:00:00")
        self.assertEqual(call.activity_id.user_id, self.other_rep)

    def test_days_and_hours_nobody_means_are_refused(self):
        """None at all, or so many that there is no such day."""
        for name, value in (
            ("crl_catch_up_days", 0),
            ("crl_catch_up_days", 2**31 - 1),
            ("crl_wait_days", 2**31 - 1),
            ("crl_clock_hours", 2**31 - 1),
            ("crl_email_gap_hours", 2**31 - 1),
            ("crl_sms_gap_hours", 2**31 - 1),
            ("crl_log_months", 2**31 - 1),
            ("crl_consent_months", 2**31 - 1),
        ):
            with (
                self.subTest(name=name, value=value),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company[name] = value
                self.env.flush_all()
