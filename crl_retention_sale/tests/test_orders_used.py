from odoo.tests import tagged

from .test_orders_seen import OrdersCase


@tagged("post_install", "-at_install")
class TestOrdersUsed(OrdersCase):
    # ---- Campaigns ----

    def test_an_order_is_the_goal_of_a_campaign(self):
        customers = self.customer + self.other
        campaign = self.env["crl.campaign"].create(
            {
                "name": "Rye",
                "goal": "ordered",
                "segment_id": self.env["crl.segment"]
                .create({"name": "Both", "domain": f"[('id', 'in', {customers.ids})]"})
                .id,
                "operator_ids": [(6, 0, self.rep.ids)],
            }
        )
        self.order(self.customer, "2026-03-01 09:00:00")
        campaign.action_release()
        self.assertEqual(campaign.member_ids.mapped("state"), ["active", "active"])
        self.assertEqual(campaign.goal_count, 0)
        self.order(self.anna, "2026-03-03 09:00:00")
        self.order(self.other, "2026-03-03 09:00:00", state="sent")
        self.order(self.other, "2206-03-03 09:00:00")  # mistyped
        campaign.invalidate_recordset()
        self.assertEqual(campaign.goal_count, 1)
        found, __ = campaign._find_goal("active")
        self.assertEqual(found.partner_id, self.customer)

    def test_a_segment_on_one_sheet(self):
        customers = self.customer + self.other
        segment = self.env["crl.segment"].create(
            {"name": "Both", "domain": f"[('id', 'in', {customers.ids})]"}
        )
        rye = self.env["product.product"].create(
            {"name": "Rye dough", "taxes_id": False}
        )
        self.order(self.anna, "2026-02-20 09:00:00")
        self.order(self.other, "2026-02-21 09:00:00", quantity=5)
        self.order(self.other, "2206-02-21 09:00:00")  # mistyped
        order = self.order(self.customer, "2026-02-22 09:00:00")
        order.order_line.product_id = rye
        order.order_line.price_unit = 7
        self.env["crl.order.event"]._work_due(100)
        self.env["crl.buyer"]._refresh()  # as every night
        segment.action_refresh()
        sheet = segment._get_sheet()
        facts = {str(label): value for label, value in sheet["facts"]}
        self.assertEqual(facts["Have ordered"], 2)
        self.assertEqual(facts["Revenue of 365 days"], "$\xa0390.00")
        self.assertEqual(facts["Purchase days of 365 days"], 3)
        lists = {str(title): rows for title, rows in sheet["lists"]}
        self.assertEqual(
            lists["Top products"],
            [("Dough balls", "$\xa0250.00"), ("Rye dough", "$\xa0140.00")],
        )
        self.assertEqual(sum(number for __, number in lists["Buying groups"]), 2)
        marketing = self._new_user("marketing", "marketing")
        self.assertIn("Rye dough", segment.with_user(marketing).sheet)

    # ---- People who leave ----

    def test_quotations_follow_the_customer_orders_stay(self):
        draft = self.order(self.anna, "2026-03-01 09:00:00", state="draft")
        sent = self.order(self.customer, "2026-03-01 09:00:00", state="sent")
        sold = self.order(self.customer, "2026-02-01 09:00:00")
        theirs = self.order(
            self.other, "2026-03-01 09:00:00", state="draft", user_id=self.rep.id
        )
        task = sent.activity_schedule(
            "mail.mail_activity_data_todo", summary="Call back", user_id=self.rep.id
        )
        self.rep._crl_hand_over(self.leader)
        self.rep.active = False
        self.assertEqual((draft + sent).user_id, self.leader)
        self.assertEqual(sold.user_id, self.rep)
        # of a colleague's customer: the colleague's
        self.assertEqual(theirs.user_id, self.other_rep)
        self.assertEqual(task.exists().user_id, self.leader)
