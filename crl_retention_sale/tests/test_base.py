import random
from datetime import date, datetime, timedelta

import psycopg2
from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

USER = "crl_retention.crl_retention_group_user"
GROUPS = {
    "rep": USER,
    "colleague": USER,
    "all": "crl_retention.crl_retention_group_all",
    "admin": "crl_retention.crl_retention_group_portfolio",
    "manager": "crl_retention.crl_retention_group_manager",
    "direction": "crl_retention.crl_retention_group_direction",
}
#: The day it is in these tests.
TODAY = date(2026, 5, 20)


def first_of(day, months=0):
    return day.replace(day=1) + relativedelta(months=months)


class Book:
    """What should be counted, worked out day by day in the plainest way.

    :param days: ``{customer: the days on which they bought}``
    """

    def __init__(self, days, window):
        self.days = {who: sorted(set(each)) for who, each in days.items() if each}
        self.window = timedelta(days=window)

    def active(self, day):
        """Who bought in the days before the morning of a day."""
        return {
            who
            for who, days in self.days.items()
            if any(day - self.window <= bought < day for bought in days)
        }

    def month(self, start, stop):
        before, after = self.active(start), self.active(stop)
        came = after - before
        new = {who for who in came if self.days[who][0] >= start}
        return {
            "start": before,
            "end": after,
            "kept": before & after,
            "lost": before - after,
            "new": new,
            "won_back": came - new,
        }

    def year(self, stop):
        return self.active(stop - relativedelta(years=1)), self.active(stop)

    def bought(self, stop):
        """Who bought in the year before a day, and who did on two days."""
        start = stop - relativedelta(years=1)
        counts = {
            who: sum(start <= day < stop for day in days)
            for who, days in self.days.items()
        }
        return (
            {who for who, count in counts.items() if count},
            {who for who, count in counts.items() if count > 1},
        )

    def cohort(self, month):
        return {
            who: {(d.year - month.year) * 12 + d.month - month.month for d in days}
            for who, days in self.days.items()
            if first_of(days[0]) == month
        }


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 10:00:00")
class TestBase(TransactionCase):
    """The customer base against a plain count, and figures against what they open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.users = {
            name: new_test_user(
                cls.env, login=f"base_{name}", groups=f"base.group_user,{group}"
            )
            for name, group in GROUPS.items()
        }
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Paris"
        # whatever was bought before
        cls.env.cr.execute("DELETE FROM crl_purchase")
        cls.env.cr.execute("DELETE FROM crl_customer_stay")
        cls.team = cls.env["crm.team"].create(
            {"name": "Shops", "member_ids": [(6, 0, cls.users["rep"].ids)]}
        )

    @classmethod
    def _new_customers(cls, count, **values):
        return cls.env["res.partner"].create(
            [
                {"name": f"Customer {n}", "is_company": True, **values}
                for n in range(count)
            ]
        )

    @classmethod
    def _buy(cls, days, company=None):
        """Write purchase days of customers: ``{customer: days}``."""
        rows = [
            (customer.id, (company or cls.company).id, day, 10, min(bought))
            for customer, bought in days.items()
            for day in sorted(set(bought))
        ]
        for row in rows:
            cls.env.cr.execute(
                SQL(
                    """INSERT INTO crl_purchase (partner_id, company_id, date,
                              order_count, amount, first_date, month_number)
                       VALUES (%s, %s, %s, 1, %s, %s, %s)""",
                    *row,
                    (row[2].year - row[4].year) * 12 + row[2].month - row[4].month,
                )
            )
        customers = cls.env["res.partner"].union(*days)
        return cls.env["crl.customer.stay"]._refresh(customers)

    def _screen(self, user="all"):
        return self.env["crl.base"].with_user(self.users[user])

    def _open(self, *args, user="all", **kwargs):
        """The customers behind a figure, as the list shows them: no one twice."""
        action = self._screen(user).open_figure(*args, **kwargs)
        model = self.env[action["res_model"]].with_user(self.users[user])
        stays = model.search(action["domain"])
        self.assertEqual(len(stays), len(stays.partner_id))
        return stays.partner_id

    def _random_book(self, seed, window, count=40):
        """Customers of all kinds: buying often, once, seldom, and coming back just on
        the day or just after it."""
        chance = random.Random(seed)
        begin = TODAY - timedelta(days=1500)
        book = {}
        for customer in self._new_customers(count):
            day = begin + timedelta(days=chance.randrange(1500))
            gaps = chance.choice(([7, 30], [window], [window + 1], [20, 200, 500], []))
            days = [day]
            while gaps and len(days) < 40:
                gap = chance.choice(
                    [*gaps, chance.choice(gaps) + chance.randrange(-1, 2)]
                )
                days.append(days[-1] + timedelta(days=max(gap, 0)))
                if chance.random() < 0.1:
                    break
            # none in the future, some at the edges of months
            days = [first_of(d) if chance.random() < 0.1 else d for d in days]
            book[customer] = [d for d in days if d <= TODAY]
        return {who: days for who, days in book.items() if days}

    # ---- Against a plain count ----

    def _check(self, days, window, filters=None, months=16):
        book = Book(days, window)
        rows = self._screen().get_months(months, filters)["rows"]
        self.assertEqual(rows[-1]["month"], str(first_of(TODAY)))
        for row in rows:
            start = date.fromisoformat(row["month"])
            stop = min(first_of(start, 1), TODAY + timedelta(days=1))
            for figure, who in book.month(start, stop).items():
                with self.subTest(figure=figure, month=row["month"]):
                    self.assertEqual(row[figure], len(who))
                    shown = self._open(figure, row["month"], filters)
                    self.assertEqual(set(shown), who)
            self._check_rates(book, row, start, stop, filters)

    def _check_rates(self, book, row, start, stop, filters):
        month = book.month(start, stop)
        if month["start"]:
            whole = len(month["start"])
            acquired = len(month["new"]) + len(month["won_back"])
            rate = 100 * (len(month["end"]) - acquired) / whole
            self.assertAlmostEqual(row["retention"], rate)
            self.assertAlmostEqual(row["churn"], 100 - rate)
        else:
            self.assertIsNone(row["retention"])
            self.assertIsNone(row["churn"])
        if row["is_running"]:
            self.assertIsNone(row["year_rate"])
            return
        before, after = book.year(stop)
        expected = 100 * len(before & after) / len(before) if before else None
        self.assertEqual(row["year_rate"], expected)
        shown = self._open("year_kept", row["month"], filters)
        self.assertEqual(set(shown), before & after)
        once, twice = book.bought(stop)
        expected = 100 * len(twice) / len(once) if once else None
        self.assertEqual(row["repeat_rate"], expected)
        self.assertEqual(set(self._open("repeat", row["month"], filters)), twice)

    def test_as_a_plain_count_says(self):
        for seed, window in ((1, 365), (2, 31), (3, 90), (4, 400)):
            with self.subTest(seed=seed, window=window):
                self.env.cr.execute("DELETE FROM crl_purchase")
                self.env.cr.execute("DELETE FROM crl_customer_stay")
                self.company.crl_activity_days = window
                days = self._random_book(seed, window)
                self._buy(days)
                self._check(days, window)

    def test_cohorts_as_a_plain_count_says(self):
        days = self._random_book(5, 365)
        self._buy(days)
        book = Book(days, 365)
        for is_cumulative in (False, True):
            table = self._screen().get_cohorts(10, None, is_cumulative)
            for row in table["rows"]:
                month = date.fromisoformat(row["month"])
                cohort = book.cohort(month)
                self.assertEqual(row["size"], len(cohort))
                for cell in row["cells"]:
                    number = cell["number"]
                    wanted = (
                        range(1, number + 1) if is_cumulative and number else [number]
                    )
                    who = {w for w, months in cohort.items() if months & set(wanted)}
                    with self.subTest(month=month, number=number):
                        self.assertEqual(cell["count"], len(who))
                        share = 100 * len(who) / len(cohort) if cohort else None
                        self.assertEqual(cell["share"], share)
                        shown = self._open(
                            "cohort",
                            row["month"],
                            number=number,
                            is_cumulative=is_cumulative,
                        )
                        self.assertEqual(set(shown), who)
                        last = first_of(month, number) == first_of(TODAY)
                        self.assertEqual(cell["is_running"], last)

    def test_new_customers_are_the_cohorts(self):
        """Both tables tell the same first purchases, the running month too."""
        self._buy(self._random_book(6, 365))
        months = self._screen().get_months(12)["rows"]
        cohorts = self._screen().get_cohorts(12)["rows"]
        self.assertEqual(
            [row["new"] for row in months], [row["size"] for row in cohorts]
        )

    # ---- Edges ----

    def _rows(self, user="all", filters=None):
        rows = self._screen(user).get_months(13, filters)["rows"]
        return {row["month"][:7]: row for row in rows}

    def test_a_year_without_a_purchase(self):
        """Who buys on the last day of the year is still a customer; a day later they
        had been lost, and are won back."""
        just, late = self._new_customers(2)
        first = date(2025, 4, 30)
        self._buy(
            {
                just: [first, first + timedelta(days=365)],
                late: [first, first + timedelta(days=366)],
            }
        )
        stays = self.env["crl.customer.stay"].search(
            [("partner_id", "in", (just + late).ids)], order="partner_id, date_from"
        )
        self.assertEqual(
            [(s.partner_id, s.kind, str(s.date_from), str(s.date_to)) for s in stays],
            [
                (just, "new", "2025-04-30", "2027-04-30"),
                (late, "new", "2025-04-30", "2026-04-30"),
                (late, "won_back", "2026-05-01", "2027-05-01"),
            ],
        )
        rows = self._rows()
        self.assertEqual((rows["2026-04"]["lost"], rows["2026-04"]["end"]), (1, 1))
        self.assertEqual(
            (rows["2026-05"]["start"], rows["2026-05"]["won_back"]), (1, 1)
        )

    def test_nobody_to_keep(self):
        """No customer at the beginning: no rate, and not 0 % or 100 %."""
        self._buy({self._new_customers(1): [date(2026, 3, 2)]})
        row = self._rows()["2026-03"]
        self.assertEqual((row["start"], row["new"], row["end"]), (0, 1, 1))
        for rate in ("retention", "churn", "year_rate"):
            self.assertIsNone(row[rate])
        self.assertEqual(row["repeat_rate"], 0)

    def test_lost_and_back_within_a_month(self):
        """Who was away for some days of a month only has stayed."""
        customer = self._new_customers(1)
        self._buy({customer: [date(2025, 3, 5), date(2026, 3, 20)]})
        row = self._rows()["2026-03"]
        self.assertEqual(
            [row[name] for name in ("start", "kept", "lost", "won_back", "end")],
            [1, 1, 0, 0, 1],
        )
        self.assertEqual(self._open("kept", "2026-03-01"), customer)
        self.assertFalse(self._open("won_back", "2026-03-01"))

    def test_the_month_that_runs(self):
        """Today's purchases are in it, and it says that it is not over."""
        self._buy({self._new_customers(1): [TODAY]})
        row = self._rows()["2026-05"]
        self.assertTrue(row["is_running"])
        self.assertEqual((row["new"], row["end"]), (1, 1))
        self.assertIsNone(row["year_rate"])

    def test_month_ends_where_the_company_is(self):
        """It is still May in Honolulu when June has begun in Auckland."""
        for zone, month in (
            ("Pacific/Honolulu", "2026-05"),
            ("Pacific/Auckland", "2026-06"),
        ):
            self.company.partner_id.tz = zone
            with freeze_time("2026-06-01 05:00:00"):
                self.assertEqual(
                    self._screen().get_months(1)["rows"][0]["month"][:7], month
                )

    # ---- How the times are written ----

    def test_only_what_differs_is_written(self):
        days = self._random_book(7, 365)
        self._buy(days)
        stays = self.env["crl.customer.stay"]
        self.assertEqual(stays._refresh(), 0)
        customer, bought = next((who, d) for who, d in days.items() if len(d) > 1)
        before = {(stay.id, stay.partner_id): stay.date_to for stay in stays.search([])}
        purchase = self.env["crl.purchase"].search(
            [("partner_id", "=", customer.id)], order="date desc", limit=1
        )
        purchase.unlink()
        self.assertTrue(stays._refresh(customer))
        self.env.invalidate_all()
        others = {key: day for key, day in before.items() if key[1] != customer}
        now = {(stay.id, stay.partner_id): stay.date_to for stay in stays.search([])}
        self.assertLessEqual(others.items(), now.items())

    def test_another_number_of_days(self):
        """Changed settings are followed in the engine's next run."""
        customer = self._new_customers(1)
        self._buy({customer: [date(2026, 1, 1), date(2026, 4, 1)]})
        self.assertEqual(len(customer.crl_stay_ids), 1)
        self.company.crl_activity_days = 60
        jobs = self.env["crl.engine"]._get_jobs()
        self.assertIn(("crl.customer.stay", "_refresh_due"), jobs)
        self.assertEqual(self.env["crl.customer.stay"]._refresh_due(10), 1)
        self.assertEqual(len(customer.crl_stay_ids), 2)
        self.assertEqual(self.env["crl.customer.stay"]._refresh_due(10), 0)

    def test_a_month_of_activity_at_least(self):
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.company.crl_activity_days = 30
            self.env.flush_all()

    def test_companies_are_counted_apart(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        customer = self._new_customers(1)
        self._buy({customer: [date(2026, 3, 2)]})
        self._buy({customer: [date(2026, 2, 2), date(2026, 4, 2)]}, other)
        self.assertEqual(self._rows()["2026-04"]["end"], 1)
        self.assertEqual(self._rows()["2026-03"]["new"], 1)
        self.users["all"].company_ids += other
        there = self._screen().with_context(allowed_company_ids=other.ids)
        rows = {row["month"][:7]: row for row in there.get_months(13)["rows"]}
        self.assertEqual(rows["2026-02"]["new"], 1)
        self.assertEqual(rows["2026-03"]["new"], 0)
        cells = there.get_cohorts(4)["rows"][0]["cells"]
        self.assertEqual([cell["count"] for cell in cells], [1, 0, 1, 0])

    # ---- Who sees what ----

    def test_reps_see_their_own_customers(self):
        mine = self._new_customers(2, user_id=self.users["rep"].id)
        theirs = self._new_customers(3, user_id=self.users["colleague"].id)
        self._buy({customer: [date(2026, 4, 2)] for customer in mine + theirs})
        expected = {
            "rep": mine,
            "colleague": theirs,
            **dict.fromkeys(("all", "admin", "manager", "direction"), mine + theirs),
        }
        for user, customers in expected.items():
            with self.subTest(user=user):
                row = self._rows(user)["2026-04"]
                self.assertEqual(row["new"], len(customers))
                self.assertEqual(self._open("new", "2026-04-01", user=user), customers)
                cohort = self._screen(user).get_cohorts(2)["rows"][0]
                self.assertEqual(cohort["size"], len(customers))

    def test_nobody_without_a_role(self):
        stranger = new_test_user(self.env, login="base_stranger")
        screen = self.env["crl.base"].with_user(stranger)
        for call in (
            lambda: screen.get_months(),
            lambda: screen.get_cohorts(),
            lambda: screen.get_choices(),
            lambda: screen.set_target(5),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_narrowed_down_by_what_customers_are_now(self):
        france, japan = self.env.ref("base.fr"), self.env.ref("base.jp")
        days = self._random_book(8, 365, 30)
        some = self.env["res.partner"].union(*list(days)[::2])
        some.write({"country_id": france.id, "user_id": self.users["rep"].id})
        # gone, but they were customers once
        some[:3].active = False
        (self.env["res.partner"].union(*days) - some).country_id = japan
        self._buy(days)
        segment = self.env["crl.segment"].create(
            {"name": "French", "domain": f"[('country_id', '=', {france.id})]"}
        )
        for filters in (
            {"country_id": france.id},
            {"user_id": self.users["rep"].id},
            {"team_id": self.team.id},
            {"segment_id": segment.id, "country_id": france.id},
        ):
            with self.subTest(filters=filters):
                chosen = {who: d for who, d in days.items() if who in some}
                self._check(chosen, 365, filters, months=4)
        choices = self._screen().get_choices()
        self.assertEqual(
            {each["name"] for each in choices["country_id"]}, {"France", "Japan"}
        )
        self.assertIn(self.team.name, {each["name"] for each in choices["team_id"]})

    def test_the_pivot_shows_whom_the_screen_shows(self):
        near, far = self._new_customers(2)
        far.country_id = self.env.ref("base.jp")
        coming = TODAY + timedelta(days=1)
        self._buy({near: [TODAY], far: [TODAY, coming]})
        for filters, days in (
            ({}, {near: TODAY, far: TODAY}),
            ({"country_id": far.country_id.id, "team_id": False}, {far: TODAY}),
        ):
            action = self._screen().open_cohorts(filters)
            found = self.env["crl.purchase"].search(action["domain"])
            self.assertEqual({row.partner_id: row.date for row in found}, days)
            self.assertEqual(action["res_model"], "crl.purchase")

    def test_wrong_questions_are_refused(self):
        screen = self._screen()
        for call in (
            lambda: screen.get_months(0),
            lambda: screen.get_months("12"),
            lambda: screen.get_months(61),
            lambda: screen.get_months(12, {"name": 1}),
            lambda: screen.get_months(12, {"country_id": "Japan"}),
            lambda: screen.get_cohorts(-1),
            lambda: screen.open_figure("amount", "2026-05-01"),
            lambda: screen.open_figure("new", "soon"),
            lambda: screen.open_cohorts({"country_id": "Japan"}),
            lambda: screen.open_figure("cohort", "2026-05-01", None, "many"),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(len(screen.get_months(60)["rows"]), 60)

    def test_queries_do_not_grow_with_months(self):
        self._buy(self._random_book(9, 365))
        counts = []
        screen = self._screen("rep")
        for months in (6, 6, 36):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            screen.get_months(months)
            screen.get_cohorts(months)
            counts.append(self.env.cr.sql_log_count - before)
        # the first time there is more to find out: who the user is and may see
        self.assertEqual(*counts[1:])
        self.assertLessEqual(counts[1], 12)

    # ---- The target ----

    def _buy_last_year(self):
        """Four customers of a year ago, of whom two are left at the end of April."""
        customers = self._new_customers(4)
        self._buy(
            {
                customer: [date(2025, 3, 1), *([date(2026, 2, 1)] * (n < 2))]
                for n, customer in enumerate(customers)
            }
        )

    def test_target_over_the_baseline(self):
        self._buy_last_year()
        screen = self._screen("admin")
        screen.set_target(6)
        result = screen.get_months(13)
        target = result["target"]
        self.assertEqual((target["baseline"], target["goal"]), (50, 56))
        self.assertEqual(target["date_to"], "2027-05-01")
        # the end of April is where it begins
        self.assertEqual(result["rows"][-2]["expected"], 50)
        self.assertIsNone(result["rows"][-3]["expected"])
        # the baseline stays what it was, whatever comes
        self.env["crl.purchase"].search([("date", "=", "2026-02-01")]).unlink()
        self.env["crl.customer.stay"]._refresh()
        with freeze_time("2026-11-05"):
            result = screen.get_months(13)
        self.assertEqual(result["target"]["baseline"], 50)
        self.assertEqual(result["rows"][-2]["expected"], 53)

    def test_the_baseline_is_nobodys_to_choose(self):
        self._buy_last_year()
        targets = self._screen("admin").env["crl.base.target"]
        target = targets.create(
            {
                "points": 6,
                "baseline": 10,
                "date_from": "2026-01-01",
                "date_to": "2030-01-01",
            }
        )
        target.write({"points": 7, "baseline": 10, "date_from": "2025-01-01"})
        self.assertEqual((target.baseline, target.points, target.goal), (50, 7, 57))
        days = (str(target.date_from), str(target.date_to))
        self.assertEqual(days, ("2026-05-01", "2027-05-01"))

    def test_target_is_about_all_customers(self):
        self._buy_last_year()
        self._screen("manager").set_target(6)
        for user, is_seen in (("all", True), ("direction", True), ("rep", False)):
            result = self._screen(user).get_months(13)
            self.assertEqual(bool(result["target"]), is_seen)
            self.assertFalse(result["can_set_target"])
        filters = {"country_id": self.env.ref("base.fr").id}
        self.assertFalse(self._screen("admin").get_months(13, filters)["target"])

    def test_who_sets_the_target(self):
        self._buy_last_year()
        for user in ("rep", "all", "direction"):
            with self.assertRaises(AccessError):
                self._screen(user).set_target(6)
        screen = self._screen("manager")
        screen.set_target(6)
        screen.set_target(7.5)
        target = self.env["crl.base.target"].search([])
        self.assertEqual(target.points, 7.5)
        screen.set_target(0)
        self.assertFalse(target.exists())
        for points in (-1, 101, "5", True, None):
            with self.assertRaises(UserError):
                screen.set_target(points)

    def test_no_target_without_a_year(self):
        self._buy({self._new_customers(1): [date(2026, 3, 1)]})
        with self.assertRaisesRegex(UserError, "A year ago there was no customer"):
            self._screen("admin").set_target(5)

    # ---- The managers' morning ----

    def test_the_morning_tells_a_month_once(self):
        self._buy_last_year()
        self._screen("admin").set_target(6)
        manager = self.users["manager"].with_user(self.users["manager"])
        with freeze_time("2026-06-01 06:00:00"):
            section = manager._crl_get_base_section(datetime(2026, 5, 29, 5))
            [row] = section["rows"]
            self.assertEqual(
                row["text"],
                "2 customers: 0 new, 0 won back, 0 lost; 50.0 % stayed over 12 months; "
                "on the way to the target: 50.5 %",
            )
            self.assertIn(
                section, manager._crl_get_morning_sections(datetime(2026, 5, 29, 5))
            )
        with freeze_time("2026-06-02 06:00:00"):
            self.assertFalse(manager._crl_get_base_section(datetime(2026, 6, 1, 6)))
