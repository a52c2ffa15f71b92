from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

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
