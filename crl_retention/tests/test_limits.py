from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CrlCase


class LimitCase(CrlCase):
    def calls(self, count, start=None):
        """The first calls of so many customers, due on Monday 9 March, 9:00 local."""
        partners = self.env["res.partner"].union(
            *(
                self._new_customer(f"Ristorante {next(self.lines)}")
                for __ in range(count)
            )
        )
        return self.enroll(partners, start).touchpoint_ids.filtered(
            lambda t: t.step_id == self.env.ref("crl_retention.step_m1_call")
        )

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def states(self, touchpoints):
        return touchpoints.sorted("id").mapped("state")


@tagged("post_install", "-at_install")
class TestDailyLimit(LimitCase):
    """How much falls due for one rep on one day, and what waits."""

    def test_the_rest_waits_for_the_next_working_day(self):
        self.company.crl_daily_calls = 2
        calls = self.calls(5)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.states(calls), ["open"] * 2 + ["planned"] * 3)
        waiting = calls.sorted("id")[2:]
        self.assertEqual(
            {str(moment) for moment in waiting.mapped("date_due")},
            {"2026-03-10 08:00:00"},
        )
        for call in waiting:
            self.assertIn("has no room for another call", call.hold_reason)
            self.assertEqual(call.log_ids.mapped("rule"), ["daily_limit"])
        # done or not, the day is full
        calls.sorted("id")[0].with_user(self.rep).action_done("reached", "positive")
        self.run_at("2026-03-09 15:00:00")
        self.assertEqual(self.states(waiting), ["planned"] * 3)
        self.run_at("2026-03-10 09:00:00")
        self.assertEqual(self.states(waiting), ["open", "open", "planned"])
        # the same reason as yesterday is no news
        left = waiting.sorted("id")[2]
        self.assertEqual(str(left.date_due), "2026-03-11 08:00:00")
        self.assertEqual(left.log_ids.mapped("rule"), ["daily_limit"])
        # on the list as today's, not as yesterday's
        self.assertEqual(
            str(waiting.sorted("id")[0].activity_id.date_deadline), "2026-03-10"
        )

    def test_friday_waits_for_monday_and_the_oldest_goes_first(self):
        self.rep.crl_daily_calls = 1
        late = self.calls(1, "2026-02-27")  # the call of Friday 6 March
        first, second = self.calls(2).sorted("id")
        first.date_due = second.date_due = "2026-03-06 07:00:00"
        self.run_at("2026-03-06 09:00:00")
        self.assertEqual(self.states(late + first + second).count("open"), 1)
        self.assertEqual(late.state, "open")
        self.assertEqual(str(first.date_due), "2026-03-09 08:00:00")

    def test_rep_on_leave_is_not_waited_for(self):
        self.rep.crl_daily_calls = 1
        self.rep.write(
            {
                "out_of_office_from": "2026-03-10 00:00:00",
                "out_of_office_to": "2026-03-11 20:00:00",
            }
        )
        calls = self.calls(2).sorted("id")
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(str(calls[1].date_due), "2026-03-12 08:00:00")

    def test_user_s_own_limit_goes_before_the_company_s(self):
        self.company.crl_daily_calls = 1
        self.rep.crl_daily_calls = 3
        calls = self.calls(4)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.states(calls).count("open"), 3)

    def test_other_reps_and_channels_have_days_of_their_own(self):
        self.company.crl_daily_calls = 1
        self.company.crl_daily_visits = 1
        calls = self.calls(2)
        visit = calls[0].copy({"channel": "visit", "dedup_key": "v"})
        calls[0].enrollment_id.action_reassign(self.other_rep.id)
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.states(calls + visit), ["open"] * 3)

    def test_a_case_and_what_is_fixed_do_not_wait(self):
        self.company.crl_daily_calls = self.company.crl_daily_visits = 1
        calls = self.calls(3).sorted("id")
        calls[2].with_user(self.rep).action_reschedule("2026-03-09 08:30:00")
        self.run_at("2026-03-09 09:00:00")
        # it takes a place of the day, and waits for none
        self.assertEqual(self.states(calls), ["planned", "planned", "open"])
        for customer in calls.partner_id:
            self.env["crl.case"].create({"partner_id": customer.id})
        self.run_cron()
        visits = calls.partner_id.crl_case_ids.visit_id
        self.assertEqual(self.states(visits), ["open"] * 3)

    def test_small_batches_and_two_workers_keep_the_limit(self):
        self.company.crl_daily_calls = 3
        calls = self.calls(8).sorted("id")
        self.env["crl.touchpoint"].search(
            [("id", "not in", calls.ids)]
        ).date_due = False
        self.at("2026-03-09 09:00:00")
        # two workers look before either opens anything
        ours, theirs = calls[::2], calls[1::2]
        held = {**ours._rule_daily_limit(), **theirs._rule_daily_limit()}
        self.assertEqual(len(calls) - len(held), 3)
        while self.env["crl.touchpoint"]._open_due(2):
            pass
        self.assertEqual(self.states(calls), ["open"] * 3 + ["planned"] * 5)

    def test_without_limits_nothing_is_asked(self):
        calls = self.calls(5)
        self.at("2026-03-09 09:00:00")
        calls.mapped("user_id.crl_daily_calls")
        calls.mapped("company_id.crl_daily_calls")
        with self.assertQueryCount(0):
            self.assertFalse(calls._rule_daily_limit())

    def test_cost_does_not_grow_with_the_batch(self):
        self.company.crl_daily_calls = 1
        few, many = self.calls(3), self.calls(30)
        self.at("2026-03-09 09:00:00")
        counts = []
        for calls in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            calls._rule_daily_limit()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1])


