from odoo.tests import tagged

from .common import SaleCase

LAST = "9999-12-31 23:59:59"


@tagged("post_install", "-at_install")
class TestFarDates(SaleCase):
    """Somebody mistypes the date of an order: years ahead, up to the last day there
    is."""

    def setUp(self):
        super().setUp()
        self.at("2026-03-02 10:00:00")
        self.product.crl_days_per_unit = 30
        after = self.env.ref("crl_retention_sale.cadence_after_purchase")
        after.with_user(self.manager).active = True

    def look(self):
        """Let the engine do all it does, and open all there is to see."""
        self.work()
        self.env["crl.purchase"]._recount(self.customer)
        for model in ("crl.customer.stay", "crl.buyer", "crl.run.out"):
            self.env[model]._refresh()
        for model in ("crl.purchase", "crl.customer.stay", "crl.buyer", "crl.run.out"):
            self.env[model].search([("partner_id", "=", self.customer.id)]).read()
        self.customer.read(["crl_last_order_date", "crl_next_order_date"])
        base = self.env["crl.base"].with_user(self.manager)
        self.assertEqual(len(base.get_months()["rows"]), 13)
        cohorts = base.get_cohorts()
        self.assertEqual(len(cohorts["rows"]), 12)
        return cohorts

    def test_all_orders_are_far_ahead(self):
        for year in (2206, 9998, 9999):
            self.sell(date=LAST.replace("9999", str(year)))
        self.assertEqual(sum(row["size"] for row in self.look()["rows"]), 0)

    def test_one_is_far_ahead(self):
        self.sell(date="2026-01-05 10:00:00")
        self.sell(date="2026-02-05 10:00:00")
        order = self.sell(date=LAST)
        self.assertEqual(sum(row["size"] for row in self.look()["rows"]), 1)
        stay = self.env["crl.customer.stay"].search(
            [("partner_id", "=", self.customer.id), ("kind", "=", "new")]
        )
        self.assertEqual(str(stay.date_from), "2026-01-05")
        # corrected it counts as ever
        order.date_order = "2026-03-01 10:00:00"
        self.look()
        buyer = self.env["crl.buyer"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((str(buyer.date_last), buyer.day_count), ("2026-03-01", 3))

    def test_far_in_the_past(self):
        # before that Odoo writes years with fewer digits, and its stock reads four
        self.sell(date="1000-01-01 00:00:00")
        self.sell(date="2026-02-05 10:00:00")
        self.look()
