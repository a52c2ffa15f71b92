from collections import Counter
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crl_retention.models import crl_engine

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestStandstill(CrlCase):
    """The scheduler stood still, its clock jumped, or a part of it raised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.customer
        for number in range(5):
            cls.customers += cls._new_customer(f"Ristorante {number}")

    def calls(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", self.customers.ids)]
        )

    def test_five_days_without_a_run(self):
        """Nobody gets last week's messages, and no customer two calls at once."""
        enrollments = self.enroll(self.customers)
        self.at("2026-03-14 10:00:00")  # the call was due on the 9th
        self.run_cron()
        messages = enrollments.touchpoint_ids.filtered(
            lambda t: t.date_planned < fields.Datetime.now() and t.channel == "message"
        )
        self.assertEqual(len(messages), len(self.customers))
        self.assertEqual(set(messages.mapped("state")), {"skipped"})
        for message in messages:
            self.assertEqual(message.log_ids[:1].rule, "too_old")
            self.assertTrue(message.log_ids[:1].note)
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing")]))
        self.at("2026-03-16 10:00:00")
        self.run_cron()
        per_customer = Counter(self.calls().mapped("res_id"))
        self.assertEqual(set(per_customer), set(self.customers.ids))
        self.assertEqual(set(per_customer.values()), {1})
        # the visit, which was to follow the call, follows it still
        for enrollment in enrollments:
            self.assertGreater(
                self.touchpoint(enrollment, "step_m1_visit").date_planned,
                self.touchpoint(enrollment, "step_m1_call").date_planned,
            )

    def test_the_clock_is_set_back_an_hour(self):
        self.enroll(self.customers)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        lines = self.env["crl.touchpoint.log"].search_count([])
        calls = self.calls()
        self.assertEqual(len(calls), len(self.customers))
        for moment in ("2026-03-09 08:00:00", "2026-03-09 09:00:00"):
            self.at(moment)
            self.run_cron()
            self.assertEqual(self.calls(), calls)
            self.assertEqual(self.env["crl.touchpoint.log"].search_count([]), lines)
        calls.crl_touchpoint_ids.with_user(self.rep).action_done()
        self.assertFalse(self.calls())

    @mute_logger("odoo.addons.crl_retention.models.crl_engine")
    def test_a_job_that_raises_after_it_committed_a_batch(self):
        """What it did stays done, it is not tried again in this run, the others go."""
        self.enroll(self.customers)
        model = type(self.env["crl.touchpoint"])
        open_due, asked = model._open_due, []

        def breaks_down(touchpoints, limit):
            asked.append(limit)
            if len(asked) == 2:
                open_due(touchpoints, limit)
                raise ValueError("The second batch breaks down")
            return open_due(touchpoints, limit)

        with patch.object(crl_engine, "BATCH", 2):
            with patch.object(model, "_open_due", breaks_down):
                self.run_cron()
            self.assertEqual(asked, [2, 2])
            self.assertEqual(
                self.env["crl.heartbeat"].search([]).failed_jobs,
                "crl.touchpoint._open_due",
            )
            self.run_cron()
        welcomes = self.env["crl.touchpoint"].search(
            [("step_id", "=", self.env.ref("crl_retention.step_m1_welcome").id)]
        )
        self.assertEqual(set(welcomes.mapped("state")), {"open"})
        mails = self.env["mail.mail"].search(
            [("mail_message_id", "in", welcomes.mail_message_id.ids)]
        )
        self.assertEqual(len(mails), len(self.customers))
        self.assertFalse(self.env["crl.heartbeat"].search([]).failed_jobs)
