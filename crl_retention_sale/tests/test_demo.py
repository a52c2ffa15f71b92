from datetime import timedelta

from odoo.tests import TransactionCase, tagged


@tagged("-standard", "-at_install", "post_install", "crl_demo")
class TestDemo(TransactionCase):
    """On a database with demo data (``--test-tags=crl_demo``), each screen about orders
    has something to show, whatever day it was installed on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env.ref("base.main_company")._crl_today()

    def customer(self, name):
        return self.env.ref(f"crl_retention.customer_{name}_demo")

    def test_two_years_of_purchases_are_counted(self):
        first = self.env["crl.purchase"].search([], order="date", limit=1)
        self.assertGreater(self.today - first.date, timedelta(days=700))
        self.assertFalse(self.env["crl.order.event"].search_count([]))
        self.assertGreater(len(set(self.env["crl.buyer"].search([]).mapped("rfm"))), 10)

    def test_the_story_is_told_in_euros(self):
        company = self.env.ref("base.main_company")
        self.assertEqual(company.currency_id.name, "EUR")
        ours = [("partner_id.user_id.login", "=", "luca"), ("state", "!=", "cancel")]
        orders = self.env["sale.order"].search(ours)
        self.assertEqual(set(orders.mapped("currency_id.name")), {"EUR"})
        self.assertEqual(set(orders.mapped("currency_rate")), {1.0})

    def test_somebody_broke_their_rhythm_and_somebody_came_back(self):
        buyers = self.env["crl.buyer"].search([("is_late", "=", True)])
        self.assertIn(self.customer("grandpre"), buyers.partner_id)
        won = self.env["crl.customer.stay"].search([("kind", "=", "won_back")])
        self.assertEqual(
            won.partner_id, self.customer("mezzaluna") + self.customer("tinder")
        )

    def test_the_base_loses_and_has_a_target(self):
        lost = [("date_to", "<", self.today)]
        self.assertTrue(self.env["crl.customer.stay"].search_count(lost))
        target = self.env["crl.base.target"].search([], limit=1)
        self.assertTrue(50 < target.baseline < 95, target.baseline)

    def test_an_order_was_returned_and_one_refunded(self):
        buyers = self.env["crl.buyer"].search([("return_count", ">", 0)])
        self.assertIn(self.customer("tilleul"), buyers.partner_id)

    def test_letters_wait_for_reps(self):
        for login in ("luca", "claire"):
            rep = self.env["res.users"].search([("login", "=", login)])
            queue = self.env["crl.letter"].with_user(rep).get_queue()
            self.assertTrue(queue["rows"], login)

    def test_something_runs_out_this_week(self):
        soon = [
            ("date_run_out", ">=", self.today),
            ("date_run_out", "<", self.today + timedelta(days=7)),
        ]
        self.assertTrue(self.env["crl.run.out"].search_count(soon))
