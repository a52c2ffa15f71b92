from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_booking import BookingCase


class QuotaCase(BookingCase):
    def held(self, moment, customer=None, rep=None, **values):
        """A visit that was held."""
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": (customer or self.customer).id,
                "company_id": self.company.id,
                "user_id": (rep or self.rep).id,
                "channel": "visit",
                "state": "done",
                "outcome": "reached",
                "date_planned": moment,
                "date_done": moment,
                **values,
            }
        )

    def quota(self, **values):
        return (
            self.env["crl.quota"]
            .with_user(self.admin)
            .create({"user_id": self.rep.id, "date_from": "2026-03-01", **values})
        )


@tagged("post_install", "-at_install")
class TestQuota(QuotaCase):
    """What counts, for whom, and when."""

    def test_target(self):
        row = self.quota(date_from="2026-03-17")
        self.assertEqual((row.date_from, row.target), (date(2026, 3, 1), 50))
        self.assertEqual(self.quota(metric="new_accounts").target, 30)
        self.assertEqual(self.quota(user_id=False, target=0).target, 0)

    def test_what_counts(self):
        row = self.quota()
        self.held("2026-03-02 09:00:00")
        self.held("2026-03-02 09:00:00", purpose="marketing")
        self.held("2026-03-02 09:00:00", channel="call")
        self.held("2026-03-02 09:00:00", outcome="refused")
        self.held("2026-03-02 09:00:00", state="failed", outcome="absent")
        self.held("2026-03-02 09:00:00", customer=self.company.partner_id)
        self.held("2026-03-02 09:00:00", customer=self.other_rep.partner_id)
        self.held("2026-03-02 09:00:00", rep=self.other_rep)
        self.assertEqual(row.actual, 2)

    def test_month_of_the_company(self):
        """March ends at midnight in Paris: 22:00 UTC, for summer time has begun."""
        march, april = self.quota(), self.quota(date_from="2026-04-01")
        self.held("2026-02-28 23:00:00")
        self.held("2026-03-31 21:59:59")
        self.held("2026-03-31 22:00:00")
        self.assertEqual((march.actual, april.actual), (2, 1))

    def test_booked_and_no_show(self):
        row = self.quota()
        visit = self.book("2026-03-05 09:00:00")
        self.assertEqual((row.actual, row.booked, row.no_show), (0, 1, 0))
        self.at("2026-03-05 09:30:00")
        visit.with_user(self.rep).action_done("absent")
        row.invalidate_recordset()
        self.assertEqual((row.booked, row.no_show), (1, 1))  # tried again
        visit.with_user(self.rep).action_done("reached")
        row.invalidate_recordset()
        self.assertEqual((row.actual, row.booked, row.no_show), (1, 0, 1))

    def test_new_accounts(self):
        source = self.env["crl.quota"]._get_new_accounts(self.company)
        if source.model != "crl.relationship":
            self.skipTest("An addon knows better what a new account is.")
        row = self.quota(metric="new_accounts")
        self.assertEqual(row.actual, 1)
        self._new_customer("Colleague's", user_id=self.other_rep.id)
        self.enroll(self._new_customer("New one"))
        self.enroll(self._new_customer("Other", user_id=self.other_rep.id))
        row.invalidate_recordset()
        self.assertEqual(row.actual, 2)

    def test_team_and_company(self):
        team = self.quota(user_id=False, team_id=self.team.id)
        company = self.quota(user_id=False)
        self.held("2026-03-02 09:00:00")
        self.held("2026-03-02 09:00:00", rep=self.other_rep)
        self.assertEqual((team.actual, company.actual), (1, 2))

    def test_pace(self):
        """March has 22 working days; on Monday the 16th ten of them have gone."""
        row = self.quota(target=44)
        for number in range(15):
            self.held(f"2026-03-{number % 5 + 2:02} 09:00:00")
        with freeze_time("2026-03-16 10:00:00"):
            self.assertAlmostEqual(row.expected, 20)
            self.assertAlmostEqual(row.pace, 0.75)
            row.invalidate_recordset()
            self.rep.write(
                {
                    "out_of_office_from": "2026-03-08 23:00:00",
                    "out_of_office_to": "2026-03-13 23:00:00",
                }
            )
            # a week away: 5 of 17 days
            self.assertAlmostEqual(row.expected, 44 * 5 / 17, 1)
        row.invalidate_recordset()
        with freeze_time("2026-03-01 10:00:00"):
            self.assertEqual((row.expected, row.pace), (0, 0))

    def test_once(self):
        self.quota()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.quota()

    def test_who_works_here(self):
        stranger = self._new_user("stranger", "user")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with self.assertRaises(ValidationError):
            self.quota(user_id=stranger.id)

    def test_rep_changes_none(self):
        row = self.quota().with_user(self.rep)
        self.assertEqual(row.target, 50)
        with self.assertRaises(AccessError):
            row.target = 1
        with self.assertRaises(AccessError):
            row.with_user(self.other_rep).read(["target"])

    def test_copied_when_a_month_begins(self):
        row = self.quota(target=60)
        self.quota(target=20, user_id=self.other_rep.id, is_repeated=False)
        self.quota(target=70, user_id=self.leader.id)
        self.leader.active = False
        self.at("2026-04-30 21:59:00")
        self.run_cron()
        april = self.env["crl.quota"].search([("date_from", "=", "2026-04-01")])
        self.assertEqual(april.user_id, self.rep)
        self.assertEqual((april.target, april.metric), (60, "meetings"))
        april.target = 65
        # midnight in Paris
        self.at("2026-04-30 22:01:00")
        self.run_cron()
        self.run_cron()
        may = self.env["crl.quota"].search([("date_from", "=", "2026-05-01")])
        self.assertEqual(may.target, 65)
        self.assertEqual(row.target, 60)


