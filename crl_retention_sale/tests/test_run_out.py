import math
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestRunOut(SaleCase):
    """When customers run out of what, by their orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dough = cls._new_product("Pizza dough", crl_days_per_unit=10)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    def refresh(self, partners=None):
        self.env["crl.run.out"]._refresh(partners)

    def buy(self, day="2026-03-02", quantity=3, product=None, **values):
        order = self.sell(
            values.pop("customer", None),
            product=product or self.dough,
            quantity=quantity,
            date=f"{day} 10:00:00",
            **values,
        )
        self.refresh(order.partner_id)
        return order

    def row(self, product=None, customer=None):
        return self.env["crl.run.out"].search(
            [
                ("partner_id", "=", (customer or self.customer).id),
                ("product_id", "=", (product or self.dough).id),
            ]
        )

    def day(self, product=None, customer=None):
        return str(self.row(product, customer).date_run_out)

    def test_days_per_unit(self):
        self.buy()
        self.assertEqual(self.day(), "2026-04-01")
        self.assertEqual(self.row().basis, "product")
        self.assertEqual(self.row().quantity, 3)

    def test_last_purchase_alone(self):
        """What is left at home is not guessed."""
        self.buy("2026-03-02", 9)
        self.buy("2026-03-04", 1)
        self.assertEqual(self.day(), "2026-03-14")

    def test_orders_of_a_day(self):
        self.buy(quantity=1)
        self.buy(quantity=2)
        self.assertEqual(self.day(), "2026-04-01")

    def test_own_rhythm(self):
        """From the third purchase day on the median gap tells, long gaps aside; it is
        theirs, whatever the quantity and whatever is written on the product."""
        for day in (
            "2025-10-01",
            "2025-10-08",
            "2025-10-16",
            "2026-02-20",
            "2026-03-01",
        ):
            self.buy(day, 50)
        self.assertEqual(self.row().basis, "own_rhythm")
        self.assertEqual(self.day(), "2026-03-09")

    def test_own_rhythm_needs_nothing_written(self):
        plain = self._new_product("Napkins")
        self.buy("2026-01-01", product=plain)
        self.buy("2026-01-11", product=plain)
        self.assertFalse(self.row(plain))
        self.buy("2026-01-21", product=plain)
        self.assertEqual(self.day(plain), "2026-01-31")

    def test_other_units(self):
        """Sold by the dozen, lasting by the piece."""
        order = self.quote(product=self.dough, quantity=2)
        order.order_line.product_uom_id = self.dozen
        order.write({"state": "sale", "date_order": "2026-03-02 10:00:00"})
        self.refresh(self.customer)
        self.assertEqual(self.row().quantity, 24)
        self.assertEqual(self.day(), str(date(2026, 3, 2) + timedelta(240)))

    def test_variants(self):
        """Each size lasts as long as it lasts; the one bought later takes the place."""
        size = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [(0, 0, {"name": n}) for n in ("S", "L")]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Cream",
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": size.id,
                            "value_ids": [(6, 0, size.value_ids.ids)],
                        },
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        small.crl_days_per_unit, large.crl_days_per_unit = 30, 60
        self.buy("2026-01-01", 1, small)
        self.buy("2026-01-01", 1, large)
        self.assertEqual(self.day(small), "2026-01-31")
        self.assertEqual(self.day(large), "2026-03-02")
        self.buy("2026-01-20", 1, large)
        self.assertFalse(self.row(small))
        self.assertEqual(self.day(large), "2026-03-21")

    def test_of_one_variant(self):
        """Written on the product, where it has one variant."""
        template = self.env["product.template"].create(
            {"name": "Flour", "crl_days_per_unit": 5}
        )
        self.assertEqual(template.product_variant_id.crl_days_per_unit, 5)
        template.product_variant_id.crl_days_per_unit = 7
        self.assertEqual(template.crl_days_per_unit, 7)
        found = self.env["product.template"].search([("crl_days_per_unit", "=", 7)])
        self.assertIn(template, found)

    def test_taken_back(self):
        self.set_up_invoicing()
        order = self.buy()
        note = self.credit(self.bill(order))
        self.refresh(self.customer)
        self.assertFalse(self.row())
        note.button_draft()
        note.invoice_line_ids.quantity = 1
        note.action_post()
        self.refresh(self.customer)
        self.assertEqual(self.day(), "2026-03-22")

    def test_changed_and_cancelled(self):
        order = self.buy()
        order.order_line.product_uom_qty = 1
        self.refresh(self.customer)
        self.assertEqual(self.day(), "2026-03-12")
        order.order_line.product_uom_qty = 0
        self.refresh(self.customer)
        self.assertFalse(self.row())
        order.order_line.product_uom_qty = 1
        order._action_cancel()
        self.refresh(self.customer)
        self.assertFalse(self.row())

    def test_no_goods(self):
        """Quotations, services, down payments, notes, and what is sold no more."""
        self.quote(product=self.dough)
        service = self._new_product("Cleaning", type="service")
        down = self._new_product("Down payment")
        for day in ("2026-01-01", "2026-01-11", "2026-01-21"):
            self.buy(day, product=service)
            self.buy(day, product=down).order_line.is_downpayment = True
        self.refresh()
        self.assertFalse(self.env["crl.run.out"].search([]))
        service.crl_days_per_unit = 30
        self.refresh()
        self.assertTrue(self.row(service), "a service with a duration runs out")
        service.sale_ok = False
        self.refresh()
        self.assertFalse(self.row(service))

    def test_archived(self):
        self.buy()
        self.dough.active = False
        self.refresh()
        self.assertFalse(self.row())
        self.dough.active = True
        self.refresh()
        self.assertTrue(self.row())
        self.customer.active = False
        self.refresh()
        self.assertFalse(self.row())

    def test_persons_of_the_customer(self):
        anna = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id}
        )
        self.buy(customer=anna)
        self.assertTrue(self.row())

    def test_absurd_quantity(self):
        """Whatever is typed, the night goes on."""
        self.buy(quantity=10**9)
        self.assertGreater(self.row().date_run_out, date(2100, 1, 1))

    def test_only_what_changed_is_written(self):
        self.buy()
        self.buy(customer=self._new_customer("Da Mario"))
        self.env.cr.execute("SELECT id, xmin::text FROM crl_run_out ORDER BY id")
        before = self.env.cr.fetchall()
        self.refresh()
        self.env.cr.execute("SELECT id, xmin::text FROM crl_run_out ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_every_night(self):
        """Once a night, and in the next run when a product changes."""
        rows = self.env["crl.run.out"]
        main = self.env["res.company"]._get_main_company()
        main.crl_run_out_date = False
        rows._refresh_due(1000)
        # two in the morning in Paris
        self.assertEqual(str(main.crl_run_out_date), "2026-03-03 01:00:00")
        self.buy()
        self.dough.crl_days_per_unit = 20
        rows._refresh_due(1000)
        self.assertEqual(self.day(), "2026-05-01")

    def test_at_once(self):
        """An order's customer is looked at when the engine hears of it."""
        self.quote(product=self.dough, quantity=2).action_confirm()
        self.work()
        self.assertEqual(self.day(), "2026-03-22")

    def test_queries(self):
        """As many for a hundred customers as for one."""
        customers = self.env["res.partner"].create(
            [{"name": f"N{number}", "is_company": True} for number in range(100)]
        )
        for customer in customers:
            self.sell(customer, product=self.dough, date="2026-03-02 10:00:00")
        self.env.flush_all()
        self.refresh(customers[:1])
        with self.assertQueryCount(4):
            self.refresh(customers)
        self.assertEqual(
            self.env["crl.run.out"].search_count([("partner_id", "in", customers.ids)]),
            100,
        )