@tagged("post_install", "-at_install")
class TestFrequency(LimitCase):
    """Nobody is written to too often, whatever procedures and mailings they are in."""

    def setUp(self):
        super().setUp()
        self.side = self.cadence.copy({"is_main": False})
        step = self.env.ref("crl_retention.step_m1_welcome")
        self.side_step = self.side.step_ids.filtered(
            lambda s: s.mail_template_id == step.mail_template_id
        )

    def message(self, partner=None, cadence=None):
        enrollment = self.enroll(partner, cadence=cadence)
        step = (
            self.side_step if cadence else self.env.ref("crl_retention.step_m1_welcome")
        )
        return enrollment.touchpoint_ids.filtered(lambda t: t.step_id == step)

    def mailing(self, moment, status="sent", **values):
        mailing = self.env["mailing.mailing"].create(
            {"name": "News", "subject": "News", "body_html": "<p>News</p>"}
        )
        return self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": self.customer.id,
                "email": self.customer.email_normalized,
                "trace_status": status,
                "sent_datetime": moment,
                **values,
            }
        )

    def test_two_of_one_batch(self):
        first = self.message()
        second = self.message(cadence=self.side)
        self.run_cron()
        self.assertEqual((first.state, second.state), ("open", "planned"))
        # 16 hours later it is night: in the morning
        self.assertEqual(str(second.date_planned), "2026-03-03 08:00:00")
        self.assertEqual(second.date_due, second.date_planned)
        self.assertIn("got an email on", second.hold_reason)
        self.assertEqual(second.log_ids.mapped("rule"), ["frequency"])
        self.run_at("2026-03-02 12:00:00")
        self.assertEqual(len(second.log_ids), 1)
        self.run_at("2026-03-03 08:05:00")
        self.assertEqual(second.state, "open")

    def test_mailings_count(self):
        self.mailing(fields.Datetime.to_datetime("2026-03-02 08:00:00"))
        message = self.message()
        self.run_cron()
        self.assertEqual(str(message.date_due), "2026-03-03 08:00:00")

    def test_what_does_not_count(self):
        moment = fields.Datetime.to_datetime("2026-03-02 08:00:00")
        self.mailing(moment, "cancel")
        self.mailing(moment, "error")
        self.mailing(moment, is_test_trace=True)
        self.mailing(moment, email="somebody@else.example")
        self.mailing(fields.Datetime.to_datetime("2026-03-01 17:59:00"))
        self.mailing(moment, trace_type="sms", email=False, sms_number="+33142685300")
        message = self.message()
        self.run_cron()
        self.assertEqual(message.state, "open")

    def test_sms_of_a_mailing(self):
        self.customer.email = False
        self.mailing(
            fields.Datetime.to_datetime("2026-03-01 17:00:00"),
            trace_type="sms",
            email=False,
            sms_number=self.customer.phone_sanitized,
        )
        message = self.message()
        self.run_cron()
        # 24 hours for an SMS
        self.assertEqual(str(message.date_due), "2026-03-02 17:00:00")

    def test_another_customer_with_the_same_address(self):
        twin = self._new_customer("Twin", email=self.customer.email)
        first = self.message()
        self.run_cron()
        second = self.message(twin, cadence=self.side)
        self.run_cron()
        self.assertEqual((first.state, second.state), ("open", "planned"))

    def test_marketing_messages_a_week(self):
        self.company.write(
            {
                "crl_email_gap_hours": 0,
                "crl_sms_gap_hours": 0,
                "crl_weekly_marketing": 2,
            }
        )
        self.side_step.purpose = "marketing"
        self.mailing(fields.Datetime.to_datetime("2026-02-25 12:00:00"))
        self.mailing(
            fields.Datetime.to_datetime("2026-02-27 12:00:00"),
            trace_type="sms",
            email=False,
            sms_number=self.customer.phone_sanitized,
        )
        service, offer = self.message(), self.message(cadence=self.side)
        self.run_cron()
        self.assertEqual((service.state, offer.state), ("open", "planned"))
        self.assertEqual(str(offer.date_due), "2026-03-04 12:00:00")
        self.assertIn("2 marketing messages", offer.hold_reason)

    def test_postponed_is_not_left_out(self):
        """Even when it takes longer than messages are caught up with."""
        self.company.write({"crl_weekly_marketing": 1})
        self.side_step.purpose = "marketing"
        offer = self.message(cadence=self.side)
        for day in ("02", "09", "16"):
            self.mailing(fields.Datetime.to_datetime(f"2026-03-{day} 09:00:00"))
            self.run_at(f"2026-03-{day} 10:00:00")
            self.assertEqual(offer.state, "planned")
        self.run_at("2026-03-23 10:00:00")
        self.assertEqual(offer.state, "open")

    def test_postponed_is_not_agreed_by_hand(self):
        """It keeps its new day when the procedure is planned again, and goes with its
        step."""
        offer, later = self.message(), self.message(cadence=self.side)
        self.run_cron()
        self.assertEqual(str(later.date_planned), "2026-03-03 08:00:00")
        self.at("2026-03-02 15:00:00")
        later.enrollment_id._replan()
        self.assertEqual(str(later.date_due), "2026-03-03 08:00:00")
        self.assertEqual(later.log_ids.mapped("rule"), ["frequency"])
        # all that is ahead moves by the three days of a pause
        later.enrollment_id.with_user(self.rep).action_pause()
        self.at("2026-03-05 07:00:00")
        later.enrollment_id.with_user(self.rep).action_resume()
        self.assertEqual(str(later.date_due), "2026-03-05 08:00:00")
        self.side_step.active = False
        later.enrollment_id._move_to_version(self.side.version)
        self.assertEqual((offer.state, later.state), ("open", "cancelled"))

    def test_no_limits(self):
        self.company.write({"crl_email_gap_hours": 0, "crl_sms_gap_hours": 0})
        first, second = self.message(), self.message(cadence=self.side)
        self.run_cron()
        self.assertEqual((first + second).mapped("state"), ["open", "open"])

    def test_the_clock_goes_on_while_a_batch_is_judged(self):
        """A second that begins meanwhile is no reason to wait."""
        partners = self.customer + self._new_customer("Trattoria")
        messages = self.message(partners[0]) + self.message(partners[1])
        with freeze_time(self.NOW, auto_tick_seconds=1):
            self.env["crl.touchpoint"]._open_due(10)
        self.assertEqual(messages.mapped("state"), ["open", "open"])
        self.assertEqual(set(messages.log_ids.mapped("decision")), {"opened"})

    def test_one_query_a_batch_served_by_indexes(self):
        partners = self.env["res.partner"].union(
            *(self._new_customer(f"Trattoria {n}") for n in range(20))
        )
        messages = self.enroll(partners).touchpoint_ids.filtered(
            lambda t: t.step_id == self.env.ref("crl_retention.step_m1_welcome")
        )
        messages.medium = "email"
        self.env.flush_all()
        messages._rule_frequency()  # fills the cache
        with self.assertQueryCount(1):
            messages._rule_frequency()
        for table, column in (
            ("mailing_trace", "email"),
            ("mailing_trace", "sms_number"),
            ("res_partner", "email_normalized"),
            ("res_partner", "phone_sanitized"),
        ):
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            plan = self.env.execute_query(
                SQL(
                    "EXPLAIN SELECT id FROM %s WHERE %s = 'x'",
                    SQL.identifier(table),
                    SQL.identifier(column),
                )
            )
            self.assertIn("_crl_", str(plan))