@tagged("post_install", "-at_install")
class TestBoard(QuotaCase):
    """The board, for whoever looks at it."""

    def board(self, user=None, month=None):
        board = self.env["crl.portfolio"].with_user(user or self.admin).get_board(month)
        return board, {row["id"]: row for row in board["rows"]}

    def test_nothing_configured(self):
        board, rows = self.board()
        row = rows[self.rep.id]
        self.assertEqual(row["meetings_bar"]["target"], 50)
        self.assertEqual(row["new_accounts_bar"]["target"], 30)
        self.assertEqual(board["month"], "2026-03-01")
        self.assertTrue(board["can_edit"] and row["can_book"])

    def test_figures(self):
        self.held("2026-03-02 09:00:00")
        self.book("2026-03-05 09:00:00")
        late = self.held("2026-02-20 09:00:00", state="open", outcome=False)
        __, rows = self.board()
        row = rows[self.rep.id]
        self.assertEqual(
            [row[name] for name in ("meetings", "booked", "proposed", "overdue")],
            [1, 1, 1, 1],
        )
        Portfolio = self.env["crl.portfolio"].with_user(self.rep)
        for figure in ("meetings", "booked", "new_accounts"):
            action = Portfolio.open_figure(figure, None, self.rep.id)
            found = self.env[action["res_model"]].with_user(self.rep)
            self.assertEqual(found.search_count(action["domain"]), row[figure], figure)
        action = Portfolio.open_figure("overdue")
        found = self.env["crl.touchpoint"].search(action["domain"])
        self.assertEqual(found, late)

    def test_free_slots(self):
        """An hour and half an hour to get there: of a day 3 before and 3 after lunch
        where nothing is booked."""
        self.company.crl_travel_minutes = 20
        self.at("2026-03-30 18:00:00")
        __, rows = self.board()
        self.assertEqual(rows[self.rep.id]["free"], 6)
        self.meet("2026-03-31 07:00:00", "2026-03-31 08:00:00")
        __, rows = self.board()
        self.assertEqual(rows[self.rep.id]["free"], 4)
        self.assertEqual(self.board(month="2026-02-01")[1][self.rep.id]["free"], 0)

    def test_who_sees_whom(self):
        def seen(user):
            return set(self.board(user)[1]) & {
                self.rep.id,
                self.other_rep.id,
                self.leader.id,
            }

        customer = self._new_customer("Other", user_id=self.other_rep.id)
        self.env["crl.relationship"]._ensure(customer)
        everybody = {self.rep.id, self.other_rep.id, self.leader.id}
        self.assertEqual(seen(self.rep), {self.rep.id})
        self.assertEqual(seen(self.leader), {self.rep.id, self.leader.id})
        for user in (self.admin, self.manager, self.direction):
            self.assertEqual(seen(user), everybody)
        board, rows = self.board(self.direction)
        self.assertFalse(board["can_edit"] or any(r["can_book"] for r in rows.values()))
        Portfolio = self.env["crl.portfolio"]
        with self.assertRaises(AccessError):
            Portfolio.with_user(self.rep).get_week(self.other_rep.id)
        with self.assertRaises(AccessError):
            Portfolio.with_user(self._new_user("nora", "marketing")).get_board()

    def test_targets(self):
        Portfolio = self.env["crl.portfolio"].with_user(self.admin)
        Portfolio.set_target("meetings", 40, "2026-03-15", self.rep.id)
        Portfolio.set_target("meetings", 45, "2026-03-01", self.rep.id)
        __, rows = self.board()
        self.assertEqual(rows[self.rep.id]["meetings_bar"]["target"], 45)
        self.assertEqual(Portfolio.copy_targets("2026-04-01"), 1)
        self.assertEqual(Portfolio.copy_targets("2026-04-01"), 0)
        for value in (-1, "many", 2.5, True, None):
            with self.assertRaises(UserError):
                Portfolio.set_target("meetings", value, None, self.rep.id)
        for user in (self.rep, self.direction):
            with self.assertRaises(AccessError):
                Portfolio.with_user(user).set_target("meetings", 1, None, self.rep.id)
            with self.assertRaises(AccessError):
                Portfolio.with_user(user).copy_targets("2026-05-01")

    def test_query_count(self):
        """Fifty reps with their customers and visits cost what two cost, 25 queries."""
        reps = self.env["res.users"]
        for number in range(50):
            reps |= self._new_user(f"rep_{number}", "user", tz="Europe/Paris")
        self.team.member_ids += reps
        for rep in reps:
            customer = self._new_customer(f"Of {rep.login}", user_id=rep.id)
            self.env["crl.relationship"]._ensure(customer)
            self.held("2026-03-02 09:00:00", customer=customer, rep=rep)
            self.meet("2026-03-03 09:00:00", "2026-03-03 10:00:00", rep=rep)
        self.env.flush_all()
        self.env.invalidate_all()
        Portfolio = self.env["crl.portfolio"].with_user(self.admin)
        Portfolio.get_board()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            board = Portfolio.get_board()
        self.assertGreater(len(board["rows"]), 50)


