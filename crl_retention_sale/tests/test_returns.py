from odoo import Command
from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestReturns(SaleCase):
    """Which credit notes say that somebody may not be content: those by which goods
    come back, and no rebate."""

    def setUp(self):
        super().setUp()
        self.set_up_invoicing()
        self.company.crl_return_reaction = "call"
        self.at("2026-03-02 10:00:00")
        self.env.ref("crl_retention_sale.cadence_after_purchase").active = True
        self.order = self.quote(amount=20, quantity=10)
        self.order.action_confirm()
        self.invoice = self.bill(self.order)
        self.work()

    def take_back(self, **values):
        """A credit note as the wizard of the invoice makes it, changed by hand."""
        note = self.invoice._reverse_moves([{"invoice_date": self.invoice.date}])
        note.invoice_line_ids.write(values)
        note.action_post()
        return note

    def get_calls(self):
        self.work()
        calls = self.customer.crl_touchpoint_ids.filtered(lambda t: not t.step_id)
        return calls.mapped("subject")

    def count_returns(self):
        self.work()
        self.env["crl.buyer"]._refresh()
        row = self.env["crl.buyer"].search([("partner_id", "=", self.customer.id)])
        return row.return_count

    def test_goods_that_come_back_are_a_return(self):
        self.take_back(quantity=3)
        self.assertEqual(
            self.get_calls(), [f"{self.order.name} was given back: ask why."]
        )
        self.assertEqual(self.count_returns(), 1)

    def test_a_discount_written_into_the_price_is_the_same_price(self):
        self.order = self.quote(amount=19.99, quantity=10)
        self.order.order_line.discount = 15
        self.order.action_confirm()
        self.invoice = self.bill(self.order)
        self.take_back(quantity=2, price_unit=16.9, discount=0)
        self.assertEqual(self.count_returns(), 0)
        self.take_back(quantity=2, price_unit=16.99, discount=0)
        self.assertEqual(self.count_returns(), 1)

    def test_the_next_delivery_takes_nothing_of_a_return_back(self):
        """An order that is delivered, and invoiced, a part at a time."""
        # what is delivered of a service is written by hand, with or without a stock
        hours = self._new_product("Hours", type="service", invoice_policy="delivery")
        self.order = self.quote(amount=20, quantity=100, product=hours)
        self.order.action_confirm()
        self.order.order_line.qty_delivered = 10
        self.invoice = self.bill(self.order)
        self.take_back(quantity=3)
        self.assertEqual(self.count_returns(), 1)
        self.order.order_line.qty_delivered = 27
        self.assertEqual(self.bill(self.order).invoice_line_ids.quantity, 20)
        self.assertEqual(self.count_returns(), 1)
        # as many in exchange are none
        self.order.order_line.qty_delivered = 30
        self.assertEqual(self.bill(self.order).invoice_line_ids.quantity, 3)
        self.assertEqual(self.count_returns(), 0)

    def test_all_that_comes_back_is_a_return(self):
        self.take_back()
        self.assertEqual(len(self.get_calls()), 1)
        # nothing is left of it: there is no buyer whose returns could be counted
        self.assertEqual(self.count_returns(), 0)

    def test_a_rebate_is_none(self):
        # a lower price of all of it, as Odoo's credit notes begin; and a lump sum
        for values in ({"price_unit": 2}, {"quantity": 1, "price_unit": 50}):
            self.take_back(**values)
        self.assertEqual(self.get_calls(), [])
        self.assertEqual(self.count_returns(), 0)

    def test_a_rebate_that_leaves_nothing_is_a_return(self):
        self.take_back(price_unit=15)
        self.assertEqual(self.get_calls(), [])
        self.take_back(price_unit=5)
        self.assertEqual(len(self.get_calls()), 1)

    def test_a_rebate_after_a_return_asks_nothing_more(self):
        self.take_back(quantity=3)
        self.assertEqual(len(self.get_calls()), 1)
        call = self.customer.crl_touchpoint_ids.filtered(lambda t: not t.step_id)
        call.action_done(outcome="reached")
        self.take_back(quantity=1, price_unit=5)
        self.assertEqual(len(self.get_calls()), 1)
        self.assertEqual(self.count_returns(), 1)

    def test_a_rebate_in_a_line_of_its_own_is_none(self):
        note = self.invoice._reverse_moves([{"invoice_date": self.invoice.date}])
        bonus = {"name": "Bonus", "price_unit": 200, "tax_ids": False}
        note.invoice_line_ids = [Command.clear(), Command.create(bonus)]
        note.action_post()
        self.assertEqual(self.get_calls(), [])
        self.assertEqual(self.count_returns(), 0)

    def test_an_invoice_made_anew_is_none(self):
        """*Reverse and Create Invoice*: the address was wrong."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        after = self.env.ref("crl_retention_sale.cadence_after_purchase")
        begun = self.env["crl.enrollment"].search([("cadence_id", "=", after.id)])
        wizard.modify_moves()
        self.assertEqual(self.get_calls(), [])
        self.assertEqual(begun.state, "running")
        self.assertEqual(self.count_returns(), 0)
        wizard.new_move_ids.action_post()
        self.assertEqual(self.get_calls(), [])
        self.assertEqual(self.count_returns(), 0)

    def test_an_invoice_without_an_order(self):
        """Nobody is asked, as there is no order to ask about; the figures count it."""
        by_hand = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Dough", "price_unit": 30, "tax_ids": False}
                    )
                ],
            }
        )
        by_hand.action_post()
        self.credit(by_hand, 10)
        self.assertEqual(self.count_returns(), 0)
        self.credit(by_hand)
        self.assertEqual(self.count_returns(), 1)
        self.assertEqual(self.get_calls(), [])
