from collections import Counter
from datetime import timedelta
from random import Random

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..wizard import crl_cadence_move
from .common import CrlCase


@tagged("post_install", "-at_install")
class TestVersion(CrlCase):
    """A procedure is changed while customers go through it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("crl_retention.step_m1_call")
        cls.visit = cls.env.ref("crl_retention.step_m1_visit")
        cls.welcome = cls.env.ref("crl_retention.step_m1_welcome")
        cls.second = cls._new_customer("Da Mario")
        cls.steps = cls.env["crl.cadence.step"].with_user(cls.manager)

    def setUp(self):
        super().setUp()
        self.procedure = self.cadence.with_user(self.manager)

    def edit(self, step, **values):
        step.with_user(self.manager).write(values)

    def plan(self, enrollment):
        """What is planned: ``{(live step, occurrence): moment}``."""
        return {
            (t.step_id, t.occurrence): t.date_planned
            for t in enrollment.touchpoint_ids
            if t.is_live
        }

    # ---- Before anybody is on the way ----

    def test_nothing_is_kept_while_nobody_runs(self):
        self.edit(self.call, delay_count=3)
        self.call.stage_id.with_user(self.manager).duration_months = 2
        self.assertEqual(self.cadence.version, 1)
        self.assertFalse(self.cadence.version_ids)

    def test_customers_who_are_through_keep_nothing(self):
        self.enroll().action_exit()
        self.edit(self.call, delay_count=3)
        self.assertEqual(self.cadence.version, 1)

    def test_many_edits_are_one_version(self):
        self.enroll()
        for days in (3, 4, 5):
            self.edit(self.call, delay_count=days)
        self.edit(self.visit, min_gap_days=1)
        self.assertEqual(self.cadence.version, 2)
        self.assertEqual(self.cadence.version_ids.mapped("number"), [1])
        self.enroll(self.second)
        self.edit(self.call, delay_count=6)
        self.assertEqual(self.cadence.version, 3)
        self.assertEqual(sorted(self.cadence.version_ids.mapped("number")), [1, 2])

    def test_what_changes_nothing_makes_no_version(self):
        self.enroll()
        self.edit(
            self.call,
            name="Hello call",
            delay_count=self.call.delay_count,
            hour_from=9,
            stage_id=self.call.stage_id.id,
        )
        self.call.stage_id.with_user(self.manager).name = "Month one"
        self.procedure.write({"exit_domain": "[('id', '=', 0)]", "max_restarts": 1})
        self.assertEqual(self.cadence.version, 1)

    # ---- Who is on the way stays on theirs ----

    def test_every_kind_of_change_is_a_version_and_moves_nobody(self):
        template = self.env.ref("crl_retention.mail_template_month2")
        letter = self.env["mail.activity.type"].search([], limit=1)
        month = self.env.ref("crl_retention.stage_month_1")
        calendar = self.env["resource.calendar"].create(
            {"name": "Sundays", "attendance_ids": [Command.clear()]}
        )
        changes = [
            (self.call, {"delay_count": 3}),
            (self.call, {"delay_unit": "days"}),
            (self.call, {"delay_from": "stage", "delay_count": 9}),
            (self.visit, {"min_gap_days": 20}),
            (self.call, {"roll": "none"}),
            (self.welcome, {"hour_from": 15, "hour_to": 16}),
            (self.welcome, {"cycle_scope": "every"}),
            (self.call, {"condition": "[('id', '=', 0)]"}),
            (self.welcome, {"mail_template_id": template.id}),
            (self.call, {"activity_type_id": letter.id}),
            (self.call, {"script": "<p>Sell, sell, sell</p>"}),
            (self.call, {"ask_feedback": False}),
            (self.call, {"owner_rule": "team_leader"}),
            (self.call, {"channel": "visit"}),
            (self.welcome, {"purpose": "marketing"}),
            (self.call, {"retry_max": 0}),
            (self.call, {"retry_days": 9}),
            (self.call, {"tolerance_days": 0}),
            (self.call, {"sequence": 99}),
            (self.call, {"stage_id": self.env.ref("crl_retention.stage_month_3").id}),
            (self.call, {"active": False}),
            (month, {"duration_months": 4}),
            (month, {"sequence": 99}),
            (self.cadence, {"calendar_id": calendar.id}),
        ]
        enrollment = self.enroll()
        before = self.plan(enrollment)
        kept = {
            touchpoint: touchpoint._get_step().read()[0]
            for touchpoint in enrollment.touchpoint_ids
        }
        stages = enrollment._get_stage_starts()
        volatile = {"id", "version_id", "origin_id", "active", "display_name"}
        volatile |= {"create_date", "create_uid", "write_date", "write_uid"}
        # since when the texts of the present version are counted
        volatile |= {"variant_since", "variant_version"}
        for number, (record, values) in enumerate(changes, start=1):
            with self.subTest(**values):
                record.with_user(self.manager).write(values)
                self.env.invalidate_all()
                self.assertEqual(self.cadence.version, number + 1)
                enrollment._replan()
                enrollment._set_stage()
                self.assertEqual(self.plan(enrollment), before)
                self.assertEqual(enrollment._get_stage_starts(), stages)
                for touchpoint, values in kept.items():
                    step = touchpoint._get_step()
                    self.assertNotEqual(step, touchpoint.step_id)
                    now = step.read()[0]
                    for field in values.keys() - volatile:
                        self.assertEqual(now[field], values[field], field)
                # the next customer is on the new one, so the next change counts
                self.enroll(self._new_customer(f"Trattoria {number}"))

    def test_new_customers_get_the_new_version(self):
        first = self.enroll()
        self.edit(self.call, delay_count=3, delay_unit="days")
        new = self.enroll(self.second)
        self.assertEqual((first.version, new.version), (1, 2))
        self.assertEqual(
            str(self.touchpoint(first, "step_m1_call").date_planned.date()),
            "2026-03-09",
        )
        self.assertEqual(
            str(self.touchpoint(new, "step_m1_call").date_planned.date()), "2026-03-05"
        )
        self.assertEqual(
            self.touchpoint(first, "step_m1_call").step_id,
            self.touchpoint(new, "step_m1_call").step_id,
        )

    def test_a_restart_opens_on_the_present_version(self):
        enrollment = self.enroll()
        self.edit(self.call, delay_count=3, delay_unit="days")
        enrollment.with_user(self.manager).action_restart()
        self.assertEqual(enrollment.version, 2)
        self.assertEqual(
            str(self.touchpoint(enrollment, "step_m1_call").date_planned.date()),
            "2026-03-05",
        )

    def test_steps_added_archived_and_deleted_do_not_reach_who_is_on_the_way(self):
        enrollment = self.enroll()
        added = self.steps.create(
            {
                "cadence_id": self.cadence.id,
                "name": "Extra call",
                "stage_id": self.call.stage_id.id,
                "channel": "call",
                "delay_count": 4,
            }
        )
        self.edit(self.call, active=False)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.assertEqual(call.state, "open")
        self.assertNotIn(added, enrollment.touchpoint_ids.step_id)
        new = self.enroll(self.second)
        self.assertIn(added, new.touchpoint_ids.step_id)
        self.assertNotIn(self.call, new.touchpoint_ids.step_id)
        with self.assertRaisesRegex(UserError, "archive"):
            self.call.with_user(self.manager).unlink()

    def test_a_step_of_the_running_version_is_not_deleted(self):
        self.enroll()
        restart = self.env.ref("crl_retention.step_restart_message")
        with self.assertRaisesRegex(UserError, "archive"), self.cr.savepoint():
            restart.with_user(self.manager).unlink()
        self.assertEqual(self.cadence.version, 1)

    def test_the_rep_reads_the_script_of_their_customers_version(self):
        enrollment = self.enroll()
        self.edit(self.call, script="<p>Sell, sell, sell</p>", retry_days=5)
        new = self.enroll(self.second)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        old_call = self.touchpoint(enrollment, "step_m1_call")
        new_call = self.touchpoint(new, "step_m1_call")
        self.assertIn("first week", old_call.with_user(self.rep).script)
        self.assertIn("first week", old_call.activity_id.note)
        self.assertIn("Sell, sell", new_call.with_user(self.rep).script)
        (old_call + new_call).with_user(self.rep).action_done("no_answer")
        self.assertEqual(
            [str(t.date_planned.date()) for t in old_call + new_call],
            ["2026-03-11", "2026-03-16"],
        )

    def test_a_translation_of_the_script_is_a_change(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.enroll()
        self.call.with_user(self.manager).update_field_translations(
            "script", {"fr_FR": {"Agree on a day for the visit next week.": "Vendez"}}
        )
        self.assertEqual(self.cadence.version, 2)
        kept = self.cadence.version_ids.step_ids.filtered(
            lambda step: step.origin_id == self.call
        )
        self.assertNotIn("Vendez", kept.with_context(lang="fr_FR").script)

    def test_templates_and_conditions_of_the_own_version(self):
        enrollment = self.enroll()
        month2 = self.env.ref("crl_retention.mail_template_month2")
        self.edit(self.welcome, mail_template_id=month2.id, condition="[('id','=',0)]")
        new = self.enroll(self.second)
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertEqual(welcome.state, "open")
        self.assertIn("Thank you for choosing", welcome.mail_message_id.subject)
        self.assertEqual(self.touchpoint(new, "step_m1_welcome").state, "skipped")

    def test_recurring_steps_go_on_as_they_were(self):
        cadence = self.env.ref("crl_retention.cadence_preservation")
        step = self.env.ref("crl_retention.step_p_call")
        enrollment = self.enroll(cadence=cadence)
        self.edit(step, repeat_months=0)
        call = self.touchpoint(enrollment, "step_p_call")
        call.action_done("reached", "positive")
        self.assertEqual(
            sorted(self.touchpoint(enrollment, "step_p_call").mapped("occurrence")),
            [1, 2],
        )

    # ---- Copies are out of sight and out of reach ----

    def test_copies_are_seen_nowhere_and_changed_by_nobody(self):
        before = self.cadence.step_ids
        self.enroll()
        self.edit(self.call, delay_count=3)
        copies = self.cadence.version_ids.step_ids
        self.assertEqual(copies.origin_id, before)
        self.assertFalse(any(copies.mapped("active")))
        for context in ({}, {"active_test": False}):
            with self.subTest(context=context):
                cadence = self.cadence.with_context(**context)
                cadence.invalidate_recordset()
                self.assertEqual(cadence.step_ids, before)
        self.assertFalse(self.steps.search([]) & copies)
        self.assertEqual(len(self.cadence.copy().step_ids), len(before))
        with self.assertRaisesRegex(UserError, "former version"):
            copies[0].with_user(self.manager).name = "History"
        with self.assertRaisesRegex(UserError, "former version"):
            copies[0].with_user(self.manager).update_field_translations(
                "name", {"en_US": "History"}
            )
        with self.assertRaisesRegex(UserError, "former version"):
            copies[0].with_user(self.manager).unlink()
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                self.cadence.version_ids.with_user(user).write({"number": 7})
            with self.assertRaises(AccessError):
                self.cadence.version_ids.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestMove(CrlCase):
    """Customers on their way come to the present version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("crl_retention.step_m1_call")
        cls.visit = cls.env.ref("crl_retention.step_m1_visit")
        cls.second_call = cls.env.ref("crl_retention.step_m2_call")
        cls.message = cls.env.ref("crl_retention.step_m2_message")

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()

    def edit(self, step, **values):
        step.with_user(self.manager).write(values)

    def wizard(self, **values):
        return (
            self.env["crl.cadence.move"]
            .with_user(self.manager)
            .create({"cadence_id": self.cadence.id, **values})
        )

    def planned_days(self, enrollment=None):
        return {
            t.step_id: str(t.date_planned.date())
            for t in (enrollment or self.enrollment).touchpoint_ids
            if t.is_live
        }

    def assertOnce(self, enrollments):
        """No contact is there twice, and a fresh plan would change nothing."""
        contacts = enrollments.touchpoint_ids
        keys = [(t.enrollment_id, t.cycle, t.step_id, t.occurrence) for t in contacts]
        self.assertEqual(len(keys), len(set(keys)))
        before = {t: t.date_planned for t in contacts if t.state == "planned"}
        enrollments._replan()
        self.assertEqual({t: t.date_planned for t in before}, before)
        for enrollment in enrollments:
            live = enrollment.touchpoint_ids.filtered("is_live").mapped("step_id")
            self.assertEqual(
                len(live), len(enrollment.touchpoint_ids.filtered("is_live"))
            )

    def test_move_brings_days_steps_and_words(self):
        self.edit(self.second_call, delay_count=20, script="<p>New words</p>")
        self.edit(self.visit, active=False)
        extra = self.call.copy(
            {"name": "Extra", "delay_count": 4, "stage_id": self.message.stage_id.id}
        )
        self.assertEqual(self.enrollment.version, 1)
        wizard = self.wizard()
        self.assertEqual(wizard.customer_count, 1)
        lines = {line.step_id: line for line in wizard.line_ids}
        self.assertEqual(lines[self.second_call].verb, "moves")
        self.assertEqual(str(lines[self.second_call].day_before), "2026-04-16")
        self.assertEqual(str(lines[self.second_call].day_after), "2026-04-22")
        self.assertEqual(lines[self.visit].verb, "drops")
        self.assertEqual(lines[extra].verb, "new")
        self.assertEqual(lines[self.call].verb, "stays")
        wizard.action_move()
        self.assertEqual(self.enrollment.version, self.cadence.version)
        days = self.planned_days()
        self.assertEqual(days[self.second_call], "2026-04-22")
        self.assertNotIn(self.visit, days)
        for step, line in lines.items():
            if line.day_after:
                self.assertEqual(days[step], str(line.day_after))
        call = self.touchpoint(self.enrollment, "step_m2_call")
        self.assertIn("New words", call.with_user(self.rep).script)
        self.assertOnce(self.enrollment)
        log = self.enrollment.log_ids.filtered(lambda entry: entry.rule == "version")
        self.assertIn("version 1", log.note)
        for touchpoint, decision in (
            (call, "moved"),
            (self.touchpoint(self.enrollment, "step_m1_visit"), "cancelled"),
            (self.enrollment.touchpoint_ids.filtered(lambda t: t.step_id == extra),)
            + ("planned",),
        ):
            entry = touchpoint.log_ids.filtered(lambda e: e.rule == "version")
            self.assertEqual(entry.decision, decision)

    def test_nothing_that_is_done_comes_again(self):
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "positive", "Fine")
        self.edit(self.call, delay_count=5, script="<p>Again?</p>")
        closed = self.enrollment.touchpoint_ids.filtered(lambda t: not t.is_live)
        stored = [name for name, field in closed._fields.items() if field.store]
        before = closed.read(stored)
        self.wizard().action_move()
        self.assertEqual(closed.read(stored), before)
        self.assertOnce(self.enrollment)
        self.wizard_finds_nobody()

    def wizard_finds_nobody(self):
        wizard = self.wizard()
        self.assertEqual((wizard.customer_count, wizard.line_ids.ids), (0, []))
        with self.assertRaisesRegex(UserError, "Nobody"):
            wizard.action_move()

    def test_new_steps_that_are_past_are_not_caught_up(self):
        self.at("2026-03-20 09:00:00")
        late = self.call.with_user(self.manager).copy({"name": "Late"})
        self.assertEqual(self.wizard().line_ids[0].verb, "late")
        self.wizard().action_move()
        touchpoint = self.enrollment.touchpoint_ids.filtered(
            lambda t: t.step_id == late
        )
        self.assertEqual(touchpoint.state, "skipped")
        self.assertIn("not caught up", touchpoint.log_ids.note)
        self.assertOnce(self.enrollment)

    def test_what_is_to_do_stays_with_the_rep(self):
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.touchpoint(self.enrollment, "step_m1_call")
        self.edit(self.call, active=False)
        self.wizard().action_move()
        self.assertEqual(call.state, "open")
        self.assertTrue(call.activity_id)
        call.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(call.state, "done")

    def test_what_was_agreed_by_hand_keeps_its_day(self):
        call = self.touchpoint(self.enrollment, "step_m1_call")
        call.with_user(self.rep).action_reschedule("2026-03-12 09:00:00")
        self.edit(self.call, delay_count=3, channel="visit")
        self.wizard().action_move()
        self.assertEqual(str(call.date_planned), "2026-03-12 09:00:00")
        self.assertEqual(call.channel, "visit")
        self.edit(self.call, active=False)
        self.enrollment.version = 0  # as if on an older version still
        self.enrollment._move_to_version(self.cadence.version)
        self.assertEqual(call.state, "planned")
        self.enrollment.action_pause()
        self.at("2026-03-04 10:00:00")
        self.enrollment.action_resume()
        self.assertEqual(str(call.date_due), "2026-03-14 09:00:00")

    def test_contacts_whose_new_day_is_long_past_are_left_out(self):
        self.at("2026-04-06 09:00:00")
        self.run_cron()
        self.edit(self.second_call, delay_count=0, delay_from="enrollment")
        self.wizard().action_move()
        self.assertEqual(
            self.touchpoint(self.enrollment, "step_m2_call").state, "skipped"
        )
        self.assertOnce(self.enrollment)

    def test_what_waits_is_not_left_out(self):
        self.customer.user_id = False
        self.company.crl_manager_id = False
        self.enrollment.touchpoint_ids.user_id = False
        call = self.touchpoint(self.enrollment, "step_m1_call")
        self.at("2026-03-09 10:00:00")
        self.run_cron()
        self.assertIn("Nobody looks after", call.hold_reason)
        self.edit(self.call, hour_from=8)
        self.at("2026-03-16 10:00:00")
        self.wizard().action_move()
        self.assertEqual(call.state, "planned")

    def test_a_paused_customer_is_moved_and_goes_on_later(self):
        self.enrollment.action_pause()
        self.edit(self.second_call, delay_count=20)
        self.at("2026-03-05 10:00:00")
        self.wizard().action_move()
        call = self.touchpoint(self.enrollment, "step_m2_call")
        self.assertEqual(self.enrollment.state, "paused")
        self.assertFalse(any(self.enrollment.touchpoint_ids.mapped("date_due")))
        self.at("2026-03-12 10:00:00")
        self.enrollment.action_resume()
        self.assertEqual(str(call.date_planned.date()), "2026-05-04")
        self.assertOnce(self.enrollment)

    def test_held_out_customers_get_the_number_and_no_contacts(self):
        self.cadence.holdout_percent = 100
        held = self.enroll(self._new_customer("Held out"))
        self.edit(self.call, delay_count=5)
        self.wizard().action_move()
        self.assertEqual(held.version, self.cadence.version)
        self.assertFalse(held.touchpoint_ids)

    def test_a_step_that_comes_back_comes_back(self):
        self.edit(self.visit, active=False)
        self.wizard().action_move()
        self.edit(self.visit, active=True)
        self.wizard().action_move()
        visits = self.touchpoint(self.enrollment, "step_m1_visit").sorted("id")
        self.assertEqual(visits.mapped("state"), ["cancelled", "planned"])
        self.assertEqual(str(visits[1].date_planned.date()), "2026-03-16")
        self.assertOnce(self.enrollment)

    def test_recurring_steps_change_their_period(self):
        cadence = self.env.ref("crl_retention.cadence_preservation")
        step = self.env.ref("crl_retention.step_p_call")
        enrollment = self.enroll(self._new_customer("Chez Paul"), cadence=cadence)
        call = enrollment.touchpoint_ids.filtered(lambda t: t.step_id == step)
        call.action_done("reached", "positive")
        self.edit(step, repeat_months=1)
        self.wizard(cadence_id=cadence.id).action_move()
        calls = enrollment.touchpoint_ids.filtered(lambda t: t.step_id == step)
        self.assertEqual(sorted(calls.mapped("occurrence")), [1, 2])
        self.assertOnce(enrollment)
        self.edit(step, repeat_months=0)
        self.wizard(cadence_id=cadence.id).action_move()
        self.assertFalse(any(calls.mapped("is_live")))

    def test_only_the_chosen_are_moved(self):
        other = self.enroll(self._new_customer("Da Mario"))
        self.edit(self.call, delay_count=5)
        wizard = self.wizard(scope="chosen", enrollment_ids=other.ids)
        self.assertEqual(wizard.line_ids.partner_id, other.partner_id)
        wizard.action_move()
        self.assertEqual((self.enrollment.version, other.version), (1, 2))

    def test_many_customers_are_left_to_the_engine(self):
        other = self.enroll(self._new_customer("Da Mario"))
        self.edit(self.second_call, delay_count=20)
        self.patch(crl_cadence_move, "MAX_NOW", 1)
        wizard = self.wizard()
        self.assertTrue(wizard.is_big)
        wizard.action_move()
        both = self.enrollment + other
        self.assertEqual(both.mapped("version"), [1, 1])
        self.wizard_finds_nobody()
        # an edit in between is a version of its own: they get what was shown
        self.edit(self.second_call, delay_count=25)
        self.assertEqual(self.cadence.version, 3)
        self.run_cron()
        self.assertEqual(both.mapped("version"), [2, 2])
        self.assertEqual(both.mapped("version_target"), [0, 0])
        for enrollment in both:
            self.assertEqual(
                self.planned_days(enrollment)[self.second_call], "2026-04-22"
            )
        self.run_cron()
        self.assertOnce(both)

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_one_who_cannot_be_moved_does_not_stop_the_others(self):
        other = self.enroll(self._new_customer("Da Mario"))
        self.edit(self.second_call, delay_count=20)
        both = self.enrollment + other
        both.version_target = 2
        both.flush_recordset()
        broken = self.enrollment
        origin = type(both)._move_to_version

        def move(records, number):
            if broken in records:
                raise ValueError("Broken")
            return origin(records, number)

        self.patch(type(both), "_move_to_version", move)
        self.assertEqual(self.env["crl.enrollment"]._move_marked(100), 2)
        self.assertEqual((broken.version, other.version), (1, 2))
        self.assertEqual(both.mapped("version_target"), [0, 0])
        self.assertEqual(broken.log_ids[0].decision, "failed")

    def test_nobody_but_the_manager_moves(self):
        self.edit(self.call, delay_count=5)
        wizard = self.wizard()
        for role in ("user", "all", "portfolio", "direction", "marketing"):
            user = self._new_user(f"move_{role}", role)
            with self.assertRaises(AccessError):
                self.env["crl.cadence.move"].with_user(user).create(
                    {"cadence_id": self.cadence.id}
                )
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_move()
            with self.assertRaises(UserError):
                self.enrollment.with_user(user).write({"version": 2})
        self.assertEqual(self.enrollment.version, 1)

    def test_the_form_says_who_is_where(self):
        self.edit(self.call, delay_count=5)
        self.enroll(self._new_customer("Da Mario"))
        self.enroll(self._new_customer("Da Luigi"))
        cadence = self.cadence.with_user(self.manager)
        self.assertEqual(
            cadence.version_text,
            "1 customer goes on with version 1. 2 customers go on with version 2.",
        )
        self.assertEqual((cadence.running_count, cadence.older_count), (3, 1))
        self.assertEqual(cadence.version_ids.running_count, 1)

    def test_any_edits_and_any_moves(self):
        """After whatever was changed and moved, nothing is twice, nothing that was
        done has changed, and the days are those of a fresh plan."""
        random = Random(105)
        customers = [self._new_customer(f"Random {number}") for number in range(6)]
        enrollments = self.enrollment
        for number, customer in enumerate(customers):
            enrollments += self.enroll(customer, f"2026-0{1 + number % 2}-{3 + number}")
        day = fields.Datetime.to_datetime(self.NOW)
        for __ in range(6):
            day += timedelta(days=random.randint(1, 9))
            self.at(day)
            self.run_cron()
            for touchpoint in enrollments.touchpoint_ids.filtered(
                lambda t: t.state == "open" and t.activity_id
            ):
                if random.random() < 0.6:
                    touchpoint.action_done("reached", "positive")
            for step in self.cadence.with_context(active_test=False).step_ids:
                if random.random() < 0.4:
                    step.write(
                        random.choice(
                            [
                                {"delay_count": random.randint(0, 20)},
                                {"active": not step.active},
                                {"sequence": random.randint(1, 50)},
                                {"roll": random.choice(["none", "backward"])},
                                {"min_gap_days": random.randint(0, 9)},
                                {"hour_from": random.randint(6, 10)},
                            ]
                        )
                    )
            live = enrollments.filtered("is_live")
            closed = live.touchpoint_ids.filtered(lambda t: not t.is_live)
            before = closed.read(["state", "date_planned", "date_done", "occurrence"])
            wizard = self.wizard()
            shown = Counter(wizard.summary)
            moves = live._compare_version(self.cadence.version)
            self.assertEqual(Counter(move.verb for move in moves), shown)
            if wizard.customer_count:
                wizard.action_move()
            self.assertEqual(
                closed.read(["state", "date_planned", "date_done", "occurrence"]),
                before,
            )
            self.assertFalse(
                [
                    move
                    for move in enrollments.filtered("is_live")._compare_version(
                        self.cadence.version
                    )
                    if move.verb not in ("stays", "past")
                ]
            )
            self.assertOnce(enrollments.filtered("is_live"))