@tagged("post_install", "-at_install")
class TestPortfolio(QuotaCase):
    """A rep's week, whom to visit, and filling the gap."""

    def setUp(self):
        super().setUp()
        self.portfolio = self.env["crl.portfolio"].with_user(self.admin)

    def suggested(self):
        found = self.portfolio.get_suggestions(self.rep.id)
        return {row["name"]: row["reason"] for row in found["rows"]}

    def test_week(self):
        self.book("2026-03-05 09:00:00")
        self.meet("2026-03-05 13:00:00", "2026-03-05 14:00:00", privacy="private")
        week = self.portfolio.get_week(self.rep.id, "2026-03-05")
        thursday = next(day for day in week["days"] if day["date"] == "2026-03-05")
        self.assertEqual(
            [(b["title"], b["status"], b["from"]) for b in thursday["blocks"]],
            [("Bella Napoli", "proposed", 600), ("Busy", "busy", 840)],
        )
        self.assertEqual([slot["from"] for slot in thursday["slots"]], [8 * 60, 930])
        for slot in thursday["slots"]:
            self.book(slot["at"], customer=self._new_customer(slot["at"]))
        seen = self.portfolio.with_user(self.direction).get_week(
            self.rep.id, "2026-03-05"
        )
        self.assertFalse(any(day["slots"] for day in seen["days"]))

    def test_days_are_written_as_the_reader_writes_them(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        for lang, title, label in (
            ("en_US", "Mar 1 – Mar 7, 2026", "Thu, Mar 5"),
            ("ja_JP", "3月1日 – 2026年3月7日", "3月5日(木)"),
        ):
            portfolio = self.portfolio.with_context(lang=lang)
            week = portfolio.get_week(self.rep.id, "2026-03-05")
            self.assertEqual(week["title"], title)
            self.assertIn(label, [day["label"] for day in week["days"]])

    def test_suggestions(self):
        place = {"partner_latitude": 48.86, "partner_longitude": 2.35}
        self.customer.write(place)
        never, near, seen, lately, gone, late = (
            self._new_customer(name)
            for name in ("Never", "Near", "Seen", "Lately", "Gone", "Late")
        )
        near.write(place)
        gone.crl_do_not_contact = True
        customers = never + near + seen + lately + gone + late
        self.env["crl.relationship"]._ensure(customers)
        self.held("2026-01-02 09:00:00", customer=seen)
        self.held("2026-02-20 09:00:00", customer=lately)
        self.held("2026-02-20 09:00:00", customer=late, state="open", outcome=False)
        self.book("2026-03-05 09:00:00")
        self.assertEqual(
            self.suggested(),
            {"Late": "overdue", "Near": "near", "Never": "never", "Seen": "long"},
        )

    def test_fill_the_gap(self):
        """Sixty customers, two meetings so far: 48 more are proposed and booked."""
        customers = self.env["res.partner"].union(
            *(self._new_customer(f"Guest {number}") for number in range(60))
        )
        self.env["crl.relationship"]._ensure(customers)
        self.held("2026-03-02 07:00:00")
        self.book("2026-03-05 09:00:00", customer=customers[0])
        fill = self.portfolio.get_fill(self.rep.id)
        self.assertEqual((fill["missing"], len(fill["lines"])), (48, 48))
        booked = self.portfolio.book(self.rep.id, fill["lines"])
        self.assertEqual(booked, 48)
        row = self.quota()
        self.assertEqual(row.actual + row.booked, 50)
        self.assertEqual(self.portfolio.get_fill(self.rep.id)["missing"], 0)
        told = self.env["mail.message"].search(
            [
                ("notified_partner_ids", "in", self.rep.partner_id.ids),
                ("body", "ilike", "Guest 7"),
            ]
        )
        self.assertEqual(len(told), 1)

    def test_all_or_none(self):
        customers = self.env["res.partner"].union(
            *(self._new_customer(f"Guest {number}") for number in range(3))
        )
        lines = [
            {"key": f"p{partner.id}", "start": f"2026-03-05 {hour}:00:00"}
            for partner, hour in zip(customers, ("09", "13", "13"), strict=True)
        ]
        with self.assertRaises(UserError) as refused:
            self.portfolio.book(self.rep.id, lines)
        self.assertIn("a visit", str(refused.exception))
        self.assertFalse(customers.crl_touchpoint_ids)
        self.assertEqual(self.portfolio.book(self.rep.id, lines[:2]), 2)

    def test_daily_limit(self):
        self.rep.crl_daily_visits = 1
        self.company.crl_target_meetings = 5
        customers = self.env["res.partner"].union(
            *(self._new_customer(f"Guest {number}") for number in range(5))
        )
        self.env["crl.relationship"]._ensure(customers)
        lines = self.portfolio.get_fill(self.rep.id)["lines"]
        self.assertEqual(len({line["start"][:10] for line in lines}), 5)

    def test_nonsense(self):
        for lines in (None, [], [{}], [{"key": "x1"}], [{"key": "p0"}], "all"):
            with self.assertRaises(UserError):
                self.portfolio.book(self.rep.id, lines)
        for user in (None, "rep", 0, self.rep.id + 10**6):
            with self.assertRaises(UserError):
                self.portfolio.get_week(user)
        with self.assertRaises(ValidationError):
            self.portfolio.get_board("March")
        with self.assertRaises(AccessError):
            self.portfolio.with_user(self.rep).book(
                self.other_rep.id,
                [{"key": f"p{self.customer.id}", "start": "2026-03-05 09:00:00"}],
            )
