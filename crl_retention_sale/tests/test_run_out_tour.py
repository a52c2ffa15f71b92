from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.crl_retention.tests.common import WebCase


@tagged("post_install", "-at_install")
class TestRunOutTour(WebCase):
    def test_a_product_runs_out(self):
        """A manager writes how long a product lasts; its customer, who bought some, is
        on the list, and has a message."""
        manager = new_test_user(
            self.env,
            "crl_tour_manager",
            "crl_retention.crl_retention_group_manager,base.group_partner_manager,"
            "sales_team.group_sale_manager,product.group_product_manager",
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
        product = self.env["product.template"].create(
            {"name": "Tour Dough", "type": "consu", "list_price": 1}
        )
        self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "date_order": fields.Datetime.now() - timedelta(days=25),
                "state": "sale",
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.product_variant_id.id,
                            "product_uom_qty": 3,
                        },
                    )
                ],
            }
        )
        self.env.company.crl_quiet_hours = False
        asking = self.env.ref("crl_retention_sale.cadence_running_out")
        asking.write({"active": True, "order_from": "2025-01-01"})
        asking.step_ids.write({"hour_from": 0, "hour_to": 24, "roll": "none"})
        self.start_tour(
            f"/odoo/product.template/{product.id}",
            "crl_run_out_product",
            login="crl_tour_manager",
        )
        for __ in range(2):
            action = self.env.ref("crl_retention.ir_cron_run").method_direct_trigger()
            self.assertIs(action, True)
        message = customer.crl_touchpoint_ids.mail_message_id
        self.assertIn("Tour Dough", message.body)
        self.assertEqual(product.crl_after_purchase_points, "Crisp for 20 minutes.")
        self.start_tour(
            "/odoo/retention-running-out", "crl_run_out", login="crl_tour_manager"
        )
