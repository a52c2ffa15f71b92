from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestBaseOrders(SaleCase):
    """From orders to the customer base."""

    NOW = "2026-05-20 10:00:00"

    def _get_stays(self, customer=None):
        stays = (customer or self.customer).crl_stay_ids.sorted("date_from")
        return [(stay.kind, str(stay.date_from), str(stay.date_to)) for stay in stays]

    def _rows(self):
        # of our own customers, whatever else there is
        rows = self.env["crl.base"].get_months(13, {"user_id": self.rep.id})["rows"]
        return {row["month"][:7]: row for row in rows}

    def test_an_order_makes_a_customer(self):
        self.sell(date="2026-05-04 09:00:00")
        self.assertFalse(self._get_stays(), "the engine has not been there yet")
        self.work()
        self.assertEqual(self._get_stays(), [("new", "2026-05-04", "2027-05-04")])
        self.assertEqual(self.customer.crl_stay_ids.amount, 100)
        self.sell(date="2026-05-04 17:00:00")
        self.sell(date="2026-05-18 09:00:00")
        self.work()
        self.assertEqual(self._get_stays(), [("new", "2026-05-04", "2027-05-18")])
        self.assertEqual(self.customer.crl_stay_ids.amount, 300)

    def test_a_month_ends_on_the_companys_clock(self):
        """The same moment is in May in Auckland and in April in Honolulu."""
        self.company.partner_id.tz = "Pacific/Honolulu"
        self.sell(date="2026-05-01 09:30:00")
        self.work()
        self.assertEqual(self._rows()["2026-04"]["new"], 1)
        self.company.partner_id.tz = "Pacific/Auckland"
        self.env["crl.purchase"]._recount_due(1000)
        self.assertEqual(self._rows()["2026-04"]["new"], 0)
        self.assertEqual(self._rows()["2026-05"]["new"], 1)

    def test_what_was_cancelled_made_no_customer(self):
        order = self.sell(date="2026-04-04 09:00:00")
        self.work()
        self.assertEqual(self._rows()["2026-04"]["new"], 1)
        order._action_cancel()
        self.work()
        self.assertFalse(self._get_stays())
        self.assertEqual(self._rows()["2026-04"]["new"], 0)

    def test_what_was_refunded_wholly_made_no_customer(self):
        self.set_up_invoicing()
        order = self.sell(date="2026-04-04 09:00:00")
        later = self.sell(date="2026-05-04 09:00:00")
        self.work()
        self.assertEqual(self._rows()["2026-04"]["new"], 1)
        order.order_line.qty_delivered = later.order_line.qty_delivered = 1
        self.credit(self.bill(order))
        self.work()
        self.assertEqual(self._get_stays(), [("new", "2026-05-04", "2027-05-04")])

    def test_merged_customers_are_one(self):
        """One had stayed away from one record while buying under the other."""
        double = self.customer.copy({"name": "Bella Napoli 2"})
        self.sell(date="2024-02-01 09:00:00")
        self.sell(date="2026-03-01 09:00:00")
        self.sell(double, date="2024-11-01 09:00:00")
        self.sell(double, date="2025-09-01 09:00:00")
        self.work()
        self.assertEqual(len(self._get_stays()), 2)
        self.assertEqual(self._rows()["2026-03"]["won_back"], 1)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + double).ids, self.customer)
        self.work()
        self.env.invalidate_all()
        self.assertEqual(self._get_stays(), [("new", "2024-02-01", "2027-03-01")])
        row = self._rows()["2026-03"]
        self.assertEqual((row["start"], row["won_back"], row["end"]), (1, 0, 1))
