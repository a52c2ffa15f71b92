from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.crl_retention.tests.common import WebCase


@tagged("post_install", "-at_install")
class TestOrderTour(WebCase):
    """From the order to the letter in the box, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = new_test_user(
            cls.env,
            "crl_tour_rep",
            "crl_retention.crl_retention_group_user,sales_team.group_sale_salesman",
            name="Tour Rep",
            tz="Europe/Paris",
        )
        cls.env["res.users.settings"]._find_or_create_for_user(cls.rep)
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Bella Napoli",
                "is_company": True,
                "street": "4 rue des Fours",
                "zip": "75011",
                "city": "Paris",
                "country_id": cls.env.ref("base.fr").id,
                "user_id": cls.rep.id,
            }
        )
        cls.env.ref("crl_retention_sale.cadence_after_purchase").active = True

    def test_from_the_order_to_the_letter(self):
        product = self.env["product.product"].create(
            {"name": "Pizza dough", "list_price": 100, "taxes_id": False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "user_id": self.rep.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "crl_order_confirm",
            login="crl_tour_rep",
        )
        self.env["crl.order.event"]._work_due(10)
        step = self.env.ref("crl_retention_sale.step_purchase_letter")
        letter = self.customer.crl_touchpoint_ids.filtered(lambda t: t.step_id == step)
        self.assertEqual((letter.state, letter.user_id), ("planned", self.rep))
        # its day has come
        now = fields.Datetime.now()
        letter.write({"date_planned": now, "date_due": now})
        self.env.flush_all()
        self.env["crl.touchpoint"]._open_due(10)
        self.assertEqual(letter.state, "open")
        self.start_tour(
            "/odoo/retention-letters", "crl_order_letter", login="crl_tour_rep"
        )
        self.assertEqual((letter.state, letter.outcome), ("done", "reached"))
        self.assertTrue(letter.letter_text)
