from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import WebCase

GROUP = "crl_retention.crl_retention_group"


@tagged("post_install", "-at_install")
class TestCampaignTour(WebCase):
    """Marketing builds and releases, operators work, as they do it on the screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls._new_user("marketing", "Tour Nora")
        cls.ann = cls._new_user("user", "Tour Ann")
        cls.bob = cls._new_user("user", "Tour Bob")
        cls.guests = cls.env["res.partner"].create(
            [
                {
                    "name": f"Guest on Tour {number}",
                    "is_company": True,
                    "email": f"tour{number}@example.com",
                    "phone": f"+3214268530{number}" if number else False,
                    "city": "Lyon on tour",
                }
                for number in range(5)
            ]
        )

    @classmethod
    def _new_user(cls, role, name):
        login = name.lower().replace(" ", "_")
        user = new_test_user(cls.env, login, f"{GROUP}_{role}", name=name)
        cls.env["res.users.settings"]._find_or_create_for_user(user)
        return user

    def test_release_and_work(self):
        self.start_tour(
            "/odoo/retention-segments?debug=1",
            "crl_campaign_release",
            login=self.marketing.login,
        )
        campaign = self.env["crl.campaign"].search([("name", "=", "Lyon tour")])
        self.assertEqual(campaign.state, "released")
        for operator in (self.ann, self.bob):
            own = campaign.member_ids.filtered(lambda m, u=operator: m.user_id == u)
            self.assertEqual(len(own), 2)
        self.start_tour(
            "/odoo/retention-my-campaigns", "crl_campaign_work", login=self.ann.login
        )
        done = campaign.member_ids.touchpoint_id.filtered(lambda t: t.state == "done")
        self.assertEqual((done.user_id, done.note), (self.ann, "In a hurry"))
        self.assertEqual(done.answer_ids.mapped("value"), ["Rye", "Electric"])
        bobs = campaign.member_ids.filtered(lambda m: m.user_id == self.bob)
        call = bobs.touchpoint_id[0]
        call.date_planned = fields.Datetime.now()
        call._open_activities()
        self.start_tour(
            "/odoo/retention-desk", "crl_campaign_desk", login=self.bob.login
        )
        self.assertEqual((call.state, call.note), ("done", False))
        self.assertEqual(call.answer_ids.mapped("value"), ["Spelt", "Gas"])
        manager = self._new_user("manager", "Tour Marta")
        self.start_tour(
            "/odoo/retention-campaigns", "crl_campaign_answers", login=manager.login
        )
        segment = self.env["crl.segment"].search([("name", "=", "Electric on tour")])
        self.assertEqual(
            self.env["res.partner"].search(segment._get_domain()), done.partner_id
        )

    def test_mail_a_segment(self):
        segment = self.env["crl.segment"].create(
            {"name": "Lyon mail", "domain": "[('city', '=', 'Lyon on tour')]"}
        )
        self.env["mail.blacklist"]._add(self.guests[1].email_normalized)
        self.start_tour(
            "/odoo/retention-segments",
            "crl_segment_mailing",
            login=self.marketing.login,
        )
        mailing = self.env["mailing.mailing"].search(
            [("subject", "=", "News from the bakery")]
        )
        self.assertEqual(mailing.user_id, self.marketing)
        mailing.body_html = "<p>Rye is here</p>"
        mailing.action_send_mail()
        sent = mailing.mailing_trace_ids.filtered(lambda t: t.trace_status != "cancel")
        self.assertEqual(
            set(sent.mapped("email")),
            {f"tour{number}@example.com" for number in (0, 2, 3, 4)},
        )
        self.assertEqual(segment.partner_count, 5)
