from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import WebCase, noon_zone

GROUP = "crl_retention.crl_retention_group"


def new_user(env, role, name):
    login = name.lower().replace(" ", "_")
    user = new_test_user(
        env,
        login,
        f"{GROUP}_{role},base.group_partner_manager"
        if role != "direction"
        else f"{GROUP}_{role}",
        name=name,
        tz=noon_zone(),
    )
    env["res.users.settings"]._find_or_create_for_user(user)
    return user


@tagged("post_install", "-at_install")
class TestPortfolioTour(WebCase):
    """The portfolio board, as it is worked with: of the month that comes, which is
    whole whenever the test runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # who is new this month still is when it is looked at
        cls.env.company.partner_id.tz = noon_zone()
        cls.admin = new_user(cls.env, "portfolio", "Tour Paolo")
        cls.rep = new_user(cls.env, "user", "Tour Luca")
        cls.rep.crl_daily_visits = 3
        cls.guests = cls.env["res.partner"].create(
            [
                {
                    "name": f"Guest on Tour {number}",
                    "is_company": True,
                    "email": f"guest{number}@example.com",
                    "user_id": cls.rep.id,
                }
                for number in range(1, 56)
            ]
        )
        cls.env["crl.relationship"]._ensure(cls.guests)

    def start(self, tour, user):
        self.start_tour("/odoo/retention-portfolio", tour, login=user.login)

    def test_fill_to_fifty_and_answer(self):
        self.start("crl_portfolio_fill", self.admin)
        visits = self.guests.crl_touchpoint_ids
        self.assertEqual(len(visits), 50)
        self.assertEqual(set(visits.mapped("booking")), {"proposed"})
        self.assertEqual(visits.booked_by_id, self.admin)
        meetings = visits.activity_id.calendar_event_id
        self.assertEqual((len(meetings), meetings.user_id), (50, self.rep))
        [quota] = self.env["crl.quota"].search([("user_id", "=", self.rep.id)])
        self.assertEqual((quota.target, quota.booked), (51, 50))
        self.start("crl_portfolio_answer", self.rep)
        self.assertEqual(set(visits.mapped("booking")), {"accepted"})
        told = self.env["mail.message"].search(
            [("notified_partner_ids", "in", self.admin.partner_id.ids)]
        )
        self.assertEqual(len(told), 3)

    def test_direction_looks(self):
        self.env["crl.touchpoint"].create(
            {
                "partner_id": self.guests[0].id,
                "company_id": self.env.company.id,
                "user_id": self.rep.id,
                "channel": "visit",
                "state": "done",
                "outcome": "reached",
                "date_planned": fields.Datetime.now(),
                "date_done": fields.Datetime.now(),
            }
        )
        self.start("crl_portfolio_look", new_user(self.env, "direction", "Tour Elena"))


@tagged("post_install", "-at_install")
class TestTargetsOnAPhone(WebCase):
    browser_size = "360x780"
    touch_enabled = True

    def test_targets(self):
        admin = new_user(self.env, "portfolio", "Tour Paolo")
        rep = new_user(self.env, "user", "Tour Luca")
        self.env["crl.quota"].create({"user_id": rep.id, "target": 12})
        self.start_tour(
            "/odoo/retention-targets", "crl_targets_phone", login=admin.login
        )
