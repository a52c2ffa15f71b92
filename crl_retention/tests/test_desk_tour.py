from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import WebCase, noon_zone

DESK = "/odoo/retention-desk"


@tagged("post_install", "-at_install")
class TestDeskTour(WebCase):
    """My Desk in the browser: a rep with three calls that are due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "crl_retention.crl_retention_group_user"
        tz = {"tz": noon_zone()}
        cls.rep = new_test_user(cls.env, "crl_tour_rep", groups, name="Tour Rep", **tz)
        cls.leader = new_test_user(
            cls.env, "crl_tour_leader", groups, name="Tour Leader", **tz
        )
        cls.colleague = new_test_user(
            cls.env, "crl_tour_colleague", groups, name="Busy Colleague", **tz
        )
        users = cls.rep + cls.leader
        for user in users:
            cls.env["res.users.settings"]._find_or_create_for_user(user)
        cls.env["crm.team"].create(
            {
                "name": "Tour",
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, users.ids)],
            }
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Trattoria {number}",
                    "is_company": True,
                    "email": f"{number}@example.com",
                    "phone": f"+33 1 42 68 53 0{place}",
                    "user_id": cls.rep.id,
                }
                for place, number in enumerate(("One", "Two", "Three"))
            ]
        )
        cadence = cls.env.ref("crl_retention.cadence_new_account")
        enrollments = cls.env["crl.enrollment"].browse(
            cls.customers.crl_enroll(cadence.id)
        )
        step = cls.env.ref("crl_retention.step_m1_call")
        cls.calls = enrollments.touchpoint_ids.filtered(
            lambda touchpoint: touchpoint.step_id == step
        ).sorted("id")

    def open_calls(self):
        """The calls are due, one a moment after the other."""
        now = fields.Datetime.now()
        for place, call in enumerate(self.calls):
            call.date_planned = now + timedelta(seconds=place - 10)
        self.calls._open_activities()

    def take_promise(self):
        customer = self.customers[0].copy({"name": "Osteria Promise"})
        number = customer.with_user(self.rep).crl_take_promise(
            "Bring the new price list",
            fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=1)),
        )
        return self.env["crl.case"].browse(number)

    def test_a_day_by_keyboard(self):
        """A promise kept, a call that went well, one without an answer, and an unhappy
        customer, to whom something is promised: no mouse is touched."""
        self.open_calls()
        promise = self.take_promise()
        self.start_tour(DESK, "crl_desk", login="crl_tour_rep")
        self.assertEqual(promise.state, "recovered")
        one, two, three = self.calls
        self.assertEqual((one.state, one.verdict), ("done", "positive"))
        self.assertEqual(one.note, "All is well, h and 1 are only letters here.")
        self.assertEqual((two.state, two.attempt), ("planned", 1))
        self.assertEqual((three.state, three.verdict), ("done", "negative"))
        cases = self.customers[2].crl_case_ids
        self.assertEqual(set(cases.mapped("kind")), {"negative_feedback", "promise"})
        new = cases.filtered(lambda case: case.kind == "promise")
        self.assertEqual((new.description, new.user_id), ("Send new dough", self.rep))
        visit = (cases - new).visit_id
        # closing the page lets go of what was open
        self.assertEqual(visit.state, "open")

    def test_what_a_colleague_has_open_is_only_looked_at(self):
        self.open_calls()
        self.calls[0].with_user(self.colleague).sudo()._take()
        self.start_tour(DESK, "crl_desk_colleague", login="crl_tour_rep")
        self.assertEqual(self.calls[0].state, "open")

    def test_nothing_is_due(self):
        self.start_tour(DESK, "crl_desk_empty", login="crl_tour_rep")

    def test_a_leader_sees_how_the_team_stands(self):
        self.open_calls()
        self.start_tour(DESK, "crl_desk_team", login="crl_tour_leader")
