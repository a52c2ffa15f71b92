import random
from datetime import date, timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..models import crl_indicator_follow, crl_indicator_refresh, res_partner_joining
from ..models.crl_indicator_follow import FOLLOWED
from .common import CrlCase

#: When this test is made, for rows that say when they were written.
LATER = "2026-06-01"


@tagged("post_install", "-at_install")
class TestIndicatorFollow(CrlCase):
    """A night that looks only at customers something happened to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contact = {
            "source": "computed",
            "model_id": cls.env["ir.model"]._get_id("crl.touchpoint"),
            "partner_path": "partner_id",
            "date_field": "date_done",
            "raw_bad": 0,
            "raw_fair": 5,
            "raw_good": 10,
        }
        cls.env["crl.indicator"].create(
            [
                {
                    **contact,
                    "code": "calls",
                    "name": "Calls this month",
                    "domain": "[('channel', '=', 'call')]",
                    "window_days": 30,
                },
                {
                    **contact,
                    "code": "visit",
                    "name": "Days since a visit",
                    "domain": "[('channel', '=', 'visit')]",
                    "aggregate": "days_since",
                    "window_days": 120,
                },
            ]
        )
        # a bridge's are of other models
        cls.indicators = cls.env["crl.indicator"].search(
            [("source", "=", "computed"), ("model_id.model", "in", FOLLOWED)]
        )
        # whenever the addon was installed
        cls.indicators.write({"date_refresh": "2026-01-01", "date_refreshed": False})

    def night(self):
        """What the engine does once a day, as if it was that day that rows say they
        were written on."""
        self.env.flush_all()
        wrote = fields.Datetime.now() - timedelta(hours=self.chance.randrange(20))
        for table in ("crl_touchpoint", "crl_case", "res_partner"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = %s WHERE write_date > %s",
                    SQL.identifier(table),
                    wrote,
                    LATER,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE crl_relationship SET create_date = %s WHERE create_date > %s",
                wrote,
                LATER,
            )
        )
        while self.env["crl.indicator"]._refresh_due(1000):
            pass
        self.env.invalidate_all()

    def write_past_orm(self, record, **values):
        """As another program does, long before the night."""
        self.env.flush_all()
        for name, value in {**values, "write_date": "2026-01-01"}.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.id,
                )
            )
        record.invalidate_recordset()

    def get_wrong(self):
        """Values that are not what measuring everybody would find."""
        self.env.flush_all()
        return self.env.execute_query(
            self.env["crl.indicator.value"]._get_all_changed_sql(
                self.indicators, lambda column: SQL("%s IS NOT NULL", column), False
            )
        )

    def happen(self, partners):
        """Something, to somebody; past the verbs, which would measure at once."""
        chance, now = self.chance, fields.Datetime.now()
        partner = chance.choice(partners)
        ago = now - timedelta(hours=chance.randrange(24 * 400))
        contacts = self.env["crl.touchpoint"].search([("partner_id", "=", partner.id)])
        cases = self.env["crl.case"].search(
            [("partner_id", "=", partner.id), ("state", "=", "open")]
        )
        sooner = now - timedelta(hours=chance.randrange(24 * 100))
        what = chance.randrange(11)
        if what < 3 or not contacts:
            state = chance.choice(["done", "done", "failed", "planned"])
            contacts.create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "channel": chance.choice(["call", "visit", "email"]),
                    "purpose": "service",
                    "service_class": "regular",
                    "state": state,
                    "outcome": chance.choice(["reached", "no_answer"]),
                    "date_planned": ago,
                    "date_done": state != "planned" and ago,
                }
            )
        elif what in (3, 8):
            contact = chance.choice(contacts)
            contact.write(
                {
                    "state": "done",
                    "outcome": "reached",
                    "date_done": chance.choice([now, ago]),
                    "verdict": chance.choice(["positive", "neutral", "negative"]),
                    "feedback_date": chance.choice([now, ago, False]),
                }
            )
        elif what == 4:
            chance.choice(contacts).dead_address = partner.email_normalized
        elif what == 5:
            numbers = [False, f"+33 1 42 68 54 {chance.randrange(100):02}"]
            partner.phone = chance.choice(numbers)
            partner.email = chance.choice([False, f"{chance.random()}@example.com"])
        elif what == 6 or not cases:
            cases.create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "kind": chance.choice(["complaint", "promise"]),
                    "date_open": sooner,
                    "deadline": sooner + timedelta(days=chance.randrange(20)),
                    "visit_id": chance.choice(contacts).id,
                }
            )
        else:
            chance.choice(cases).write(
                {
                    "state": chance.choice(["recovered", "not_recovered", "cancelled"]),
                    "date_closed": chance.choice([now, sooner]),
                    "on_time": chance.choice([True, False]),
                }
            )

    def test_few_are_measured_and_all_are_right(self):
        """Whatever happens, and whatever falls out of a window meanwhile, on any day:
        measuring everybody finds nothing else. Something happened to more than three
        customers: all are measured."""
        self.chance = random.Random(815)
        self.patch(crl_indicator_refresh, "BLOCK", 3)
        self.patch(crl_indicator_refresh, "MOST_MOVED", 2)
        self.patch(crl_indicator_refresh, "FEW_MOVED", 3)
        partners = self.customer
        for name in "ABCDEFGHIJ":
            partners += self._new_customer(name)
        self.enroll(partners[:8])
        for __ in range(150):
            self.happen(partners[:8])
        self.at("2026-03-02 02:00:00")
        self.night()
        looked, moment = [], fields.Datetime.now()
        found = type(self.indicators)._get_moved
        self.patch(
            type(self.indicators),
            "_get_moved",
            lambda *args: looked.append(found(*args)) or looked[-1],
        )
        for number in range(60):
            for __ in range(self.chance.choice([0, 1, 2, 3, 0])):
                self.happen(partners if number > 12 else partners[:8])
            if number == 12:
                self.env["crl.relationship"]._ensure(partners)
            moment += timedelta(days=self.chance.choice([1, 1, 1, 1, 2, 6]))
            self.at(moment)
            self.night()
            self.assertFalse(self.get_wrong(), moment)
        shares = [len(moved) for moved in looked]
        self.assertGreater(max(shares), 6)
        self.assertGreater(len(shares), 15)
        self.assertIn(0, shares)
        self.assertLess(sum(shares), len(shares) * 6)

    def test_everybody_has_a_turn(self):
        """What was written past the ORM is found then, and at once when a manager asks
        for it."""
        self.chance = random.Random(1)
        self.patch(crl_indicator_refresh, "BLOCK", 10**9)  # all have Mondays
        self.enroll()
        days = self.indicators.filtered(lambda i: i.code == "days_since_contact")
        contact = self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "purpose": "service",
                "service_class": "regular",
                "state": "done",
                "date_planned": "2026-02-01",
                "date_done": "2026-02-01",
            }
        )
        self.at("2026-03-02 02:00:00")  # a Monday
        self.night()
        raws = []
        for number, day in enumerate(range(3, 12)):
            if number in (3, 7):
                self.write_past_orm(contact, date_done=f"2026-02-1{number}")
            self.at(f"2026-03-{day:02} 02:00:00")
            if day == 11:
                days.with_user(self.manager).action_refresh()
            self.night()
            raws.append(self.get_values(days).raw - (day - 2))
        self.assertEqual(raws, [29, 29, 29, 29, 29, 29, 17, 17, 13])

    def test_nights_that_were_missed_are_made_up_for(self):
        """Wherever a customer is, within a week of runs and rests it is their turn."""
        self.chance = random.Random(4)
        self.enroll()
        contact = self.customer.crl_touchpoint_ids[:1]
        for block, nights in (
            (10**9, (3, 6, 11)),  # all have Mondays: the 9th
            (self.customer.id, (12, 16, 20, 24)),  # Tuesdays: the 17th
        ):
            self.patch(crl_indicator_refresh, "BLOCK", block)
            for number, day in enumerate(nights):
                self.at(f"2026-03-{day:02} 08:00:00")
                if number == 2:
                    self.write_past_orm(
                        contact, state="done", date_done=f"2026-02-{day:02}"
                    )
                self.night()
                self.assertFalse(self.get_wrong(), day)

    def test_whose_turn_it_is(self):
        turns = crl_indicator_refresh.get_turns
        monday = date(2026, 3, 2)
        self.assertEqual(turns(date(2026, 3, 1), monday), {0})
        self.assertEqual(turns(date(2026, 2, 27), monday), {5, 6, 0})
        self.assertEqual(turns(monday, monday), set())
        for last in (None, date(2026, 2, 23), date(2025, 1, 1)):
            self.assertEqual(turns(last, monday), set(range(7)))

    def test_another_time_zone_is_another_day(self):
        """Whoever moves the company's clock has the days of everybody counted anew."""
        self.chance = random.Random(5)
        self.enroll()
        contact = self.customer.crl_touchpoint_ids[:1]
        contact.write({"state": "done", "date_done": "2026-02-10 23:30:00"})
        for day in (2, 3):
            self.at(f"2026-03-{day:02} 12:00:00")
            self.night()
        days = self.indicators.filtered(lambda i: i.code == "days_since_contact")
        self.assertEqual(self.get_values(days).since, date(2026, 2, 11))
        self.company.partner_id.tz = "America/New_York"
        self.at("2026-03-04 12:00:00")
        self.night()
        self.assertEqual(self.get_values(days).since, date(2026, 2, 10))
        self.assertFalse(self.get_wrong())

    def test_what_cannot_be_followed_is_measured_for_everybody(self):
        now = fields.Datetime.now()
        state = self.indicators[0]._get_whole_state()
        self.indicators.write({"date_refreshed": now, "whole_state": state})
        follows = lambda **values: self.indicators.new(  # noqa: E731
            {
                **self.indicators.filtered(lambda i: i.code == "calls").copy_data()[0],
                "date_refreshed": now,
                "whole_state": state,
                **values,
            }
        )._is_followed()
        self.assertTrue(all(indicator._is_followed() for indicator in self.indicators))
        self.assertTrue(follows(domain="[('user_id', '=', 5), ('note', '=', 'x')]"))
        self.assertFalse(follows(whole_state=False))
        self.assertFalse(follows(date_refreshed=False))
        for domain in (
            "[('date_done', '>', 'today -3d')]",
            "[('user_id', '=', 'Luca')]",
            "[('user_id.active', '=', True)]",
            "[('step_id', 'any', [('channel', '=', 'call')])]",
            "[('partner_id', 'child_of', 5)]",
            "[('is_live', '=', True)]",
            "[('no_such_field', '=', 1)]",
        ):
            self.assertFalse(follows(domain=domain), domain)
        day = {"date_field": "x_day"}
        self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id("crl.touchpoint"),
                "name": "x_day",
                "ttype": "date",
            }
        )
        self.assertTrue(follows(**day, window_days=0))
        self.assertFalse(follows(**day, window_days=30))
        leads = {"model_id": self.env["ir.model"]._get_id("crm.lead")}
        self.assertFalse(follows(**leads, date_field="create_date"))

    def test_a_run_over_few_goes_on_where_it_was_killed(self):
        self.chance = random.Random(2)
        partners = self.customer + self._new_customer("A") + self._new_customer("B")
        self.enroll(partners)
        self.night()
        self.at("2026-03-03 02:00:00")
        self.patch(crl_indicator_refresh, "FOLLOWED_PER_RECORD", 1)
        for partner in partners:
            self.happen(partner)
        cursors = set()
        while self.env["crl.indicator"]._refresh_due(1):
            self.env.invalidate_all()
            cursors |= set(self.indicators.mapped("refresh_cursor"))
        self.assertEqual(cursors, {0, *partners.ids[:3]})
        self.assertFalse(self.get_wrong())

    def test_an_indicator_of_one_company(self):
        """Customers who go to another company have no value of it, and nothing is found
        to do for them every night."""
        self.chance = random.Random(8)
        second = self.env["res.company"].create({"name": "Second"})
        days = self.indicators.filtered(lambda i: i.code == "days_since_contact")
        days.company_id = self.company
        self.enroll()
        contact = self.customer.crl_touchpoint_ids[:1]
        contact.write({"state": "done", "date_done": "2026-02-10 12:00:00"})
        for day, company, since in (
            (2, self.company.browse(), [date(2026, 2, 10)]),
            (3, second, []),
            (4, self.company, [date(2026, 2, 10)]),
        ):
            self.customer.company_id = company
            self.at(f"2026-03-{day:02} 12:00:00")
            self.night()
            self.assertEqual(self.get_values(days).mapped("since"), since)
            self.assertFalse(self.get_wrong())

    def test_a_dead_address_of_two_customers(self):
        """What came back for one of them is dead for the other, too."""
        self.chance = random.Random(6)
        other = self._new_customer("Chez Paul")
        third = self._new_customer("Da Gino", email=False)
        self.customer.phone = other.phone = False
        self.enroll(self.customer + other + third)
        other.email = self.customer.email
        third.phone = "+33 1 42 68 53 99"
        for day in (2, 3):
            self.at(f"2026-03-{day:02} 12:00:00")
            self.night()
        reachable = self.indicators.filtered(lambda i: i.code == "reachable")
        self.assertEqual(self.get_values(reachable).mapped("raw"), [1, 1, 1])
        email, phone = self.customer.crl_touchpoint_ids[:2]
        email.dead_address = other.email_normalized
        phone.dead_address = third.phone_sanitized
        self.at("2026-03-04 12:00:00")
        self.night()
        self.assertEqual(self.get_values(reachable).mapped("raw"), [0, 0, 0])

    def test_who_comes_and_goes_between_companies(self):
        """A contact person goes to another company, moved by a colleague without a role
        here: whom one can reach, at both, is known at once."""
        self.chance = random.Random(3)
        other = self._new_customer("Chez Paul", email=False, phone=False)
        self.customer.write({"email": False, "phone": False})
        person = self.env["res.partner"].create(
            {
                "name": "Nadia",
                "email": "nadia@example.com",
                "parent_id": self.customer.id,
            }
        )
        self.enroll(self.customer + other)
        self.night()
        reachable = self.indicators.filtered(lambda i: i.code == "reachable")
        raws = lambda: {  # noqa: E731
            value.partner_id: value.raw for value in self.get_values(reachable)
        }
        self.assertEqual(raws(), {self.customer: 1, other: 0})
        colleague = new_test_user(
            self.env,
            login="colleague",
            groups="base.group_user,base.group_partner_manager",
        )
        self.env.invalidate_all()
        person.with_user(colleague).parent_id = other
        self.assertEqual(raws(), {self.customer: 0, other: 1})
        self.env.invalidate_all()
        person.with_user(colleague).active = False
        self.assertEqual(raws(), {self.customer: 0, other: 0})
        person.with_user(colleague).write(
            {"active": True, "parent_id": self.customer.id}
        )
        self.assertEqual(raws(), {self.customer: 1, other: 0})
        self.env.invalidate_all()
        person.with_user(colleague).unlink()
        self.assertEqual(raws(), {self.customer: 0, other: 0})

    def test_many_lose_their_person_at_once(self):
        self.chance = random.Random(7)
        self.patch(res_partner_joining, "MAX_AT_ONCE", 2)
        self.patch(crl_indicator_follow, "MAX_AT_ONCE", 2)
        partners = self.env["res.partner"].union(
            *(self._new_customer(name, email=False, phone=False) for name in "ABCD")
        )
        persons = partners.create(
            [
                {"name": "N", "email": f"{p.name}@example.com", "parent_id": p.id}
                for p in partners
            ]
        )
        self.env["crl.relationship"]._ensure(partners)
        self.night()
        reachable = self.indicators.filtered(lambda i: i.code == "reachable")
        self.assertEqual(self.get_values(reachable).mapped("raw"), [1] * 4)
        persons.parent_id = partners[3]
        self.assertEqual(
            {value.partner_id: value.raw for value in self.get_values(reachable)},
            {**dict.fromkeys(partners, 0), partners[3]: 1},
        )
