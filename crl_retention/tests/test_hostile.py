"""What somebody sends who means no good, or whose program has a mistake."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_quota import QuotaCase

HUGE = "9" * 5000


@tagged("post_install", "-at_install")
class TestHostile(QuotaCase):
    """Numbers and names that nobody's screen sends."""

    def open_call(self):
        self.enroll()
        call = self.customer.crl_enrollment_id.touchpoint_ids.filtered(
            lambda t: t.channel == "call"
        )[:1]
        call._open()
        return call

    def test_indicator_of_no_number(self):
        call = self.open_call()
        desk = self.env["crl.desk"].with_user(self.rep)
        for number in (HUGE, "0", "²", "abc", str(2**40)):
            result = {"outcome": "reached", "verdict": "positive"}
            with self.subTest(number[:9]), self.assertRaises(UserError):
                desk.finish(call.id, {**result, "indicators": {number: 4}})
        self.assertTrue(call.is_live)

    def test_lines_to_book(self):
        board = self.env["crl.portfolio"].with_user(self.admin)
        start = "2026-03-10 09:00:00"
        for number in (HUGE, "0", "²", str(2**40), str(2**31 - 2)):
            for kind in "tp":
                lines = [{"key": kind + number, "start": start}]
                with self.subTest(kind + number[:9]), self.assertRaises(UserError):
                    board.book(self.rep.id, lines)

    def test_visits_of_two_companies(self):
        """One who works for both books for one of them."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for user in self.admin | self.rep:
            user.company_ids |= elsewhere
        theirs = self._new_customer("Elsewhere's", company_id=elsewhere.id)
        ours = self._new_customer("Ours", company_id=self.company.id)
        board = (
            self.env["crl.portfolio"]
            .with_user(self.admin)
            .with_context(allowed_company_ids=(self.company | elsewhere).ids)
        )
        lines = [
            {"key": f"p{ours.id}", "start": "2026-03-10 09:00:00"},
            {"key": f"p{theirs.id}", "start": "2026-03-11 09:00:00"},
        ]
        with self.assertRaisesRegex(UserError, "another company"):
            board.book(self.rep.id, lines)

    def test_target_of_nobody(self):
        """Not the company's, as without a name."""
        board = self.env["crl.portfolio"].with_user(self.admin)
        for values in (
            {"user_id": 2**31 - 2},
            {"user_id": "abc"},
            {"team_id": [1]},
            {"metric": None},
        ):
            values = {"metric": "meetings", "target": 7, **values}
            with self.subTest(str(values)), self.assertRaises(UserError):
                board.set_target(**values)
        self.assertFalse(self.env["crl.quota"].search([("target", "=", 7)]))

    def test_target_out_of_this_world(self):
        for values in (
            {"target": 2**31},
            {"target": 10**30},
            {"date_from": "0001-01-01"},
            {"date_from": "9999-12-01"},
        ):
            with self.subTest(str(values)), self.assertRaises(ValidationError):
                self.quota(**values)
        row = self.quota()
        with self.assertRaises(ValidationError):
            row.write({"date_from": "9999-12-31"})

    def test_hand_over_to_nobody(self):
        """Not to whoever is next, as without a name."""
        deadline = "2026-03-12 09:00:00"
        number = self.customer.with_user(self.rep).crl_take_promise("Part", deadline)
        promise = self.env["crl.case"].browse(number)
        promise.with_user(self.rep).action_hand_over(
            self.leader.id, deadline="2026-03-10 09:00:00"
        )
        for user in (2**31 - 2, "abc", [1], -1):
            with self.subTest(str(user)), self.assertRaises(UserError):
                promise.with_user(self.leader).action_hand_over(user)
        self.assertEqual(promise.user_id, self.leader)

    def test_colleague_who_moved_on(self):
        """Who works elsewhere now is still named, and breaks no screen."""
        call = self.open_call()
        call.with_user(self.rep).action_done("reached", "positive", "All well")
        deadline = "2026-03-12 09:00:00"
        self.customer.with_user(self.rep).crl_take_promise("Part", deadline)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.rep.write(
            {"company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]}
        )
        self.env.invalidate_all()
        customer = self.customer.with_user(self.manager)
        rows = customer.crl_get_timeline()
        self.assertIn(self.rep.name, [row["who"] for row in rows])
        self.assertTrue(customer._crl_get_summary())
        self.env["crl.reception"].with_user(self.manager).get_customer(customer.id)
        desk = self.env["crl.desk"].with_user(self.manager)
        self.assertTrue(desk.get_worklist({"scope": "all", "day": False})["rows"])
        self.assertTrue(desk.get_team("all"))
        desk.open_contact(call.id)
        self.env["crl.portfolio"].with_user(self.manager).get_board()

    def test_person_of_a_hidden_customer(self):
        """Whoever answers finds nothing of another company's customer through its
        people."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self._new_customer("Hidden Oven", company_id=elsewhere.id)
        person = self.env["res.partner"].create(
            {"name": "Anna Visible", "parent_id": hidden.id}
        )
        person.company_id = False
        self.env.flush_all()
        clerk = new_test_user(
            self.env,
            "crl_clerk",
            groups="base.group_user,crl_retention.crl_retention_group_reception",
        )
        reception = self.env["crl.reception"].with_user(clerk)
        self.assertNotIn("Hidden Oven", str(reception.find("Anna Visible")))
        with self.assertRaises(AccessError):
            reception.get_customer(person.id)
        with self.assertRaises(AccessError):
            reception.leave_message(person.id, "Call back")

    def test_names_are_text(self):
        evil = '<img src=x onerror="alert(1)">'
        self.customer.name = evil
        call = self.open_call()
        shown = self.env["crl.desk"].with_user(self.rep).open_contact(call.id)
        self.assertNotIn("<img", shown["script"])
        self.env["crl.reception"].with_user(self.rep).leave_message(
            self.customer.id, evil
        )
        note = self.customer.activity_ids.filtered("note").mapped("note")
        self.assertNotIn("<img", str(note))

    def test_phone_runs_no_code(self):
        """A number is dialled, never a code of the network, nor an address."""
        self.customer.phone = "javascript:alert(1)*#21#"
        self.book("2026-03-02 13:00:00")
        day = self.env["crl.day"].with_user(self.rep).get_day()
        urls = [phone["url"] for row in day["rows"] for phone in row["phones"]]
        self.assertEqual(set(urls), {"tel:121"})

    def test_day_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger",
            "manager",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        with self.assertRaises(UserError):
            self.env["crl.day"].with_user(stranger).get_day(user_id=self.rep.id)

    def test_result_key_of_somebody_else(self):
        """Whoever knows a key gets no contact closed, nor another's result."""
        call = self.open_call()
        result = {"outcome": "reached", "verdict": "positive"}
        self.env["crl.desk"].with_user(self.rep).finish(call.id, result, False, "k1")
        desk = self.env["crl.desk"].with_user(self.other_rep)
        with self.assertRaises(AccessError):
            desk.finish(call.id, result, False, "k1")
