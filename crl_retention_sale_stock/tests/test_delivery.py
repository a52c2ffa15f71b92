from odoo.tests import tagged

from odoo.addons.crl_retention_sale.tests.test_order_trigger import TriggerCase


@tagged("post_install", "-at_install")
class TestDelivery(TriggerCase):
    """Deliveries and returns of orders."""

    def deliver(self, picking, quantity=None):
        """Deliver a picking, or a part of it; the rest is for later."""
        for move in picking.move_ids:
            move.quantity = quantity or move.product_uom_qty
            move.picked = True
        picking.with_context(skip_backorder=True)._action_done()

    def give_back(self, picking):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(
                active_ids=picking.ids,
                active_id=picking.id,
                active_model="stock.picking",
            )
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.write({"quantity": 10, "to_refund": True})
        back = wizard._create_return()
        self.deliver(back)
        return back

    def order(self, moment, **values):
        self.at(moment)
        order = self.quote(quantity=10, **values)
        order.action_confirm()
        return order

    def test_it_begins_on_the_day_of_the_delivery(self):
        self.after.with_user(self.manager).order_trigger = "delivery"
        order = self.order("2026-03-03 10:00:00")
        self.work()
        self.assertFalse(self.get_enrollments())
        self.at("2026-03-05 22:50:00")  # ten to midnight in Paris
        self.deliver(order.picking_ids)
        self.at("2026-03-05 23:10:00")
        self.work()
        enrollment = self.get_enrollments()
        self.assertEqual(enrollment.order_id, order)
        self.assertEqual(str(enrollment.date_start), "2026-03-05")
        self.assertIn(
            "on the day the last of an order is delivered", self.after.order_text
        )

    def test_what_was_ordered_long_ago_is_thanked_for_when_it_is_there(self):
        self.after.order_trigger = "delivery"
        order = self.order("2026-03-03 10:00:00")
        self.at("2026-04-20 10:00:00")
        self.deliver(order.picking_ids)
        self.work()
        self.assertEqual(str(self.get_enrollments().date_start), "2026-04-20")

    def test_the_last_of_several_deliveries_counts(self):
        self.after.order_trigger = "delivery"
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids, 4)
        self.work()
        self.assertFalse(self.get_enrollments())
        self.at("2026-03-09 10:00:00")
        self.deliver(order.picking_ids.filtered(lambda p: p.state != "done"))
        self.work()
        self.assertEqual(str(self.get_enrollments().date_start), "2026-03-09")

    def test_what_will_not_come_any_more_is_not_waited_for(self):
        self.after.order_trigger = "delivery"
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids, 4)
        self.work()
        self.at("2026-03-09 10:00:00")
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.work()
        self.assertEqual(str(self.get_enrollments().date_start), "2026-03-09")

    def test_an_exchange_begins_nothing(self):
        self.after.order_trigger = "delivery"
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids)
        self.work()
        self.get_enrollments().with_user(self.rep).action_exit("No letters")
        exchange = order.picking_ids.copy()
        exchange.action_confirm()
        self.deliver(exchange)
        self.work()
        self.assertEqual(self.get_enrollments().state, "exited")

    def test_as_delivered_the_day_of_the_order_counts(self):
        order = self.order("2026-03-03 10:00:00")
        self.work()
        self.at("2026-03-05 10:00:00")
        self.deliver(order.picking_ids)
        self.work()
        self.assertEqual(str(self.get_enrollments().date_start), "2026-03-03")

    # ---- Returns ----

    def test_all_that_came_back_ends_the_procedure(self):
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids)
        self.work()
        self.give_back(order.picking_ids)
        self.work()
        self.assertEqual(
            self.get_enrollments().exit_reason, f"{order.name} was taken back."
        )

    def test_what_is_exchanged_is_not_taken_back(self):
        order = self.order("2026-03-03 10:00:00")
        sent = order.picking_ids
        self.deliver(sent)
        self.work()
        exchange = sent.copy()
        exchange.action_confirm()
        self.assertIn(exchange, order.picking_ids)
        self.give_back(sent)
        self.work()
        self.assertEqual(self.get_enrollments().state, "running")
        # nothing comes in its place after all
        exchange.action_cancel()
        self.work()
        self.assertEqual(self.get_enrollments().state, "exited")

    def test_what_came_back_asks_for_a_call(self):
        self.company.crl_return_reaction = "call"
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids)
        self.give_back(order.picking_ids)
        self.work()
        call = self.customer.crl_touchpoint_ids.filtered(lambda t: not t.step_id)
        self.assertEqual(call.subject, f"{order.name} was given back: ask why.")

    # ---- What is seen of it ----

    def test_deliveries_in_the_timeline(self):
        order = self.order("2026-03-03 10:00:00")
        self.deliver(order.picking_ids)
        sent = order.picking_ids
        self.at("2026-03-06 10:00:00")
        back = self.give_back(sent)
        self.env.flush_all()
        rows = self.customer.with_user(self.rep).crl_get_timeline(sources=["delivery"])
        self.assertEqual(
            [(row["title"], row["text"], row["id"]) for row in rows],
            [
                (f"Returned with {back.name}", back.origin, back.id),
                (f"Delivered with {sent.name}", order.name, sent.id),
            ],
        )

    def test_products_last_from_the_day_they_arrived(self):
        self.product.crl_days_per_unit = 3
        order = self.order("2026-03-03 10:00:00")
        self.work()
        row = self.env["crl.run.out"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(str(row.date_run_out), "2026-04-02")
        self.at("2026-03-10 10:00:00")
        self.deliver(order.picking_ids, 4)
        self.work()
        row.invalidate_recordset()
        self.assertEqual((row.quantity, str(row.date_run_out)), (4, "2026-03-22"))
