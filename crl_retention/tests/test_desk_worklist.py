from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskWorklist(DeskCase):
    """What is on whose list, why, and in which order."""

    def list(self, user=None, **view):
        return self.desk(user).get_worklist(view)

    def names(self, user=None, **view):
        return [row["name"] for row in self.list(user, **view)["rows"]]

    def reasons(self, user=None, **view):
        rows = self.list(user, **view)["rows"]
        return {row["name"]: row["reason"] for row in rows}

    def test_what_is_most_urgent_comes_first(self):
        names = ("Unhappy", "Late", "Asked", "Promised", "Due", "Dealt", "Later")
        customers = dict(zip(names, map(self._new_customer, names), strict=True))
        everybody = self.customer.union(*customers.values())
        calls = self.open_calls(everybody - self.customer).grouped("partner_id")
        call = {name: calls[partner] for name, partner in customers.items()}
        desk = self.desk()
        desk.finish(call["Unhappy"].id, {"verdict": "negative", "note": "Dry"})
        desk.finish(
            call["Asked"].id,
            {"outcome": "call_back", "date_next": "2026-03-10 13:00:00"},
        )
        call["Promised"].with_user(self.rep).action_done("reached", "positive")
        self.env["crl.case"].with_user(self.rep).create(
            {
                "partner_id": customers["Promised"].id,
                "kind": "promise",
                "description": "Bring the price list\nand the catalogue",
                "deadline": "2026-03-10 16:00:00",
            }
        )
        segment = self.env["crl.segment"].create({"name": "All"})
        call["Dealt"].campaign_id = self.env["crl.campaign"].create(
            {"name": "Spring", "segment_id": segment.id, "state": "released"}
        )
        self.at("2026-03-10 13:00:00")
        self.run_cron()
        moments = {"Due": "08:00:00", "Dealt": "07:00:00"}
        for name, hour in moments.items():
            call[name].date_planned = f"2026-03-10 {hour}"
        call["Later"].date_planned = "2026-03-12 08:00:00"
        self.assertEqual(
            list(self.reasons().items()),
            [
                ("Unhappy", "case"),
                ("Late", "overdue"),
                ("Asked", "promised"),
                ("Promised", "promised"),
                ("Due", "due"),
                ("Dealt", "campaign"),
            ],
        )
        self.assertEqual(self.reasons(day="week")["Later"], "soon")
        rows = {row["name"]: row for row in self.list()["rows"]}
        self.assertEqual(rows["Late"]["reason_text"], "1 day late")
        self.assertEqual(rows["Promised"]["title"], "Bring the price list")
        self.assertEqual(rows["Promised"]["model"], "crl.case")
        self.assertEqual(rows["Dealt"]["reason_text"], "Spring")
        self.assertTrue(all(row["is_mine"] for row in rows.values()))

    def test_days_are_those_of_the_reps_clock(self):
        call = self.open_calls()
        call.date_planned = "2026-03-09 22:30:00"
        # half past eleven in the evening in Paris, where the day ends at 23:00 UTC
        self.at("2026-03-09 22:50:00")
        self.assertEqual(self.reasons(), {"Bella Napoli": "due"})
        self.at("2026-03-09 23:10:00")
        self.assertEqual(self.reasons(), {"Bella Napoli": "overdue"})
        self.rep.tz = "America/New_York"
        self.assertEqual(self.reasons(), {"Bella Napoli": "due"})

    def test_filters_and_what_they_leave_to_choose(self):
        lyon = self._new_customer("Chez Paul", city="Lyon")
        calls = self.open_calls(self.customer + lyon)
        calls[0].date_planned -= timedelta(days=3)
        late, due = (call.partner_id.name for call in calls)
        self.assertEqual(self.names(reasons=["overdue"]), [late])
        self.assertEqual(self.names(channels=["call"]), [late, due])
        self.assertFalse(self.names(channels=["visit"]))
        chosen = self.list(reasons=["due"])
        self.assertEqual(chosen["counts"]["reasons"], {"overdue": 1, "due": 1})
        self.assertEqual(chosen["counts"]["channels"], {"call": 1})
        self.assertEqual(chosen["total"], 1)
        self.assertEqual(self.names(limit=1, offset=1), [due])
        number = lyon.phone.replace(" ", "")
        for search in ("paul", "LYON", lyon.phone, number, number[-6:], " Paul "):
            with self.subTest(search=search):
                self.assertEqual(self.names(search=search), ["Chez Paul"])
        for search in ("nobody", "99 88 77", "'; --", "no\0body"):
            self.assertFalse(self.names(search=search))

    def test_only_who_may_be_called_now(self):
        early = self._new_customer("Early", tz="America/New_York")
        told = self._new_customer("Told us")
        self.env["crl.call.window"].with_user(self.rep).create(
            {"partner_id": told.id, "weekday": "0", "hour_from": 15, "hour_to": 17}
        )
        self.open_calls(self.customer + early + told)
        self.assertEqual(self.names(callable_now=True), ["Bella Napoli"])
        rows = {r["name"]: r["is_callable"] for r in self.list()["rows"]}
        self.assertEqual(rows, {"Bella Napoli": True, "Early": False, "Told us": False})
        self.at("2026-03-09 14:00:00")  # three in Paris, ten in New York
        self.assertEqual(self.list(callable_now=True)["total"], 3)
        card = self.desk().open_contact(
            told.crl_touchpoint_ids.filtered(lambda t: t.state == "open").id
        )["customer"]
        self.assertTrue(card["is_callable"])
        self.assertEqual(card["call_windows"], ["Monday 15:00–17:00"])

    def test_who_stands_in_has_both_lists(self):
        self.open_calls()
        self.assertFalse(self.names(self.other_rep))
        self.rep.write(
            {
                "crl_cover_id": self.other_rep.id,
                "crl_away_until": fields.Date.today(),
            }
        )
        (row,) = self.list(self.other_rep)["rows"]
        self.assertEqual((row["user_id"], row["is_mine"]), (self.rep.id, True))
        answer = self.desk(self.other_rep).finish(row["id"], {"verdict": "positive"})
        self.assertFalse(answer["refused"])

    def test_leaders_have_their_teams_list(self):
        self.open_calls()
        self.assertEqual(self.list()["scopes"], ["mine"])
        self.assertEqual(self.list(self.leader)["scopes"], ["mine", "team"])
        self.assertFalse(self.names(self.leader))
        self.assertEqual(self.names(self.leader, scope="team"), ["Bella Napoli"])
        self.assertEqual(self.list(self.manager)["scopes"], ["mine", "all"])
        self.assertEqual(self.names(self.manager, scope="all"), ["Bella Napoli"])
        # and not that of another team
        foreign = self._new_customer("Elsewhere", user_id=self.other_rep.id)
        self.open_calls(foreign)
        self.assertEqual(self.names(self.leader, scope="team"), ["Bella Napoli"])

    def test_team_is_counted(self):
        second = self._new_customer("Da Gino")
        late, done = self.open_calls(self.customer + second)
        late.date_planned -= timedelta(days=2)
        self.desk().finish(done.id, {"verdict": "positive"}, False)
        self.desk().open_contact(late.id)
        rows = {row["user_id"]: row for row in self.desk(self.leader).get_team()}
        self.assertEqual(set(rows), set((self.rep + self.leader).ids))
        row = rows[self.rep.id]
        self.assertEqual(
            (row["overdue"], row["due"], row["total"], row["held"], row["done"]),
            (1, 0, 1, 1, 1),
        )
        everybody = {row["user_id"] for row in self.desk(self.manager).get_team()}
        self.assertEqual(everybody, {self.rep.id})
        for user in (self.rep, self._new_user("direction", "direction")):
            with self.assertRaises(AccessError):
                self.desk(user).get_team()

    def test_a_case_without_a_visit_is_not_forgotten(self):
        call = self.open_calls()
        self.desk().finish(call.id, {"verdict": "negative", "note": "Dry"}, False)
        visit = self.customer.crl_case_ids.visit_id
        (row,) = self.list()["rows"]
        self.assertEqual((row["key"], row["reason"]), (f"t{visit.id}", "case"))
        # on the company's clock where the user has said none
        visit.case_id.deadline = "2026-03-11 10:30:00"
        self.rep.tz = False
        (row,) = self.list()["rows"]
        until = row["reason_text"].replace("\u202f", " ")
        self.assertEqual(until, "Unhappy customer: visit by 3/11/26, 11:30 AM")
        self.desk().finish(visit.id, {"verdict": "neutral"}, False)
        (row,) = self.list()["rows"]
        self.assertEqual(row["key"], f"c{self.customer.crl_case_ids.id}")
        self.assertEqual(row["reason"], "case")