@tagged("post_install", "-at_install")
class TestRunOutRandom(SaleCase):
    """Books of orders that chance wrote, looked at a second time in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.elsewhere.partner_id.tz = "Pacific/Auckland"
        cls.zones = {
            cls.company: ZoneInfo("Europe/Paris"),
            cls.elsewhere: ZoneInfo("Pacific/Auckland"),
        }
        cls.env.user.company_ids += cls.elsewhere
        unit = cls.env.ref("uom.product_uom_unit")
        dozen = cls.env.ref("uom.product_uom_dozen")
        cls.pieces = {unit: 1, dozen: 12}
        cls.goods = [
            cls._new_product("A", crl_days_per_unit=days, uom_id=uom.id)
            for days in (0, 2.5, 12)
            for uom in (unit, dozen)
        ]

    def test_books(self):
        for seed in range(5):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                customers = [self._new_customer(f"C{seed}.{n}") for n in range(4)]
                book = [self.draw(chance, customers) for __ in range(60)]
                self.write_down(book)
                for entry in chance.sample(book, 8):
                    self.change_something(chance, entry)
                self.env["crl.run.out"]._refresh()
                self.assertEqual(self.get_rows(customers), self.work_out(book))

    def draw(self, chance, customers):
        """Something somebody bought, often at midnight in one of the zones."""
        return {
            "partner": chance.choice(customers),
            "company": chance.choice([*self.zones]),
            "product": chance.choice(self.goods),
            "uom": chance.choice([*self.pieces]),
            "quantity": chance.choice([1, 2, 5, 7, 0.5]),
            "moment": datetime(2025, 11, 1)
            + timedelta(
                days=chance.choice(
                    [0, 1, 7, 14, 15, 28, 90, 150, chance.randrange(200)]
                ),
                hours=chance.choice([0, 10, 11, 12, 22, 23]),
                minutes=chance.choice([0, 59]),
            ),
        }

    def write_down(self, book):
        """The confirmed orders of a book, all at once."""
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": entry["partner"].id,
                    "company_id": entry["company"].id,
                    "date_order": entry["moment"],
                    "state": "sale",
                    "order_line": [
                        (
                            0,
                            0,
                            {
                                "product_id": entry["product"].id,
                                "product_uom_id": entry["uom"].id,
                                "product_uom_qty": entry["quantity"],
                                "tax_ids": False,
                            },
                        )
                    ],
                }
                for entry in book
            ]
        )
        for entry, order in zip(book, orders, strict=True):
            entry["order"] = order

    def change_something(self, chance, entry):
        kind = chance.choice(["cancel", "quantity", "move", "gone"])
        if kind == "cancel":
            entry["order"].write({"state": "cancel"})
            entry["quantity"] = 0
        elif kind == "move":
            entry["moment"] += timedelta(days=3)
            entry["order"].date_order = entry["moment"]
        else:
            entry["quantity"] = 3 if kind == "quantity" else 0
            entry["order"].order_line.product_uom_qty = entry["quantity"]

    def get_rows(self, customers):
        rows = self.env["crl.run.out"].search(
            [("partner_id", "in", [customer.id for customer in customers])]
        )
        return {
            (row.partner_id, row.company_id, row.product_id): (
                row.date_last,
                row.date_run_out,
                row.basis,
            )
            for row in rows
        }

    def work_out(self, book):
        """The definition a second time, from what was drawn."""
        bought = defaultdict(lambda: defaultdict(float))
        for entry in book:
            local = entry["moment"].replace(tzinfo=ZoneInfo("UTC"))
            day = local.astimezone(self.zones[entry["company"]]).date()
            key = entry["partner"], entry["company"], entry["product"]
            pieces = entry["quantity"] * self.pieces[entry["uom"]]
            bought[key][day] += pieces
        found = {}
        for key, pieces in bought.items():
            days = sorted(day for day, many in pieces.items() if many > 0)
            product = key[2]
            gaps = [(after - day).days for day, after in pairwise(days)][-12:]
            if len(gaps) >= 2:
                usual = [gap for gap in gaps if gap <= 3 * median(gaps)]
                lasts, basis = math.ceil(median(usual)), "own_rhythm"
            elif days and product.crl_days_per_unit:
                units = pieces[days[-1]] / self.pieces[product.uom_id]
                lasts = math.ceil(round(units * product.crl_days_per_unit, 3))
                basis = "product"
            else:
                continue
            found[key] = days[-1], days[-1] + timedelta(days=lasts), basis
        return found
