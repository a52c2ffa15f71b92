from odoo.tests import HttpCase, new_test_user, tagged

GROUP = "crl_retention.crl_retention_group"


@tagged("post_install", "-at_install")
class TestPortfolioTour(HttpCase):
    """The portfolio board, as it is worked with: of the month that comes, which is
    whole whenever the test runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._new_user("portfolio", "Tour Paolo")
        cls.rep = cls._new_user("user", "Tour Luca")
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

    @classmethod
    def _new_user(cls, role, name):
        login = name.lower().replace(" ", "_")
        user = new_test_user(
            cls.env,
            login,
            f"{GROUP}_{role},base.group_partner_manager"
            if role != "direction"
            else f"{GROUP}_{role}",
            name=name,
            tz="Europe/Rome",
        )
        cls.env["res.users.settings"]._find_or_create_for_user(user)
        return user

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
        self.start("crl_portfolio_look", self._new_user("direction", "Tour Elena"))
