import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CrlCase, WebCase


@tagged("post_install", "-at_install")
class TestPeopleLeaving(CrlCase):
    """Nothing of a rep who leaves is lost, whatever way they leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._new_user("hr", "user")
        # Odoo lets nobody else archive a member of a sales team
        cls.admin.group_ids = cls.env.ref("base.group_erp_manager") | cls.env.ref(
            "sales_team.group_sale_manager"
        )

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        self.call = self.touchpoint(self.enrollment, "step_m1_call")
        self.visit = self.touchpoint(self.enrollment, "step_m1_visit")
        self.activity = self.call.activity_id

    def wizard(self, users=None, **values):
        return (
            self.env["crl.hand.over"]
            .with_user(self.admin)
            .with_context(active_ids=(users or self.rep).ids)
            .create({"archive": True, **values})
        )

    def assertTheirs(self, user):
        self.assertEqual(self.activity.exists().user_id, user)
        records = (self.customer, self.call, self.visit, self.enrollment)
        for record in records:
            self.assertEqual(record.user_id, user, record)

    def test_archived_by_another_system(self):
        for name, archive in (
            ("first", lambda user: user.action_archive()),
            ("second", lambda user: user.write({"active": False})),
        ):
            rep = self._new_user(name, "user", tz="Europe/Paris")
            self.team.member_ids += rep
            self.customer.user_id = rep
            archive(rep.with_user(self.admin))
            self.assertFalse(rep.active)
            self.assertTheirs(self.leader)
            self.assertTrue(self.call.log_ids.filtered(lambda x: x.rule == "owner"))

    def test_deleted(self):
        user = self._new_user("short", "user")
        self.team.member_ids += user
        self.customer.user_id = user
        user.unlink()
        self.assertTheirs(self.leader)

    def test_leader_leaves_too(self):
        self.company.crl_portfolio_admin_id = self.manager
        (self.rep + self.leader).with_user(self.admin).action_archive()
        self.assertTheirs(self.manager)

    def test_nobody_left(self):
        self.team.user_id = False
        self.company.crl_manager_id = False
        self.rep.with_user(self.admin).action_archive()
        self.assertFalse(self.activity.exists())
        self.assertEqual(self.customer.user_id, self.rep)
        self.company.crl_manager_id = self.manager
        self.at("2026-03-09 15:00:00")
        self.run_cron()
        self.assertEqual(self.call.activity_id.user_id, self.manager)

    def test_one_successor(self):
        step = self.env.ref("crl_retention.step_m3_visit")
        step.write({"owner_rule": "user", "user_id": self.rep.id})
        self.company.crl_manager_id = self.rep
        self.leader.crl_deputy_id = self.rep
        case = self.env["crl.case"].create({"partner_id": self.customer.id})
        self.wizard(mode="one", heir_id=self.other_rep.id).action_confirm()
        self.assertFalse(self.rep.active)
        self.assertTheirs(self.other_rep)
        self.assertEqual(case.user_id, self.other_rep)
        self.assertEqual(case.visit_id.activity_id.user_id, self.other_rep)
        self.assertEqual(step.user_id, self.other_rep)
        self.assertEqual(self.company.crl_manager_id, self.other_rep)
        self.assertEqual(self.leader.crl_deputy_id, self.other_rep)

    def test_spread_evenly(self):
        customers = self.customer
        for number in range(5):
            customers += self._new_customer(f"Ristorante {number}")
        person = self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": customers[1].id,
                "user_id": self.rep.id,
            }
        )
        heirs = self.other_rep + self.leader
        self.wizard(mode="even", heir_ids=heirs.ids).action_confirm()
        for heir in heirs:
            self.assertEqual(
                len(customers.filtered(lambda c, heir=heir: c.user_id == heir)), 3
            )
        self.assertEqual(person.user_id, customers[1].user_id)
        told = self.notified(self.rep.partner_id)
        self.assertEqual(told.notified_partner_ids, heirs.partner_id)
        self.assertEqual(len(told), 2)

    def test_cover_leaves(self):
        self.rep.crl_deputy_id = self.other_rep
        self.rep.write({"out_of_office_from": "2026-03-09 08:00:00"})
        self.run_cron()
        self.assertEqual(self.activity.user_id, self.other_rep)
        self.other_rep.with_user(self.admin).action_archive()
        self.assertEqual(self.activity.exists().user_id, self.leader)
        self.assertEqual(self.call.user_id, self.rep)
        self.assertFalse(self.rep.crl_deputy_id)

    def test_what_else_was_promised(self):
        todo = self.customer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.rep.id, summary="Send the list"
        )
        self.rep.with_user(self.admin).action_archive()
        self.assertEqual(todo.exists().user_id, self.leader)

    def test_who_leaves_together_does_not_stand_in(self):
        administrator = self._new_user("administrator", "all")
        self.company.crl_portfolio_admin_id = administrator
        todo = self.customer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.rep.id, summary="Send the list"
        )
        (self.leader + self.rep).with_user(self.admin).action_archive()
        self.assertTheirs(administrator)
        self.assertEqual(todo.exists().user_id, administrator)

    def test_a_step_of_their_own_goes_to_the_successor(self):
        """Not to the salesperson, who has another part."""
        step = self.env.ref("crl_retention.step_m1_call")
        step.write({"owner_rule": "user", "user_id": self.other_rep.id})
        other = self._new_customer("Chez Paul")
        call = self.touchpoint(self.enroll(other), "step_m1_call")
        self.assertEqual(call.user_id, self.other_rep)
        self.wizard(
            self.other_rep, mode="one", heir_id=self.manager.id
        ).action_confirm()
        self.assertEqual(call.user_id, self.manager)
        self.assertEqual(other.user_id, self.rep)

    def test_nobody_stands_in_any_more_for_who_left(self):
        self.rep.crl_deputy_id = self.other_rep
        self.rep.out_of_office_from = "2026-03-09 08:00:00"
        self.run_cron()
        self.assertEqual(self.rep.crl_cover_id, self.other_rep)
        self.rep.with_user(self.admin).action_archive()
        self.assertFalse(self.rep.crl_cover_id)

    def test_nobody_is_left(self):
        """The contact says so, and finds somebody again."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.customer.company_id = elsewhere
        self.assertFalse(self.call.user_id)
        self.assertIn("Nobody looks after", self.call.hold_reason)
        elsewhere.crl_portfolio_admin_id = self.manager
        self.manager.company_ids += elsewhere
        self.at("2026-03-09 14:00:00")
        self.run_cron()
        self.assertEqual(self.call.activity_id.user_id, self.manager)
        self.assertFalse(self.call.hold_reason)

    def test_salesperson_moves_to_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.rep.write(
            {"company_id": elsewhere.id, "company_ids": [(6, 0, elsewhere.ids)]}
        )
        self.assertEqual(self.activity.exists().user_id, self.leader)

    def test_role_is_taken_away(self):
        self.rep.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.activity.exists().user_id, self.rep)
        self.activity.with_user(self.rep).action_feedback("Fine")
        self.assertEqual(self.call.state, "done")

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.rep.with_user(self.other_rep).action_archive()
        with self.assertRaises(AccessError):
            self.env["crl.hand.over"].with_user(self.other_rep).create({})
        self.assertTheirs(self.rep)
        wizard = self.wizard(archive=False, mode="one", heir_id=self.other_rep.id)
        with self.assertRaises(AccessError):
            wizard.with_user(self.manager).action_confirm()
        self.admin = self.manager
        self.wizard(
            archive=False, mode="one", heir_id=self.other_rep.id
        ).action_confirm()
        self.assertTrue(self.rep.active)
        self.assertTheirs(self.other_rep)

    def test_customers_of_another_company(self):
        self.rep.company_ids += self.env["res.company"].create({"name": "Elsewhere"})
        for user, error in ((self.manager, AccessError), (self.admin, None)):
            self.admin = user
            wizard = self.wizard(archive=False)
            if error:
                with self.assertRaises(error):
                    wizard.action_confirm()
                self.assertTheirs(self.rep)
            else:
                wizard.action_confirm()
                self.assertTheirs(self.leader)

    def test_refused_successors(self):
        for values in ({}, {"heir_id": self.rep.id}):
            with self.assertRaises(UserError):
                self.wizard(mode="one", **values).action_confirm()
        self.assertTheirs(self.rep)

    def test_query_count(self):
        counts = []
        for size in (5, 45):
            rep = self._new_user(f"leaver{size}", "user")
            self.team.member_ids += rep
            partners = self.env["res.partner"]
            for number in range(size):
                partners += self._new_customer(f"R {size} {number}", user_id=rep.id)
            self.enroll(partners, start="2026-03-02")
            self.run_cron()
            calls = partners.crl_touchpoint_ids.filtered("activity_id")
            self.assertEqual(len(calls), size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rep.with_user(self.admin).action_archive()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(calls.activity_id.user_id, self.leader)
        self.assertLessEqual(counts[1] - counts[0], 8, counts)


@tagged("post_install", "-at_install")
class TestPeopleLeavingScreen(WebCase):
    """The web client is asked to whom the customers go."""

    def call(self, model, method, ids):
        params = {"model": model, "method": method, "args": [ids], "kwargs": {}}
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json().get("result")

    def test_archive_button_opens_the_dialog(self):
        rep = self.env["res.users"].create({"name": "Rep", "login": "crl_leaver"})
        self.env["res.partner"].create({"name": "Bella", "user_id": rep.id})
        self.authenticate("admin", "admin")

        def archive():
            return self.call("res.users", "action_archive", rep.ids)

        self.assertEqual(archive()["res_model"], "crl.hand.over")
        self.assertTrue(rep.active)
        self.env["res.partner"].search([("user_id", "=", rep.id)]).user_id = False
        self.assertFalse(archive())
        self.assertFalse(rep.active)

    def test_other_dialogs_archive_a_user_at_once(self):
        """They would not show ours, and the user would stay."""
        rep = self.env["res.users"].create({"name": "Rep", "login": "crl_leaver"})
        self.env["res.partner"].create({"name": "Bella", "user_id": rep.id})
        departure = self.env["ir.actions.server"].create(
            {
                "name": "Departure",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "state": "code",
                "code": f"model.browse({rep.id}).action_archive()",
            }
        )
        self.authenticate("admin", "admin")
        self.call("ir.actions.server", "run", departure.ids)
        self.assertFalse(rep.active)
