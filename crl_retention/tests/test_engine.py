from unittest.mock import patch

import psycopg2

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import crl_engine
from .common import CrlCase

ENGINE_LOG = "odoo.addons.crl_retention.models.crl_engine"


@tagged("post_install", "-at_install")
class TestEngine(CrlCase):
    """What a run makes of jobs that meet others, raise, or need more time."""

    def setUp(self):
        super().setUp()
        self.heartbeat = self.env["crl.heartbeat"].search([])

    def enroll_many(self, count):
        partners = self.env["res.partner"].union(
            *(
                self._new_customer(f"Trattoria {next(self.lines)}")
                for __ in range(count)
            )
        )
        step = self.env.ref("crl_retention.step_m1_call")
        calls = self.enroll(partners).touchpoint_ids.filtered(
            lambda t: t.step_id == step
        )
        calls.date_due = self.NOW
        return calls

    def welcomes(self, calls):
        step = self.env.ref("crl_retention.step_m1_welcome")
        return calls.enrollment_id.touchpoint_ids.filtered(lambda t: t.step_id == step)

    def run_with(self, model, method, work):
        """One run in which ``work(job, records, limit)`` stands for a job."""
        model = type(self.env[model])
        job = getattr(model, method)
        with patch.object(
            model, method, lambda records, limit: work(job, records, limit)
        ):
            self.run_cron()

    def count_triggers(self, name):
        cron = self.env.ref(f"crl_retention.{name}")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    # ---- Others write the same rows ----

    def meet(self, error, times):
        """Let the opening of contacts meet another worker when its work is done."""
        asked = []

        def meets(job, records, limit):
            asked.append(limit)
            handled = job(records, limit)
            if len(asked) <= times:
                raise error("Another worker wrote the same row")
            return handled

        self.run_with("crl.touchpoint", "_open_due", meets)
        return len(asked)

    def test_a_batch_that_met_another_worker_is_seen_anew(self):
        for error in (
            psycopg2.errors.SerializationFailure,
            psycopg2.errors.DeadlockDetected,
            ConcurrencyError,
        ):
            with self.subTest(error=error):
                calls, told = self.enroll_many(2), []
                model = type(calls)
                with patch.object(
                    model, "_tell_news", lambda _self, n, told=told: told.append(n)
                ):
                    self.assertEqual(self.meet(error, times=4), 5)
                contacts = calls + self.welcomes(calls)
                self.assertEqual(set(contacts.mapped("state")), {"open"})
                self.assertEqual(len(calls.partner_id.activity_ids), 2)
                self.assertEqual(told, [{self.rep.id: 2}])
                self.assertFalse(self.heartbeat.failed_jobs)

    def test_a_batch_that_always_meets_others_is_left_to_the_next_run(self):
        calls = self.enroll_many(1)
        error = psycopg2.errors.SerializationFailure
        with patch.object(
            type(self.env["crl.engine"]),
            "_get_jobs",
            lambda _self: [("crl.touchpoint", "_open_due")],
        ):
            self.assertEqual(self.meet(error, times=99), 5)
        self.assertEqual(set(calls.mapped("state")), {"planned"})
        # nothing is broken, nothing is done
        self.assertFalse(self.heartbeat.failed_jobs)
        self.assertFalse(self.heartbeat.date_progress)
        self.run_cron()
        self.assertEqual(set(calls.mapped("state")), {"open"})

    # ---- Jobs that raise ----

    def test_a_job_that_raises_leaves_nothing_half_done(self):
        def breaks_down(job, records, limit):
            self.customer.with_env(records.env).name = "Half done"
            records.env.flush_all()
            raise ValueError("No")

        with self.assertLogs(ENGINE_LOG, "ERROR") as logs:
            self.run_with("crl.case", "_remind_due", breaks_down)
        self.assertIn("ValueError: No", logs.output[0])
        self.assertEqual(self.customer.name, "Bella Napoli")
        self.assertEqual(self.heartbeat.failed_jobs, "crl.case._remind_due")

    @mute_logger(ENGINE_LOG, "odoo.sql_db")
    def test_what_the_database_refuses_is_the_failure_of_that_job(self):
        def writes(job, records, limit):
            self.company.with_env(records.env).crl_catch_up_days = 0
            return 1

        calls = self.enroll_many(1)
        self.run_with("crl.touchpoint", "_read_fates", writes)
        self.assertEqual(self.heartbeat.failed_jobs, "crl.touchpoint._read_fates")
        self.assertEqual(set(calls.mapped("state")), {"open"})

    def test_a_pulse_that_is_given_up_undoes_nothing(self):
        """Another run writes the pulse at the same moment: theirs will do."""
        calls = self.enroll_many(1)
        model = type(self.heartbeat)
        beat = model._beat

        def gives_up(heartbeat, **values):
            heartbeat.env.cr.rollback()
            return beat(heartbeat, **values)

        with patch.object(model, "_beat", gives_up):
            self.run_cron()
        self.assertEqual(calls.state, "open")
        told = self.env["bus.bus"].search([("message", "like", "New contacts to do")])
        self.assertEqual(len(told), 1)

    # ---- More work than time ----

    def test_a_run_that_begins_small_does_not_stay_small(self):
        """After runs that were killed; jobs without work are asked once."""
        calls, asked = self.enroll_many(4), []

        def open_due(job, records, limit):
            asked.append(limit)
            return job(records, limit)

        with (
            patch.object(crl_engine, "BATCH", 4),
            patch.object(
                type(self.env["crl.engine"]), "_get_batch_size", lambda _self: 1
            ),
            patch.object(
                type(self.env["crl.case"]), "_remind_due", return_value=0
            ) as idle,
        ):
            self.run_with("crl.touchpoint", "_open_due", open_due)
        # four calls and four welcomes
        self.assertEqual(asked, [1, 2, 4, 4])
        self.assertEqual(set(calls.mapped("state")), {"open"})
        idle.assert_called_once_with(1)

    def test_a_run_whose_time_is_over_calls_the_next(self):
        calls = self.enroll_many(3)
        cron = type(self.env["ir.cron"])
        commit = cron._commit_progress

        def no_time_left(records, *args, **kwargs):
            commit(records, *args, **kwargs)
            return 0

        for name in ("ir_cron_run", "ir_cron_help"):
            with (
                patch.object(crl_engine, "BATCH", 2),
                patch.object(cron, "_commit_progress", no_time_left),
                self.enter_registry_test_mode(),
            ):
                self.env.ref(f"crl_retention.{name}").method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(self.count_triggers(name), 1, name)
        # a batch each, and every job had its turn
        contacts = calls + self.welcomes(calls)
        self.assertEqual(contacts.mapped("state").count("open"), 4)
