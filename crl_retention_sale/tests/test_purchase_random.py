import random
from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from .common import SaleCase

#: Where days and months go wrong: their ends, seen from far east and far west.
MOMENTS = [
    datetime(2025, 12, 31, 9, 30),
    datetime(2025, 12, 31, 23, 30),
    datetime(2026, 1, 31, 10, 15),
    datetime(2026, 1, 31, 23, 15),
    datetime(2026, 2, 1, 4, 0),
    datetime(2026, 2, 1, 12, 0),
    datetime(2026, 2, 28, 15, 30),
    datetime(2026, 2, 28, 22, 59),
    datetime(2026, 2, 28, 23, 0),
]
ZONES = ["Pacific/Honolulu", "Europe/Paris", "Asia/Tokyo", "Pacific/Kiritimati"]


@tagged("post_install", "-at_install")
class TestPurchaseRandom(SaleCase):
    """Books of orders that chance wrote, counted a second time in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_invoicing()
        cls.elsewhere = cls.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": cls.env.ref("base.JPY").id}
        )
        cls.set_up_invoicing(cls.elsewhere)
        cls.companies = cls.company + cls.elsewhere
        cls.env.user.company_ids += cls.elsewhere
        cls.abroad = cls.env.ref("base.CHF")
        cls.abroad.active = True
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.abroad.id,
                    "name": day,
                    "rate": rate,
                    "company_id": company.id,
                }
                for company in cls.companies
                for day, rate in (("2025-01-01", 3), ("2026-02-01", 0.7))
            ]
        )
        cls.prices = cls.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": cls.abroad.id, "company_id": False}
        )

    def setUp(self):
        super().setUp()
        names = ("Da Mario", "Da Gino", "Da Pia")
        self.customers = self.customer.union(*map(self._new_customer, names))
        self.people = self.env["res.partner"].create(
            [
                {"name": "Anna", "parent_id": self.customers[0].id},
                {"name": "Bruno", "parent_id": self.customers[1].id},
            ]
        )
        self.orders = self.env["sale.order"]
        self.notes = self.env["account.move"]

    # ---- What happens ----

    def play(self, chance):
        """One thing that happens to the book."""
        happen = chance.choice(
            [self.happen_sell] * 4
            + [self.happen_bill] * 3
            + [
                self.happen_cancel,
                self.happen_confirm,
                self.happen_move_day,
                self.happen_move_customer,
                self.happen_price,
                self.happen_credit,
                self.happen_credit,
                self.happen_credit_alone,
                self.happen_undo_credit,
                self.happen_move_person,
                self.happen_merge,
            ]
        )
        happen(chance)

    def pick(self, chance, records):
        return chance.choice(records) if records else records

    def happen_sell(self, chance):
        company = chance.choice(self.companies)
        amount = chance.choice([-40, 0, 20, 100, 100, 333.33])
        pricelist = self.prices if chance.random() < 0.3 else self.prices.browse()
        order = self.env["sale.order"].with_company(company)
        line = {"product_id": self.product.id, "price_unit": amount, "tax_ids": False}
        self.orders |= order.create(
            {
                "partner_id": chance.choice(self.customers | self.people).id,
                "company_id": company.id,
                "pricelist_id": pricelist.id,
                "date_order": chance.choice(MOMENTS),
                "state": chance.choice(["sale", "sale", "draft"]),
                "user_id": chance.choice(self.rep + self.other_rep).id,
                "order_line": [(0, 0, line)],
            }
        )

    def get_sold(self):
        return self.orders.filtered(lambda order: order.state == "sale")

    def happen_bill(self, chance):
        order = self.pick(chance, self.get_sold())
        if order and order.amount_untaxed > 0 and order.invoice_status == "to invoice":
            self.bill(order, chance.choice(MOMENTS).date())

    def get_invoices(self):
        return self.orders.invoice_ids.filtered(
            lambda m: m.move_type == "out_invoice" and m.state == "posted"
        )

    def happen_cancel(self, chance):
        self.pick(chance, self.get_sold())._action_cancel()

    def happen_confirm(self, chance):
        order = self.pick(chance, self.orders - self.get_sold())
        if order:
            order.action_draft()
            order.action_confirm()

    def happen_move_day(self, chance):
        self.pick(chance, self.get_sold()).date_order = chance.choice(MOMENTS)

    def happen_move_customer(self, chance):
        order = self.pick(
            chance,
            self.get_sold() - self.get_invoices().line_ids.sale_line_ids.order_id,
        )
        if order:
            order.partner_id = chance.choice(self.customers | self.people)

    def happen_price(self, chance):
        order = self.pick(chance, self.get_sold())
        if order and not order.invoice_ids:
            order.order_line.price_unit = chance.choice([0, 55.5, -10])

    def happen_credit(self, chance):
        invoice = self.pick(chance, self.get_invoices())
        if invoice:
            amount = chance.choice([None, None, 20, 33.3, invoice.amount_untaxed])
            self.notes |= self.credit(invoice, amount, chance.choice(MOMENTS).date())

    def happen_credit_alone(self, chance):
        company = chance.choice(self.companies)
        note = self.env["account.move"].with_company(company)
        self.notes |= self.credit_alone(
            chance.choice([10, 100, 20]),
            chance.choice(MOMENTS).date(),
            chance.choice(self.customers | self.people),
            company,
        ).with_env(note.env)

    def happen_undo_credit(self, chance):
        note = self.pick(chance, self.notes)
        if note and note.state == "posted":
            note.button_draft()
        elif note:
            note.action_post()

    def happen_move_person(self, chance):
        self.pick(chance, self.people).parent_id = chance.choice(self.customers)

    def happen_merge(self, chance):
        if len(self.customers) > 2:
            kept, source = chance.sample(list(self.customers), 2)
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((kept + source).ids, kept)
            self.customers -= source

    # ---- Counted in plain Python ----

    def count(self):
        """``{(customer, company): {day: [orders, money]}}`` of the book, from what the
        ORM says of its records."""
        self.env.invalidate_all()
        documents, credits = self.read_book()
        days = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        loose = []
        for key, document in documents.items():
            money, digits = document["money"], document["digits"]
            whose = document["customer"], document["company"]
            if money < 0:
                loose.append((whose, document["day"], -money))
            if money <= 0:
                continue
            credited = [c for c in credits if c["names"] == key]
            rest = money
            if credited:
                taken = sum(
                    c["price"] / document["rate"]
                    if c["currency"] == document["currency"]
                    else c["balance"]
                    for c in credited
                )
                again = max(document["billed"] - money, 0)
                rest = round(money - max(taken - again, 0) + 1e-9, digits)
                if rest <= 0:
                    continue
            day = days[whose][document["day"]]
            day[0] += 1
            day[1] += rest
        for credit in credits:
            if not credit["names"]:
                loose.append((credit["whose"], credit["day"], credit["balance"]))
        lowered = defaultdict(float)
        for whose, day, money in loose:
            before = [other for other in days.get(whose, ()) if other <= day]
            if before:
                lowered[whose, max(before)] += money
        for (whose, day), money in lowered.items():
            days[whose][day][1] -= money
            if abs(days[whose][day][1]) < 1e-6:
                del days[whose][day]
        return {
            (whose, str(day)): (count, round(money, 2))
            for whose, own in days.items()
            for day, (count, money) in own.items()
        }

    def read_book(self):
        documents, invoices = {}, self.get_invoices()
        for order in self.get_sold():
            company = order.company_id
            if company.crl_purchase_basis != "order":
                continue
            rate = order.currency_rate or 1
            zone = ZoneInfo(company._crl_tz())
            moment = order.date_order.replace(tzinfo=ZoneInfo("UTC"))
            lines = order.order_line.invoice_lines.filtered(
                lambda line: line.move_id in invoices
            )
            digits = company.currency_id.decimal_places
            documents["order", order.id] = {
                "customer": order.partner_id.commercial_partner_id.id,
                "company": company.id,
                "day": moment.astimezone(zone).date(),
                "money": round(order.amount_untaxed / rate + 1e-9, digits),
                "rate": rate,
                "currency": order.currency_id,
                "digits": digits,
                "billed": sum(
                    line.price_subtotal / rate
                    if line.currency_id == order.currency_id
                    else -line.balance
                    for line in lines
                ),
            }
        for invoice in invoices:
            company = invoice.company_id
            if company.crl_purchase_basis == "invoice":
                documents["invoice", invoice.id] = {
                    "customer": invoice.partner_id.commercial_partner_id.id,
                    "company": company.id,
                    "day": invoice.invoice_date,
                    "money": -sum(invoice.invoice_line_ids.mapped("balance")),
                    "rate": invoice.invoice_currency_rate,
                    "currency": invoice.currency_id,
                    "digits": company.currency_id.decimal_places,
                    "billed": 0,
                }
        credits = []
        for note in self.notes.filtered(lambda move: move.state == "posted"):
            company = note.company_id
            for line in note.invoice_line_ids:
                if company.crl_purchase_basis == "order":
                    order = (
                        line.sale_line_ids.order_id
                        or note.reversed_entry_id.line_ids.sale_line_ids.order_id
                    )
                    names = order and ("order", order.id)
                else:
                    invoice = note.reversed_entry_id
                    names = invoice and ("invoice", invoice.id)
                credits.append(
                    {
                        "names": names or None,
                        "whose": (
                            note.partner_id.commercial_partner_id.id,
                            company.id,
                        ),
                        "day": note.invoice_date,
                        "price": line.price_subtotal,
                        "currency": note.currency_id,
                        "balance": line.balance,
                    }
                )
        return documents, credits

    def read_rows(self):
        return {
            ((row.partner_id.id, row.company_id.id), str(row.date)): (
                row.order_count,
                round(row.amount, 2),
            )
            for row in self.env["crl.purchase"].search([])
        }

    def test_book_1(self):
        self.play_book(random.Random(1))

    def test_book_2(self):
        self.play_book(random.Random(2))

    def test_book_3(self):
        self.play_book(random.Random(3))

    def test_book_4(self):
        self.play_book(random.Random(4))

    def test_book_5(self):
        self.play_book(random.Random(5))

    def test_book_6(self):
        self.play_book(random.Random(6))

    def play_book(self, chance):
        for company in self.companies:
            company.partner_id.tz = chance.choice(ZONES)
            company.crl_purchase_basis = chance.choice(["order", "order", "invoice"])
        self.env["crl.purchase"]._recount()
        for __ in range(12):
            for __ in range(chance.randint(1, 6)):
                self.play(chance)
            self.work()
            self.assertEqual(self.read_rows(), self.count())
            self.assertFalse(self.env["crl.purchase"]._recount())
        rows = self.env["crl.purchase"].search([])
        self.assertTrue(rows)
        for own in rows.grouped(lambda r: (r.partner_id, r.company_id)).values():
            first = min(own.mapped("date"))
            for row in own:
                self.assertEqual(row.first_date, first)
                months = {date(row.date.year, row.date.month, 1)}
                month = date(first.year, first.month, 1)
                while month not in months and month < row.date:
                    months.add(month)
                    month = date(
                        month.year + month.month // 12, month.month % 12 + 1, 1
                    )
                self.assertEqual(row.month_number, len(months) - 1)
