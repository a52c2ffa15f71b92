import random
from datetime import date, timedelta
from statistics import median

from odoo import fields
from odoo.tests import tagged

from ..tools import rfm
from .common import SaleCase

TODAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestValue(SaleCase):
    """What customers are worth, against a computation of its own: plain Python over
    random purchase days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": cls.env.ref("base.CHF").id}
        )
        cls.elsewhere.partner_id.tz = "Asia/Tokyo"

    def buy(self, partner, days, amount=100, company=None, **values):
        """Purchase days, as the ledger leaves them."""
        amounts = amount if isinstance(amount, list) else [amount] * len(days)
        return self.env["crl.purchase"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": (company or self.company).id,
                    "date": day,
                    "order_count": 1,
                    "amount": each,
                    **values,
                }
                for day, each in zip(days, amounts, strict=True)
            ]
        )

    def value(self, partner, company=None):
        return self.env["crl.buyer"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def ago(self, *days):
        return [TODAY - timedelta(days=day) for day in days]

    # ---- Against another computation ----

    def test_random_books(self):
        """Ties, one-time buyers, many and few customers, two companies on two clocks
        and in two currencies."""
        chance = random.Random(7)
        customers = [self._new_customer(f"Random {n}") for n in range(60)]
        book = {}
        for customer in customers:
            for company in (self.company, self.elsewhere):
                if chance.random() < 0.2:
                    continue
                count = chance.choice([1, 1, 2, 3, 5, 20])
                days = {
                    TODAY - timedelta(days=int(chance.expovariate(1 / 200)))
                    for __ in range(count)
                }
                amounts = [chance.choice([10.0, 20.0, 20.5]) for __ in days]
                book[customer, company] = dict(zip(sorted(days), amounts, strict=True))
                self.buy(customer, sorted(days), amounts, company, margin=2)
        self.env["crl.buyer"]._refresh()
        for company in (self.company, self.elsewhere):
            mine = {c: days for (c, own), days in book.items() if own == company}
            expected = self.compute(mine, 365)
            for customer in customers:
                row = self.value(customer, company)
                with self.subTest(customer=customer.name, company=company.name):
                    if customer not in mine:
                        self.assertFalse(row)
                        continue
                    found = {name: row[name] for name in expected[customer]}
                    self.assertEqual(found, expected[customer])
        # a night later nothing is written
        self.assertFalse(self.env["crl.buyer"]._refresh())

    def compute(self, book, window):
        """``{customer: {field: value}}`` of ``{customer: {day: amount}}``."""
        since = TODAY - timedelta(days=window)
        before = since - timedelta(days=window)
        rows = {}
        for customer, days in book.items():
            recent = {day: amount for day, amount in days.items() if day > since}
            gap = self.compute_gap(sorted(days))
            last = max(days)
            rows[customer] = {
                "date_first": min(days),
                "date_last": last,
                "day_count": len(recent),
                "amount": sum(recent.values()),
                "amount_before": sum(
                    amount for day, amount in days.items() if before < day <= since
                ),
                "amount_total": sum(days.values()),
                "margin_total": 2 * len(days),
                "gap_days": gap or 0,
                "is_late": bool(gap) and (TODAY - last).days > max(int(2 * gap), 7),
                "days_since": (TODAY - last).days,
            }
        buyers = [row for row in rows.values() if row["day_count"]]
        for row in rows.values():
            scores = [0, 0, 0]
            if row["day_count"]:
                scores = [
                    1 + 5 * sum(o[name] < row[name] for o in buyers) // len(buyers)
                    for name in ("date_last", "day_count", "amount")
                ]
            names = ("recency_score", "frequency_score", "monetary_score")
            row.update(zip(names, scores, strict=True))
            row["rfm"] = "".join(map(str, scores)) if row["day_count"] else False
            is_new = row["date_first"] > since
            row["rfm_group"] = (
                rfm.get_group(*scores, is_new) if row["day_count"] else "lost"
            )
        return rows

    def compute_gap(self, days):
        gaps = [(days[n] - days[n - 1]).days for n in range(1, len(days))][-12:]
        if len(gaps) < 2:
            return None
        return median([gap for gap in gaps if gap <= 3 * median(gaps)])

    # ---- Edges ----

    def test_the_window(self):
        """Day 364 is in, day 365 in the window before, tomorrow nowhere."""
        self.buy(self.customer, self.ago(-1, 364, 365, 729, 730), [1, 10, 100, 1000, 5])
        self.env["crl.buyer"]._refresh()
        row = self.value(self.customer)
        self.assertEqual(
            (row.day_count, row.amount, row.amount_before, row.amount_total),
            (1, 10, 1100, 1115),
        )
        self.assertEqual(row.date_last, TODAY - timedelta(days=364))

    def test_equal_customers_have_equal_scores(self):
        """Half of the customers bought once, the same day, for the same money."""
        twins = [self._new_customer(f"Twin {n}") for n in range(6)]
        for twin in twins:
            self.buy(twin, self.ago(30))
        self.buy(self.customer, self.ago(1, 40), 500)
        self.env["crl.buyer"]._refresh()
        self.assertEqual({self.value(twin).rfm for twin in twins}, {"111"})
        self.assertEqual(self.value(self.customer).rfm, "555")

    def test_one_customer_alone(self):
        self.buy(self.customer, self.ago(3))
        self.env["crl.buyer"]._refresh()
        row = self.value(self.customer)
        self.assertEqual((row.rfm, row.rfm_group), ("111", "hibernating"))
        self.assertFalse(row.gap_days or row.date_expected or row.is_late)

    def test_who_stopped_buying(self):
        """Nothing within the window: no scores, a group of their own, and the others
        are not compared with them."""
        self.buy(self.customer, self.ago(500))
        other = self._new_customer("Other")
        self.buy(other, self.ago(10))
        self.env["crl.buyer"]._refresh()
        row = self.value(self.customer)
        self.assertEqual((row.rfm, row.rfm_group, row.amount), (False, "lost", 0))
        self.assertEqual(self.value(other).rfm, "111")

    def test_who_bought_nothing_any_more_has_no_row(self):
        """All orders refunded: the ledger has no day, and there is no value."""
        self.buy(self.customer, self.ago(3)).unlink()
        self.buy(self.customer, self.ago(4))
        self.env["crl.buyer"]._refresh()
        self.assertTrue(self.value(self.customer))
        self.env["crl.purchase"].search([]).unlink()
        self.env["crl.buyer"]._refresh(self.customer)
        self.assertFalse(self.value(self.customer))

    def test_new_within_the_window(self):
        """The latest are new when they never bought before, else promising."""
        for number in range(8):
            self.buy(self._new_customer(f"Old {number}"), self.ago(100, 200), 500)
        old = self._new_customer("Comes back")
        self.buy(old, self.ago(2, 600))
        self.buy(self.customer, self.ago(2))
        self.env["crl.buyer"]._refresh()
        self.assertEqual(self.value(self.customer).rfm_group, "new")
        self.assertEqual(self.value(old).rfm_group, "promising")

    # ---- Rhythm ----

    def test_rhythm(self):
        """Every week, with one pause that was an exception: the next order is expected
        after a week, and late after two."""
        self.buy(self.customer, self.ago(14, 21, 28, 90, 97, 104))
        self.env["crl.buyer"]._refresh()
        row = self.value(self.customer)
        self.assertEqual(row.gap_days, 7)
        self.assertEqual(row.date_expected, TODAY - timedelta(days=7))
        self.assertFalse(row.is_late)
        self.at("2026-03-03 10:00:00")
        row.invalidate_recordset()
        self.assertTrue(row.is_late)
        self.assertFalse(self.env["crl.buyer"]._refresh(), "nothing is written for it")
        late = self.env["crl.buyer"].search([("is_late", "=", True)])
        self.assertEqual(late, row)
        self.assertNotIn(row, row.search([("is_late", "=", False)]))

    def test_a_weekend_breaks_no_rhythm(self):
        self.buy(self.customer, self.ago(3, 4, 5, 6, 7))
        self.env["crl.buyer"]._refresh()
        self.assertFalse(self.value(self.customer).is_late)

    def test_settings(self):
        """A shorter window, and a later alarm; the engine looks at all at once."""
        self.buy(self.customer, self.ago(20, 27, 34, 120))
        self.env["crl.buyer"]._refresh_due(10)
        row = self.value(self.customer)
        self.assertEqual((row.day_count, row.is_late), (4, True))
        self.assertEqual(self.env["crl.buyer"]._refresh_due(10), 0)
        self.company.write({"crl_value_days": 90, "crl_late_factor": 4})
        self.env["crl.buyer"]._refresh_due(10)
        self.assertEqual((row.day_count, row.is_late), (3, False))

    def test_the_night_of_each_company(self):
        """All are compared once a night, as soon as it begins where the company is."""
        self.env["crl.buyer"]._refresh_due(10)
        self.assertEqual(str(self.company.crl_value_date), "2026-03-02 23:00:00")
        self.assertEqual(str(self.elsewhere.crl_value_date), "2026-03-02 15:00:00")
        self.at("2026-03-02 15:45:00")
        self.assertEqual(self.env["crl.buyer"]._refresh_due(10), 1)

    # ---- At once ----

    def test_at_once_among_the_others(self):
        """Who buys is placed among the others as of last night; these stay."""
        others = [self._new_customer(f"Other {n}") for n in range(10)]
        for number, other in enumerate(others):
            self.buy(other, self.ago(10 * number + 10), 100 * number + 100)
        self.buy(self.customer, self.ago(300), 50)
        self.env["crl.buyer"]._refresh()
        before = {other: self.value(other).rfm for other in others}
        self.assertEqual(self.value(self.customer).rfm, "111")
        self.buy(self.customer, self.ago(0), 2000)
        self.env["crl.buyer"]._refresh(self.customer)
        self.assertEqual(self.value(self.customer).rfm, "555")
        self.assertEqual({o: self.value(o).rfm for o in others}, before)

    def test_before_the_first_night_nobody_is_compared(self):
        self.buy(self.customer, self.ago(0), 2000)
        self.env["crl.buyer"]._refresh(self.customer)
        row = self.value(self.customer)
        self.assertEqual((row.amount, row.rfm, row.rfm_group), (2000, False, False))

    # ---- From orders ----

    def test_from_orders(self):
        """An order, one in another currency, a cancelled one: the value follows with
        the engine's next run, and the indicators with it."""
        self.enroll()
        swiss = self.env.ref("base.CHF")
        rate = {"currency_id": swiss.id, "name": TODAY, "rate": 2}
        self.env["res.currency.rate"].create({**rate, "company_id": self.company.id})
        prices = self.env["product.pricelist"].create(
            {"name": "Swiss", "currency_id": swiss.id}
        )
        self.sell(date="2026-02-27 12:00:00")
        self.sell(amount=50, date="2026-02-27 15:00:00", pricelist_id=prices.id)
        self.env["crl.order.event"]._work_due(100)
        row = self.value(self.customer)
        self.assertEqual((row.day_count, row.amount, row.return_count), (1, 125, 0))
        order = self.quote(amount=10)
        order.action_confirm()
        self.env["crl.order.event"]._work_due(100)
        self.assertEqual((row.day_count, row.amount), (2, 135))
        self.assertEqual(self.get_raw("days_since_order"), 0)
        order._action_cancel()
        self.env["crl.order.event"]._work_due(100)
        self.assertEqual((row.day_count, row.amount, row.return_count), (1, 125, 1))
        self.assertEqual(self.get_raw("days_since_order"), 3)
        self.assertEqual(self.get_raw("order_returns"), 1)
        draft = self.quote()
        draft._action_cancel()
        self.env["crl.buyer"]._refresh()
        self.assertEqual(row.return_count, 1, "was never confirmed")

    def get_raw(self, code):
        value = self.env["crl.indicator.value"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("indicator_id.code", "=", code),
            ]
        )
        value.invalidate_recordset()
        return value.raw if value else None

    def test_merged_customers(self):
        """Two records of one customer: what both bought is the value of the one."""
        twin = self._new_customer("Twin", email=self.customer.email)
        self.sell(date="2026-02-27 12:00:00")
        self.sell(twin, date="2026-02-20 12:00:00")
        self.env["crl.order.event"]._work_due(100)
        self.assertEqual(self.value(twin).day_count, 1)
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.customer + twin).ids, self.customer, extra_checks=False)
        self.assertEqual(self.value(self.customer).day_count, 2)
        self.assertEqual(self.env["crl.buyer"].search_count([]), 1)

    # ---- On the customer ----

    def test_on_the_customer(self):
        self.buy(self.customer, self.ago(1), 70)
        self.buy(self.customer, self.ago(2), 900, self.elsewhere)
        self.env["crl.buyer"]._refresh()
        customer = self.customer.with_user(self.rep)
        self.assertEqual(customer.crl_revenue, 70)
        self.assertEqual(customer.crl_last_order_date, self.ago(1)[0])
        found = [("crl_revenue", ">", 50), ("id", "=", customer.id)]
        self.assertEqual(customer.search(found), customer)
        elsewhere = [("crl_revenue", ">", 800), ("id", "=", customer.id)]
        self.assertFalse(customer.search(elsewhere), "the rep does not work there")
        foreign = self.customer.with_user(self.other_rep)
        self.assertFalse(foreign.crl_revenue)
        self.assertFalse(foreign.search(found))

    def test_filters_by_group(self):
        self.buy(self.customer, self.ago(500))
        never = self._new_customer("Never bought")
        self.env["crl.buyer"]._refresh()
        both = (self.customer + never).ids
        find = self.env["res.partner"].search
        for domain, expected in (
            ([("crl_rfm_group", "=", "lost")], self.customer),
            ([("crl_rfm_group", "!=", "lost")], never),
            ([("crl_rfm_group", "=", False)], never),
            ([("crl_rfm_group", "!=", False)], self.customer),
            ([("crl_last_order_date", "<", "today -1y")], self.customer),
            ([("crl_is_order_late", "=", False)], self.customer + never),
            ([("crl_buyer_id", "=", False)], never),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(find([("id", "in", both), *domain]), expected)

    def test_segments(self):
        self.buy(self.customer, self.ago(500))
        self.env["crl.buyer"]._refresh()
        segment = self.env.ref("crl_retention_sale.segment_lost")
        segment.action_refresh()
        self.assertEqual(segment.member_ids.partner_id, self.customer)

    def test_segments_of_one_company(self):
        """The delivered ones find who is in the group at any company; a copy says
        which."""
        self.buy(self.customer, self.ago(500))
        self.buy(self.customer, self.ago(1), company=self.elsewhere)
        other = self._new_customer("Lost elsewhere")
        self.buy(other, self.ago(500), company=self.elsewhere)
        self.env["crl.buyer"]._refresh()
        segment = self.env.ref("crl_retention_sale.segment_lost")
        segment.action_refresh()
        self.assertEqual(segment.member_ids.partner_id, self.customer + other)
        own = [("company_id", "=", self.company.id), ("rfm_group", "=", "lost")]
        copy = segment.with_user(self.manager).copy(
            {"domain": repr([("crl_buyer_ids", "any", own)])}
        )
        copy.action_refresh()
        self.assertEqual(copy.member_ids.partner_id, self.customer)

    def test_in_the_list_of_customers(self):
        """Sorted and grouped by the database, for who sees them."""
        other = self._new_customer("Other")
        both = self.env["crl.relationship"]._ensure(self.customer + other)
        self.buy(self.customer, self.ago(500), 70)
        self.buy(other, self.ago(5), 20)
        self.env["crl.buyer"]._refresh()
        rows = both.with_user(self.rep)
        self.assertEqual(rows.mapped("rfm_group"), ["lost", "hibernating"])
        mine = [("id", "in", both.ids)]
        self.assertEqual(
            rows.search(mine, order="revenue desc").mapped("revenue"), [20, 0]
        )
        grouped = rows._read_group(mine, ["rfm_group"], ["__count"])
        self.assertEqual(sorted(grouped), [("hibernating", 1), ("lost", 1)])
        day = fields.Date.to_string(TODAY - timedelta(days=30))
        for domain, expected in (
            ([("rfm_group", "=", "lost")], rows[0]),
            ([("rfm_group", "!=", "lost")], rows[1]),
            ([("last_order_date", ">", day)], rows[1]),
            ([("last_order_date", "=", False)], rows.browse()),
            ([("last_order_date", ">", "today -30d")], rows[1]),
            ([("partner_id.crl_is_order_late", "=", True)], rows.browse()),
            ([("revenue", ">", 10)], rows[1]),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(rows.search([*mine, *domain]), expected)
