from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CrlCase

MONDAY = date(2026, 3, 2)


class CrlDryRunCase(CrlCase):
    def dry_run(self, partners=None, user=None, **values):
        """A dry run of the customers, worked out."""
        values.setdefault("cadence_id", self.cadence.id)
        run = (
            self.env["crl.dry.run"]
            .with_user(user or self.rep)
            .create({"partner_ids": partners and partners.ids, **values})
        )
        run.action_run()
        return run

    def customers(self, count, prefix="Trattoria", **values):
        partners = self.env["res.partner"]
        for number in range(count):
            partners += self._new_customer(f"{prefix} {number}", **values)
        return partners

    def weeks(self, run, channel, user=None, name="load"):
        """``{Monday: number}`` of a rep and channel, where there are any."""
        lines = run.line_ids.filtered(
            lambda line: line.channel == channel and line.user_id == (user or self.rep)
        )
        return {line.date_week: line[name] for line in lines if line[name]}

    def reasons(self, run, kind):
        return {
            reason.reason: reason.count
            for reason in run.reason_ids
            if reason.kind == kind
        }


@tagged("post_install", "-at_install")
class TestDryRun(CrlDryRunCase):
    """What would happen if customers entered a procedure."""

    def test_the_weeks_are_those_of_the_real_plan(self):
        partners = self.customers(3)
        run = self.dry_run(partners)
        self.assertEqual((run.accepted_count, run.refused_count), (3, 0))
        self.enroll(partners)
        for channel in ("call", "visit"):
            planned = {}
            for touchpoint in self.env["crl.touchpoint"].search(
                [("partner_id", "in", partners.ids), ("channel", "=", channel)]
            ):
                day = touchpoint.date_planned.date()
                week = date.fromordinal(day.toordinal() - day.weekday())
                planned[week] = planned.get(week, 0) + 1
            self.assertTrue(planned)
            self.assertEqual(self.weeks(run, channel), planned)
            # after it, the same contacts are planned, and nothing is new
            again = self.dry_run(False, self.manager, cadence_id=False)
            self.assertEqual(self.weeks(again, channel, name="planned"), planned)
            self.assertFalse(self.weeks(again, channel, name="added"))

    def test_recurring_contacts_and_the_procedure_after(self):
        """Half a year ahead, the calls of Preservation are seen too."""
        run = self.dry_run(self.customer, horizon_weeks=30)
        ahead = self.weeks(run, "call")
        calls = sum(ahead.values())
        self.enroll()
        planned = self.customer.crl_touchpoint_ids.filtered(
            lambda t: t.channel == "call"
        )
        self.assertGreater(calls, len(planned))
        again = self.dry_run(False, self.manager, cadence_id=False, horizon_weeks=30)
        self.assertEqual(self.weeks(again, "call"), ahead)

    def test_capacity_is_working_days_times_the_limit(self):
        self.rep.crl_daily_calls = 4
        self.company.crl_daily_visits = 2
        calendar = self.company.resource_calendar_id
        resource = self.env["resource.resource"].create(
            {
                "name": "Rep",
                "user_id": self.rep.id,
                "company_id": self.company.id,
                "calendar_id": calendar.id,
                "tz": "Europe/Paris",
            }
        )
        leaves = self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Public holiday",
                    "calendar_id": calendar.id,
                    "date_from": "2026-03-10 00:00:00",
                    "date_to": "2026-03-10 22:59:59",
                },
                {
                    "name": "On leave",
                    "calendar_id": calendar.id,
                    "resource_id": resource.id,
                    "date_from": "2026-03-15 23:00:00",
                    "date_to": "2026-03-20 22:59:59",
                },
            ]
        )
        self.assertTrue(leaves)
        run = self.dry_run(self.customer)
        can_do = self.weeks(run, "call", name="capacity")
        self.assertEqual(can_do[date(2026, 3, 2)], 20)
        self.assertEqual(can_do[date(2026, 3, 9)], 16)
        self.assertNotIn(date(2026, 3, 16), can_do)
        self.assertEqual(self.weeks(run, "visit", name="capacity")[MONDAY], 10)
        self.assertFalse(run.assumption_text)

    def test_what_is_assumed_without_a_limit_is_said(self):
        self.rep.crl_daily_calls = 4
        run = self.dry_run(self.customer, visits=7)
        self.assertEqual(self.weeks(run, "visit", name="capacity")[MONDAY], 35)
        self.assertIn("7 visits", run.assumption_text)
        self.assertNotIn("calls", run.assumption_text)

    def test_the_week_that_breaks(self):
        self.rep.crl_daily_calls = 2
        run = self.dry_run(self.customers(11))
        self.assertTrue(run.is_broken)
        self.assertIn(
            f"In the week of Mar 9 {self.rep.name} has 11 calls and can do 10.",
            run.break_text,
        )
        # both calls of the 11, on a Monday and a Thursday, with three days to wait; and
        # more visits than six on two days
        self.assertIn(
            "28 contacts are too many on their day, on 4 days", run.levelling_text
        )
        self.assertIn("10 still find no day", run.levelling_text)
        self.assertIn("over 2 weeks, 6 customers a week", run.spread_text)
        run.spread_weeks = 2
        run.action_run()
        self.assertFalse(run.is_broken)
        self.assertEqual(run.break_text, "Everybody can do what falls due.")
        self.assertFalse(run.spread_text)

    def test_what_waits_keeps_the_limit(self):
        self.rep.crl_daily_calls = 3
        run = self.dry_run(self.customers(6))
        self.assertFalse(run.is_broken)
        self.assertIn("all of them find a day", run.levelling_text)
        for name in ("load", "levelled"):
            self.assertEqual(sum(self.weeks(run, "call", name=name).values()), 12, name)

    def test_without_new_customers_somebody_has_too_much(self):
        self.rep.crl_daily_calls = 1
        self.enroll(self.customers(6))
        run = self.dry_run(self.customer)
        self.assertIn("Even without new customers", run.spread_text)

    def test_no_spread_is_slow_enough(self):
        self.rep.out_of_office_from = "2026-03-01 00:00:00"
        run = self.dry_run(self.customer)
        self.assertIn("Not even a start spread over 26 weeks", run.spread_text)

    def test_who_stays_out_and_what_is_left_out(self):
        running = self.customers(2, "Running")
        self.enroll(running)
        foreign = self._new_customer("Foreign", user_id=self.other_rep.id)
        mute = self._new_customer("Mute", email=False, phone=False)
        listed = self._new_customer("Listed", phone=False)
        self.env["mail.blacklist"]._add(listed.email)
        partners = running + foreign + mute + listed + self.customer
        run = self.dry_run(partners)
        self.assertEqual((run.accepted_count, run.refused_count), (3, 3))
        out = self.reasons(run, "out")
        self.assertEqual(out["The customer goes through this procedure already."], 2)
        self.assertEqual(sum(out.values()), 3)
        skipped = self.reasons(run, "skip")
        self.assertEqual(skipped["The customer has no valid email address."], 2)
        self.assertEqual(skipped["The address is blacklisted."], 2)
        reason = run.reason_ids.filtered(lambda r: "blacklisted" in r.reason)
        self.assertEqual(reason.examples, "Listed")
        action = reason.action_open_partners()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), listed)
        # the messages that go are those of the one who can be reached
        messages = run.line_ids.filtered(lambda line: line.channel == "message")
        self.assertEqual(sum(messages.mapped("added")), 2)

    def test_calls_the_customer_wants_none_of(self):
        self.customer.crl_set_consent({"call.service": "withdrawn"}, "By phone")
        run = self.dry_run(self.customer)
        [(reason, count)] = [
            (reason, count)
            for reason, count in self.reasons(run, "skip").items()
            if "said no to service calls" in reason
        ]
        self.assertEqual((reason[:12], count), ("The customer", 2))
        calls = run.line_ids.filtered(lambda line: line.channel == "call")
        self.assertEqual(sum(calls.mapped("added")), 0)
        visits = run.line_ids.filtered(lambda line: line.channel == "visit")
        self.assertEqual(sum(visits.mapped("added")), 2)

    def test_conditions_exits_owners_holdouts_and_the_past(self):
        cadence = self.cadence.copy({"exit_domain": "[('ref', '=', 'gone')]"})
        gone = self._new_customer("Gone", ref="gone")
        nobody = self._new_customer("Nobody's", user_id=False)
        self.company.crl_manager_id = False
        calls = cadence.step_ids.filtered(lambda step: step.channel == "call")
        calls.condition = "[('ref', '=', 'call me')]"
        run = self.dry_run(
            gone + nobody + self.customer,
            self.manager,
            cadence_id=cadence.id,
            date_start="2026-02-23",
        )
        skipped = self.reasons(run, "skip")
        self.assertEqual(
            skipped["The customer does not match the step's condition."], 2 * 2
        )
        self.assertEqual(skipped["The customer matches the exit rule."], 6)
        self.assertEqual(skipped["The day is past."], 2)
        self.assertEqual(
            self.reasons(run, "hold"), {"Nobody looks after the customer.": 2}
        )
        cadence.holdout_percent = 100
        run = self.dry_run(self.customer, cadence_id=cadence.id)
        self.assertFalse(run.line_ids.filtered("load"))
        self.assertIn("Held out", run.reason_ids.reason)

    def test_a_text_that_would_wait(self):
        step = self.env.ref("crl_retention.step_m1_welcome")
        step.mail_template_id.subject = "Hello {{ object.partner_id.city }}"
        self.customer.city = False
        run = self.dry_run(self.customer)
        [reason] = self.reasons(run, "hold")
        self.assertIn("City", reason)

    def test_nobody_gets_in(self):
        self.enroll()
        run = self.dry_run(self.customer)
        self.assertEqual(run.break_text, "Nobody gets in.")
        self.assertFalse(run.is_broken)
        self.assertIn("Nothing falls due", run.load_html)

    def test_all_procedures(self):
        """What is planned, and whom procedures would enroll by themselves."""
        self.enroll()
        self.cadence.write(
            {"auto_enroll": True, "enroll_domain": "[('ref', '=', 'auto')]"}
        )
        self.cadence.auto_enroll_from = "2026-01-01 00:00:00"
        # a second one wants them too, and a customer goes through one at a time
        self.cadence.copy(
            {
                "name": "Another",
                "auto_enroll": True,
                "auto_enroll_from": "2026-01-01 00:00:00",
                "enroll_domain": "[('ref', '=', 'auto')]",
            }
        )
        self.customers(2, "Auto", ref="auto")
        self.env.flush_all()
        run = self.dry_run(False, self.manager, cadence_id=False)
        self.assertEqual(run.accepted_count, 2)
        self.assertEqual(sum(self.weeks(run, "call", name="planned").values()), 2)
        self.assertEqual(sum(self.weeks(run, "call", name="added").values()), 4)

    def test_by_the_procedures_filter(self):
        self.customers(2, "Filtered")
        self.cadence.enroll_domain = "[('name', 'ilike', 'Filtered')]"
        action = self.cadence.with_user(self.manager).action_dry_run()
        form = Form(
            self.env["crl.dry.run"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        run = form.save()
        run.action_run()
        self.assertEqual(run.accepted_count, 2)
        action = run.action_enroll()
        wizard = (
            self.env["crl.enroll"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.accepted_count, 2)

    def test_start_in_the_future(self):
        run = self.dry_run(self.customer, date_start="2026-04-08")
        self.assertEqual(min(run.line_ids.mapped("date_week")), date(2026, 4, 6))
        self.assertEqual(min(self.weeks(run, "call")), date(2026, 4, 13))
        # the days of the week that are over before the start do not count
        self.assertEqual(
            self.weeks(run, "call", name="capacity")[date(2026, 4, 6)], 3 * 25
        )

    def test_on_a_sunday(self):
        """What is open on a day off is counted on the next working day."""
        self.enroll()
        self.at("2026-03-09 10:00:00")
        self.run_cron()
        self.at("2026-03-15 10:00:00")
        run = self.dry_run(False, self.manager, cadence_id=False)
        self.assertEqual(min(run.line_ids.mapped("date_week")), date(2026, 3, 16))
        self.assertEqual(self.weeks(run, "call")[date(2026, 3, 16)], 1)
        self.assertFalse(run.is_broken)

    def test_the_table(self):
        self.rep.crl_daily_calls = 2
        self.rep.name = "<b>Luca</b>"
        run = self.dry_run(self.customers(11))
        self.assertIn("&lt;b&gt;Luca", run.load_html)
        self.assertIn("11/10", run.load_html)
        self.assertIn("▲", run.load_html)
        self.assertEqual(run.action_open_lines()["domain"], [("run_id", "=", run.id)])

    def test_wrong_numbers(self):
        for values in (
            {"spread_weeks": 0},
            {"spread_weeks": 27},
            {"horizon_weeks": 0},
            {"horizon_weeks": 99},
            {"calls": 0},
        ):
            with self.assertRaises(ValidationError):
                self.dry_run(self.customer, **values)
        with self.assertRaisesRegex(UserError, "Choose the procedure"):
            self.dry_run(self.customer, cadence_id=False)


@tagged("post_install", "-at_install")
class TestDryRunSafety(CrlDryRunCase):
    """It writes nothing but its own lines, and shows nobody another's customers."""

    def test_it_writes_nothing(self):
        self.enroll()
        partners = self.customers(5)
        self.env["mail.blacklist"]._add(partners[0].email)
        before = self.count_writes()
        self.dry_run(partners, spread_weeks=2)
        self.dry_run(False, self.manager, cadence_id=False)
        self.env.flush_all()
        written = {
            table
            for table, count in self.count_writes().items()
            if count != before.get(table)
        }
        self.assertEqual(
            {table for table in written if not table.startswith("crl_dry_run")}, set()
        )
        self.assertIn("crl_dry_run_line", written)

    def count_writes(self):
        """Rows each table had written in this transaction."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                 FROM pg_stat_xact_user_tables"""
        )
        return dict(self.env.cr.fetchall())

    def test_other_reps_customers_stay_out(self):
        foreign = self._new_customer("Foreign", user_id=self.other_rep.id)
        run = self.dry_run(foreign)
        self.assertEqual((run.accepted_count, run.refused_count), (0, 1))
        self.assertIn("ask them, or your team leader", run.reason_ids.reason)
        self.assertEqual(self.dry_run(foreign, self.manager).accepted_count, 1)
        # their leader may look
        own = self.dry_run(self.customer, self.leader)
        self.assertEqual(own.accepted_count, 1)

    def test_reps_see_their_own_load(self):
        foreign = self._new_customer("Foreign", user_id=self.other_rep.id)
        self.enroll(foreign + self.customer)
        run = self.dry_run(False, cadence_id=False)
        self.assertEqual(run.line_ids.user_id, self.rep)

    def test_a_dry_run_is_its_makers(self):
        run = self.dry_run(self.customer)
        for records in (run, run.line_ids, run.reason_ids):
            self.assertFalse(
                records.with_user(self.other_rep).search([("id", "in", records.ids)])
            )
        direction = self._new_user("direction", "direction")
        with self.assertRaises(AccessError):
            self.env["crl.dry.run"].with_user(direction).create({})


@tagged("post_install", "-at_install")
class TestSpread(CrlDryRunCase):
    """The enroll dialog starts customers week by week."""

    def test_each_reps_customers_are_dealt_out(self):
        partners = self.customers(5) + self.customers(
            3, "Other", user_id=self.other_rep.id
        )
        wizard = (
            self.env["crl.enroll"]
            .with_user(self.manager)
            .create({"partner_ids": partners.ids, "spread_weeks": 2})
        )
        wizard.action_enroll()
        starts = {}
        for enrollment in partners.crl_enrollment_ids:
            key = enrollment.user_id, str(enrollment.date_start)
            starts[key] = starts.get(key, 0) + 1
        self.assertEqual(sum(starts.values()), 8)
        self.assertEqual({day for __, day in starts}, {"2026-03-02", "2026-03-09"})
        for rep in (self.rep, self.other_rep):
            counts = [starts[rep, "2026-03-02"], starts[rep, "2026-03-09"]]
            self.assertLessEqual(abs(counts[0] - counts[1]), 1)

    def test_more_weeks_than_customers(self):
        wizard = (
            self.env["crl.enroll"]
            .with_user(self.rep)
            .create({"partner_ids": self.customer.ids, "spread_weeks": 9})
        )
        wizard.action_enroll()
        self.assertEqual(str(self.customer.crl_enrollment_ids.date_start), "2026-03-02")
