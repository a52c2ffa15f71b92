from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crl_order_event import CrlOrderEvent
from ..models.sale_order import SaleOrder
from .common import SaleCase


@tagged("post_install", "-at_install")
class TestOrderEvent(SaleCase):
    """What happens to orders is told once, in the transaction it happens in."""

    def setUp(self):
        super().setUp()
        self.told = []

        def react(events):
            for event in events:
                if event.order_id.client_order_ref == "poison":
                    raise ValueError("Dry dough")
            self.told += [(event.kind, event.order_id) for event in events]

        patcher = patch.object(CrlOrderEvent, "_react", react)
        patcher.start()
        self.addCleanup(patcher.stop)

    def get_kinds(self):
        return self.env["crl.order.event"].search([]).mapped("kind")

    def test_each_step_of_an_order_is_told(self):
        order = self.quote()
        self.assertEqual(self.get_kinds(), [])
        order.with_user(self.rep).action_confirm()
        order.with_user(self.rep)._action_cancel()
        self.work()
        self.assertEqual(self.told, [("confirmed", order), ("cancelled", order)])
        self.assertEqual(self.get_kinds(), [])

    def test_what_does_not_count_is_not_told(self):
        order = self.sell()
        self.work()
        order.order_line.name = "Dough"
        order.order_line.qty_delivered = 1
        order.write({"note": "Ring twice", "client_order_ref": "7", "locked": True})
        self.assertEqual(self.get_kinds(), [])

    def test_changed_lines_are_told_once(self):
        order = self.sell()
        self.work()
        line = {"product_id": self.product.id, "price_unit": 7}
        first = order.order_line
        order.write(
            {"order_line": [(1, first.id, {"price_unit": 5})] + [(0, 0, line)] * 3}
        )
        self.assertEqual(self.get_kinds(), ["changed"])

    def test_a_customer_who_confirms_leaves_an_event_too(self):
        portal = new_test_user(self.env, "crl_portal", groups="base.group_portal")
        order = self.quote(portal.partner_id)
        # sudo: as the customer's own page does when they sign
        order.with_user(portal).sudo().action_confirm()
        self.assertEqual(self.get_kinds(), ["confirmed"])

    def test_the_engine_does_it_in_batches(self):
        orders = self.env["sale.order"].union(*(self.sell() for __ in range(5)))
        for left in (3, 1, 0):
            self.env["crl.order.event"]._work_due(2)
            self.assertEqual(len(self.get_kinds()), left)
        self.assertEqual([order for __, order in self.told], list(orders))
        [row] = self.env["crl.purchase"].search([])
        self.assertEqual((row.order_count, row.amount), (5, 500))

    def test_one_that_raises_keeps_no_other_from_being_done(self):
        other = self._new_customer("Da Mario")
        orders = [self.sell(), self.sell(client_order_ref="poison"), self.sell(other)]
        with mute_logger("odoo.addons.crl_retention.models.crl_engine"):
            self.run_cron()
        self.assertEqual([o for __, o in self.told], [orders[0], orders[2]])
        self.assertEqual(self.get_kinds(), [])
        [line] = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((line.decision, line.rule), ("failed", "error"))
        self.assertIn("Dry dough", line.note)
        # what was bought is counted all the same
        rows = self.env["crl.purchase"].search([])
        self.assertEqual(sorted(rows.mapped("order_count")), [1, 2])

    def count_queries(self, orders, plain=False):
        def write(records, vals):
            return super(SaleOrder, records).write(vals)

        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with patch.object(SaleOrder, "write", write if plain else SaleOrder.write):
            orders.action_confirm()
            self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_confirming_stays_cheap(self):
        quotes = [self.quote() for __ in range(46)]
        quotes[0].action_confirm()  # warm
        Order = self.env["sale.order"]
        for count in (1, 20):
            plain, ours = quotes[1 : count + 1], quotes[-count:]
            plain = self.count_queries(Order.union(*plain), plain=True)
            added = self.count_queries(Order.union(*ours)) - plain
            self.assertLessEqual(added, 2, f"{count} orders")
            quotes = quotes[count + 1 : -count]
            quotes[0].action_confirm()
