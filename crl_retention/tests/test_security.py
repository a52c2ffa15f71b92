from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestSecurity(CrlCase):
    """Who sees and does what."""

    MODELS = (
        "crl.relationship",
        "crl.enrollment",
        "crl.touchpoint",
        "crl.touchpoint.log",
        "crl.case",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls._new_user("marketing", "marketing")
        cls.direction = cls._new_user("direction", "direction")
        cls.supervisor = cls._new_user("supervisor", "all")
        cls.env.user.tz = "Europe/Paris"

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        self.call = self.touchpoint(self.enrollment, "step_m1_call")
        self.call.with_user(self.rep).action_done("reached", "negative", "Dry dough")
        self.case = self.customer.crl_case_ids

    def seen(self, user):
        return {
            model
            for model in self.MODELS
            if self.env[model]
            .with_user(user)
            .search_count([("partner_id", "=", self.customer.id)])
        }

    def test_who_sees_the_customer(self):
        everything = set(self.MODELS)
        for user in (self.rep, self.leader, self.supervisor, self.direction):
            self.assertEqual(self.seen(user), everything, user.login)
        self.assertEqual(self.seen(self.other_rep), set())
        for model in set(self.MODELS) - {"crl.relationship"}:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.marketing).search([])
        self.assertTrue(
            self.env["crl.relationship"].with_user(self.marketing).search([])
        )

    def test_nobody_writes_the_engines_records(self):
        records = (
            self.enrollment,
            self.call,
            self.customer.crl_relationship_id,
            self.call.log_ids[:1],
        )
        for user in (self.rep, self.supervisor, self.manager, self.direction):
            for record in records:
                with self.assertRaises(UserError):
                    record.with_user(user).write({"company_id": False})
                with self.assertRaises(UserError):
                    record.with_user(user).unlink()

    def test_the_link_to_the_facts_cannot_be_moved(self):
        other = self._new_customer("Other", user_id=self.rep.id)
        with self.assertRaises(AccessError):
            other.with_user(self.rep).write(
                {"crl_relationship_id": self.customer.crl_relationship_id.id}
            )
        self.assertFalse(other.crl_relationship_id)

    def test_verbs_refuse_foreign_customers_and_readers(self):
        for user in (self.other_rep, self.direction, self.marketing):
            for verb in (
                lambda user=user: self.enrollment.with_user(user).action_exit(),
                lambda user=user: self.enrollment.with_user(user).action_restart(),
                lambda user=user: self.case.visit_id.with_user(user).action_done(),
                lambda user=user: self.case.visit_id.with_user(user).action_skip(),
                lambda user=user: self.case.with_user(user).action_recovered(),
                lambda user=user: self.case.with_user(user).action_cancel(),
                lambda user=user: self.customer.with_user(user).crl_enroll(
                    self.cadence.id
                ),
            ):
                with self.assertRaises(AccessError):
                    verb()
        self.assertEqual(self.enrollment.state, "recovery")
        self.assertEqual(self.case.visit_id.state, "open")

    def test_rep_cannot_rewrite_a_case(self):
        for values in (
            {"state": "recovered"},
            {"deadline": "2030-01-01 00:00:00"},
            {"partner_id": self._new_customer("Else").id},
            {"escalation": 0, "date_remind": False},
            {"on_time": True},
        ):
            with self.assertRaises(UserError):
                self.case.with_user(self.rep).write(values)
        self.case.with_user(self.rep).description = "Dry dough, twice"

    def test_portal_and_public_reach_nothing(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "crl_portal",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        for user in (portal, self.env.ref("base.public_user")):
            for model in self.MODELS:
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_the_feedback_token_is_no_ones_to_read(self):
        with self.assertRaises(AccessError):
            self.call.with_user(self.manager).read(["access_token"])

    def test_other_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger",
            "manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        enrollments = self.env["crl.enrollment"].with_user(stranger)
        self.assertNotIn(self.enrollment, enrollments.search([]))
