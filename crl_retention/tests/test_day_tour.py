from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..tools import schedule
from .common import WebCase, noon_zone


@tagged("post_install", "-at_install")
class TestDayTour(WebCase):
    """My Visits on a phone, by touch."""

    browser_size = "360x780"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = new_test_user(
            cls.env,
            "crl_tour_visits",
            "crl_retention.crl_retention_group_user",
            name="Tour Rita",
            # about noon now: there is a day behind and one ahead
            tz=noon_zone(),
        )
        cls.env["res.users.settings"]._find_or_create_for_user(cls.rep)
        cls.visits = cls.env["crl.touchpoint"].browse()
        for days, name, longitude in (
            (-2, "Bistro", 9),
            (0, "Cafe", 9.1),
            (2, "Deli", 9.05),
        ):
            partner = cls.env["res.partner"].create(
                {
                    "name": f"{name} on Tour",
                    "is_company": True,
                    "phone": "+33 1 42 68 53 00",
                    "city": "Milano",
                    "user_id": cls.rep.id,
                    "partner_latitude": 45.4,
                    "partner_longitude": longitude,
                }
            )
            moment = fields.Datetime.now() + timedelta(days=days)
            cls.visits += cls.env["crl.touchpoint"].create(
                {
                    "partner_id": partner.id,
                    "company_id": cls.env.company.id,
                    "channel": "visit",
                    "user_id": cls.rep.id,
                    "date_planned": moment,
                    "date_due": moment,
                }
            )
        cls.visits[:2]._open_activities()

    def test_my_visits(self):
        self.start_tour("/odoo/retention-visits", "crl_day", login=self.rep.login)
        bistro, __, deli = self.visits
        self.assertEqual((bistro.state, bistro.verdict), ("done", "positive"))
        self.assertEqual(bistro.user_id, self.rep)
        today = schedule.local_day(fields.Datetime.now(), self.rep.tz)
        self.assertEqual(schedule.local_day(deli.date_planned, self.rep.tz), today)
