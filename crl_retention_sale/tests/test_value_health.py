from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crl_retention.tests.common import WebCase

from .common import SaleCase

#: Every week until three weeks ago: late by a week.
WEEKLY = ("2026-01-26", "2026-02-02", "2026-02-09")


@tagged("post_install", "-at_install")
class TestValueHealth(SaleCase):
    """What orders do to the health of customers, and the way back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours = cls.env["crl.indicator"].search([("model", "=", "crl.buyer")])

    def setUp(self):
        super().setUp()
        self.relation = self.env["crl.relationship"]._ensure(self.customer)

    def order(self, *days, **values):
        for day in days:
            self.sell(date=f"{day} 12:00:00", **values)
        self.env["crl.order.event"]._work_due(100)

    def test_without_orders_nothing_moves(self):
        """The health of a customer who never bought is what it was: what is not known
        lowers the confidence alone, by less than a fifth."""
        self.enroll()
        self.customer.crl_touchpoint_ids[:1].action_done(verdict="neutral")
        self.env["crl.indicator"]._follow(self.customer)
        self.ours.active = False
        self.env["crl.relationship"]._refresh_health(self.customer)
        without = (self.relation.score, self.relation.band)
        confidence = self.relation.confidence
        self.ours.active = True
        self.env["crl.indicator"]._follow(self.customer, ["crl.buyer"])
        self.env["crl.relationship"]._refresh_health(self.customer)
        self.assertEqual((self.relation.score, self.relation.band), without)
        self.assertTrue(without[0])
        self.assertFalse(self.get_values(self.ours))
        self.assertLess(self.relation.confidence, confidence)
        self.assertGreater(self.relation.confidence, 0.8 * confidence)

    def test_broken_rhythm(self):
        """Late by the customer's own rhythm: at risk, however good the rest is; the
        next order makes good for it at once."""
        self.order(*WEEKLY)
        self.assertEqual(self.relation.band, "at_risk")
        self.order("2026-03-02")
        self.assertNotEqual(self.relation.band, "at_risk")

    def test_it_breaks_while_nothing_happens(self):
        """Nobody writes anything: the night finds that the day has come."""
        self.at("2026-02-20 10:00:00")
        self.order(*WEEKLY)
        self.assertNotEqual(self.relation.band, "at_risk")
        self.at("2026-02-24 10:00:00")
        # the night has come: before, the clock of the installation said so
        self.ours._mark_due()
        self.company.crl_health_date = False
        self.run_cron()
        self.assertEqual(self.relation.band, "at_risk")

    def test_two_purchases_are_no_rhythm(self):
        self.order(*WEEKLY[:2])
        values = self.get_values(self.ours)
        self.assertNotIn("order_late", values.indicator_id.mapped("code"))
        self.assertNotEqual(self.relation.band, "at_risk")

    def test_values(self):
        """Each indicator says what it promises, in words of the panel."""
        self.order("2025-01-20", amount=80)
        self.order(*WEEKLY, amount=20)
        self.env["crl.buyer"]._refresh()
        self.env["crl.indicator"]._follow(self.customer, ["crl.buyer"])
        raw = {
            v.indicator_id.code: (v.raw, v.score) for v in self.get_values(self.ours)
        }
        self.assertEqual(
            raw,
            {
                "days_since_order": (21, 100),
                # three weeks, where two were allowed
                "order_late": (7, 0),
                # 60 after 80
                "order_revenue": (75, 50 * 25 / 30),
                "order_returns": (0, 100),
                "order_frequency": (1, 0),
                "order_money": (1, 0),
            },
        )
        panel = self.relation.with_user(self.rep).health_panel
        late = next(x for x in panel["lines"] if x["value"] == "7 days late")
        self.assertEqual(late["knocks_out"], "At risk")
        small = next(x for x in panel["lines"] if x["name"] == "How much they order")
        self.assertEqual(small["share"], 0, "small customers are as welcome")

    # ---- The way back ----

    def test_win_back(self):
        self.order(*WEEKLY)
        relation = self.relation.with_user(self.rep)
        remedy = relation.health_panel["remedies"][0]
        self.assertEqual(remedy["remedy"], "win_back")
        action = relation.action_remedy(remedy["id"])
        self.assertIn("Win back", action["params"]["message"])
        cadence = self.env.ref("crl_retention_sale.cadence_win_back")
        enrollment = self.customer.crl_enrollment_ids
        self.assertEqual(enrollment.cadence_id, cadence)
        # once more opens what is on the way
        again = relation.action_remedy(remedy["id"])
        self.assertEqual(
            (again["res_model"], again["res_id"]), ("crl.enrollment", enrollment.id)
        )
        with self.assertRaises(AccessError):
            self.relation.with_user(self.other_rep).action_remedy(remedy["id"])
        # an order is what it was for
        self.order("2026-03-02")
        self.run_cron()
        self.assertFalse(enrollment.is_live)

    def test_win_back_is_archived(self):
        self.order(*WEEKLY)
        self.env.ref("crl_retention_sale.cadence_win_back").active = False
        late = self.env.ref("crl_retention_sale.indicator_order_late")
        with self.assertRaisesRegex(UserError, "archived"):
            self.relation.with_user(self.rep).action_remedy(late.id)
        self.assertFalse(self.customer.crl_enrollment_ids)


@tagged("post_install", "-at_install")
class TestValueTour(WebCase):
    def test_win_back_from_the_panel(self):
        """A rep finds a customer whose rhythm is broken in the report, sees why they
        are at risk, and starts to win them back."""
        rep = new_test_user(
            self.env,
            "crl_tour_seller",
            "crl_retention.crl_retention_group_all,base.group_partner_manager",
            email="seller@example.com",
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Trattoria Tour",
                "is_company": True,
                "email": "tour@example.com",
                "user_id": rep.id,
            }
        )
        self.env["crl.relationship"]._ensure(customer)
        today = self.env.company._crl_today()
        product = self.env["product.product"].create({"name": "Dough"})
        for weeks in (4, 5, 6):
            day = fields.Date.subtract(today, weeks=weeks)
            self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "state": "sale",
                    "date_order": f"{day} 12:00:00",
                    "order_line": [
                        (0, 0, {"product_id": product.id, "price_unit": 50})
                    ],
                }
            )
        self.env["crl.order.event"]._work_due(100)
        self.env["crl.buyer"]._refresh()
        self.start_tour(
            "/odoo/action-crl_retention_sale.crl_buyer_action",
            "crl_win_back",
            login="crl_tour_seller",
        )
        enrollment = customer.crl_enrollment_ids
        self.assertEqual(
            enrollment.cadence_id, self.env.ref("crl_retention_sale.cadence_win_back")
        )
