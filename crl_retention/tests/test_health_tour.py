from odoo.tests import new_test_user, tagged

from .common import WebCase


@tagged("post_install", "-at_install")
class TestHealthTour(WebCase):
    def test_an_indicator_moves_the_band(self):
        """A manager defines an indicator, writes a value of a customer, and sees the
        customer's band move; plans what helps, and sets the band by hand."""
        manager = new_test_user(
            self.env,
            "crl_tour_manager",
            "crl_retention.crl_retention_group_manager,base.group_partner_manager",
            email="manager@example.com",
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Trattoria Tour",
                "is_company": True,
                "email": "tour@example.com",
                "user_id": manager.id,
            }
        )
        self.env["crl.relationship"]._ensure(customer)
        self.start_tour(
            "/odoo/action-crl_retention.crl_indicator_action",
            "crl_health",
            login="crl_tour_manager",
        )
        indicator = self.env["crl.indicator"].search([("code", "=", "will_they_stay")])
        self.assertEqual((indicator.weight, indicator.source), (900, "manual"))
        self.env["crl.indicator"]._follow(customer)
        self.assertEqual(customer.crl_band, "healthy")
        self.start_tour(
            f"/odoo/res.partner/{customer.id}",
            "crl_health_band",
            login="crl_tour_manager",
        )
        row = customer.crl_relationship_id
        self.assertEqual((row.band, row.override_user_id), ("watch", manager))
        self.assertLess(row.score, 50)
        self.assertEqual(customer.crl_touchpoint_ids.channel, "call")
