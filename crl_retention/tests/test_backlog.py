from unittest.mock import Mock, patch

import psycopg2

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import crl_engine
from .common import CrlCase


@tagged("post_install", "-at_install")
class TestBacklog(CrlCase):
    """What a run does when there is more to do than one batch."""

    def setUp(self):
        super().setUp()
        self.customers = self.customer
        for number in range(5):
            self.customers += self._new_customer(f"Trattoria {number}")
        self.enroll(self.customers)
        self.help = self.env.ref("crl_retention.ir_cron_help")

    def get_welcomes(self):
        return self.env["crl.touchpoint"].search(
            [
                ("partner_id", "in", self.customers.ids),
                ("step_id", "=", self.env.ref("crl_retention.step_m1_welcome").id),
            ]
        )

    def count_calls(self):
        return self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.help.id)]
        )

    def test_one_batch_needs_no_help(self):
        self.run_cron()
        self.assertEqual(set(self.get_welcomes().mapped("state")), {"open"})
        self.assertEqual(self.count_calls(), 0)

    def test_calls_for_help_with_more_than_one_batch(self):
        with patch.object(crl_engine, "BATCH", 2):
            self.run_cron()
        self.assertEqual(set(self.get_welcomes().mapped("state")), {"open"})
        self.assertEqual(self.count_calls(), 1)

    def test_helper_works_off_what_is_due(self):
        with patch.object(crl_engine, "BATCH", 2), self.enter_registry_test_mode():
            self.assertIs(self.help.method_direct_trigger(), True)
        self.env.invalidate_all()
        self.assertEqual(set(self.get_welcomes().mapped("state")), {"open"})
        self.assertEqual(len(self.get_welcomes().mail_message_id), 6)

    def test_helper_does_only_what_is_claimed(self):
        shared = self.env["crl.engine"]._get_shared_jobs()
        self.assertLess(set(shared), set(self.env["crl.engine"]._get_jobs()))
        self.assertNotIn(("crl.enrollment", "_enroll_automatically"), shared)

    def make_calls_due(self):
        calls = self.env["crl.touchpoint"].search(
            [
                ("partner_id", "in", self.customers.ids),
                ("step_id", "=", self.env.ref("crl_retention.step_m1_call").id),
            ]
        )
        calls.date_due = fields.Datetime.now()
        return calls

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_reps_hear_only_of_what_came(self):
        calls, told = self.make_calls_due(), []
        Relationship = type(self.env["crl.relationship"])
        refresh = Relationship._refresh

        def refuse(relationship, partners):
            if self.customer in partners:
                raise ValueError("No")
            return refresh(relationship, partners)

        with (
            patch.object(Relationship, "_refresh", refuse),
            patch.object(type(calls), "_tell_news", lambda _self, n: told.append(n)),
        ):
            self.run_cron()
        self.assertEqual(calls.mapped("state").count("open"), 5)
        self.assertEqual(told, [{self.rep.id: 5}])

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_news_that_cannot_be_told_undo_nothing(self):
        calls = self.make_calls_due()
        with patch.object(type(calls), "_tell_news", side_effect=ValueError("No")):
            self.run_cron()
        self.assertEqual(set(calls.mapped("state")), {"open"})
        self.assertEqual(
            self.env["crl.heartbeat"].search([]).date_end, fields.Datetime.now()
        )

    def test_the_databases_state_is_nobodys_fault(self):
        """A lost connection, or rows that another worker writes: the batch waits."""
        for error in (
            psycopg2.InterfaceError,
            psycopg2.errors.SerializationFailure,
            ConcurrencyError,
        ):
            with self.subTest(error=error):
                work = Mock(side_effect=error("Not of a record's making"))
                with self.assertRaises(error):
                    self.env["crl.engine"]._isolate(self.get_welcomes(), work)
                work.assert_called_once()
