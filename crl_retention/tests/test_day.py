from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase

PLACES = {
    "Montmartre": (48.8867, 2.3431),
    "Bastille": (48.8530, 2.3690),
    "Versailles": (48.8049, 2.1204),
    "Louvre": (48.8606, 2.3376),
}


@tagged("post_install", "-at_install")
class TestDay(CrlCase):
    """A rep's visits of one day, in an order that makes sense.

    "Now" is Monday 2 March, 11:00 in Paris. The office is at the Louvre.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put(cls.company.partner_id, "Louvre")
        cls.day = cls.env["crl.day"].with_user(cls.rep)

    @classmethod
    def _put(cls, partner, name):
        latitude, longitude = PLACES[name]
        partner.write({"partner_latitude": latitude, "partner_longitude": longitude})

    def new_visit(self, name, when="2026-03-02 08:00:00", **values):
        partner = self._new_customer(name, city=name)
        if name in PLACES:
            self._put(partner, name)
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "channel": "visit",
                "user_id": self.rep.id,
                "date_planned": when,
                "date_due": when,
                "subject": "Taste the new dough",
                **values,
            }
        )

    def new_open_visit(self, *args, **values):
        visit = self.new_visit(*args, **values)
        visit._open_activities()
        return visit

    def names(self, day):
        return [row["name"] for row in day["rows"]]

    # ---- The order ----

    def test_nearest_first_and_the_way_home(self):
        self.new_open_visit("Versailles")
        self.new_open_visit("Bastille")
        self.new_open_visit("Montmartre")
        day = self.day.get_day()
        # Versailles, in the west, does not tear the two in the east apart
        self.assertNotEqual(self.names(day)[1], "Versailles")
        self.assertEqual((day["date"], day["is_today"]), ("2026-03-02", True))
        first, second, third = (row["planned"] for row in day["rows"])
        self.assertLess(first, second)
        self.assertLess(second, third)
        self.assertGreaterEqual(first, "2026-03-02 10:00:00")
        self.assertTrue(40 < day["distance"] < 70)

    def test_an_agreed_time_is_kept(self):
        agreed = self.new_open_visit("Montmartre")
        agreed.with_user(self.rep).action_reschedule("2026-03-02 14:30:00")
        self.new_open_visit("Bastille")
        rows = self.day.get_day()["rows"]
        self.assertEqual([row["name"] for row in rows], ["Bastille", "Montmartre"])
        self.assertEqual(rows[1]["planned"], "2026-03-02 14:30:00")
        self.assertEqual([row["is_agreed"] for row in rows], [False, True])

    def test_a_moved_meeting_is_agreed_a_moved_day_is_not(self):
        visit = self.new_open_visit("Montmartre")
        activity = visit.activity_id.with_user(self.rep)
        activity.date_deadline = date(2026, 3, 3)
        self.assertTrue(visit.is_fixed)
        self.assertFalse(visit.is_agreed)
        meeting = activity.calendar_event_id
        meeting.write({"start": "2026-03-03 13:00:00", "stop": "2026-03-03 13:30:00"})
        self.assertTrue(visit.is_agreed)
        [row] = self.day.get_day("2026-03-03")["rows"]
        self.assertEqual(row["planned"], "2026-03-03 13:00:00")

    def test_who_has_no_coordinates_comes_last_and_says_so(self):
        self.new_open_visit("Somewhere")
        self.new_open_visit("Bastille")
        day = self.day.get_day()
        self.assertEqual(self.names(day), ["Bastille", "Somewhere"])
        self.assertEqual([row["has_place"] for row in day["rows"]], [True, False])
        self.assertIn("Visits without coordinates: 1.", " ".join(day["notes"]))
        self.assertIn("Somewhere", day["rows"][1]["links"]["osm"])

    def test_the_day_goes_on_from_the_last_visit(self):
        self.new_open_visit("Montmartre").with_user(self.rep).action_done(
            "reached", "positive", "All well."
        )
        self.new_open_visit("Bastille")
        day = self.day.get_day()
        [done] = day["done"]
        self.assertEqual((done["name"], done["verdict"]), ("Montmartre", "positive"))
        [row] = day["rows"]
        self.assertGreater(row["distance"], 4)  # from Montmartre, not from the Louvre

    # ---- Which visits, and why ----

    def test_reasons(self):
        late = self.new_open_visit("Versailles", "2026-02-26 08:00:00")
        due = self.new_open_visit("Bastille")
        ahead = self.new_visit("Montmartre", "2026-03-03 08:00:00")
        case = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create(
                {
                    "partner_id": self.customer.id,
                    "kind": "complaint",
                    "description": "The boxes were damp.",
                }
            )
        )
        today = {row["id"]: row for row in self.day.get_day()["rows"]}
        self.assertEqual(
            {number: (row["reason"], row["tone"]) for number, row in today.items()},
            {late.id: ("overdue", "danger"), due.id: ("due", "warning")},
        )
        self.assertEqual(today[late.id]["reason_text"], "Overdue for 4 days")
        tomorrow = {row["id"]: row for row in self.day.get_day("2026-03-03")["rows"]}
        self.assertEqual(tomorrow[ahead.id]["reason"], "fine")
        visit = tomorrow[case.visit_id.id]
        self.assertEqual(visit["reason"], "at_risk")
        self.assertIn("Unhappy customer", visit["reason_text"])
        self.assertEqual(visit["cases"][0]["text"], "The boxes were damp.")

    def test_what_was_promised_is_shown(self):
        visit = self.new_open_visit("Bastille")
        self.env["crl.case"].with_user(self.rep).create(
            {
                "partner_id": visit.partner_id.id,
                "kind": "promise",
                "description": "Bring the invoice.",
                "deadline": "2026-03-01 10:00:00",
            }
        )
        [row] = self.day.get_day()["rows"]
        [promise] = row["promises"]
        self.assertEqual(
            (promise["text"], promise["late"]), ("Bring the invoice.", True)
        )

    def test_the_day_is_that_of_the_rep(self):
        """Monday 23:30 UTC is Tuesday in Paris and still Monday in New York."""
        self.new_visit("Bastille", "2026-03-02 23:30:00")
        self.assertEqual(self.names(self.day.get_day("2026-03-02")), [])
        self.assertEqual(self.names(self.day.get_day("2026-03-03")), ["Bastille"])
        self.rep.tz = "America/New_York"
        self.assertEqual(self.names(self.day.get_day("2026-03-02")), ["Bastille"])

    def test_what_waits_is_not_shown(self):
        held = self.new_visit("Bastille")
        held.hold_reason = "No room today."
        paused = self.new_visit("Montmartre")
        paused.date_due = False
        self.assertEqual(self.day.get_day()["rows"], [])

    def test_who_stands_in_makes_the_visits(self):
        visit = self.new_open_visit("Bastille")
        self.rep.write(
            {"crl_cover_id": self.leader.id, "crl_away_until": date(2026, 3, 2)}
        )
        visit._change_hands()
        self.assertEqual(self.day.get_day()["rows"], [])
        cover = self.env["crl.day"].with_user(self.leader)
        self.assertEqual(self.names(cover.get_day()), ["Bastille"])

    # ---- On the way ----

    def test_near_visits_of_the_week_are_suggested(self):
        self.new_open_visit("Montmartre")
        near = self.new_visit("Bastille", "2026-03-05 08:00:00")
        far = self.new_visit("Nice", "2026-03-05 08:00:00")
        far.partner_id.write({"partner_latitude": 43.7, "partner_longitude": 7.27})
        self.new_visit("Louvre", "2026-03-05 08:00:00", is_agreed=True)
        self.new_visit("Versailles", "2026-03-20 08:00:00")
        [found] = self.day.get_day()["suggestions"]
        self.assertEqual((found["id"], found["name"]), (near.id, "Bastille"))
        day = self.day.get_day(added=[near.id])
        self.assertEqual(sorted(self.names(day)), ["Bastille", "Montmartre"])
        self.assertEqual(near.date_planned.day, 5, "nothing is written yet")

    def test_what_was_left_is_offered_for_the_next_day(self):
        left = self.new_open_visit("Versailles", "2026-02-26 08:00:00")
        [found] = self.day.get_day("2026-03-03")["suggestions"]
        self.assertEqual((found["id"], found["reason"]), (left.id, "overdue"))
        day = self.day.get_day("2026-03-03", added=[left.id])
        self.assertEqual(self.names(day), ["Versailles"])
        self.day.use_order([[left.id, day["rows"][0]["planned"]]])
        self.assertEqual(left.date_planned.date(), date(2026, 3, 3))

    # ---- Use this order ----

    def test_more_than_fits_into_a_day(self):
        for number in range(14):
            visit = self.new_open_visit(f"Ristorante {number}")
            self._put(visit.partner_id, "Bastille")
        rows = self.day.get_day()["rows"]
        self.assertTrue(rows[0]["planned"])
        self.assertFalse(rows[-1]["planned"])
        self.assertIn("Too much for one day", rows[-1]["late_text"])

    def test_use_the_order(self):
        first = self.new_open_visit("Montmartre", "2026-02-26 08:00:00")
        agreed = self.new_open_visit("Bastille")
        agreed.with_user(self.rep).action_reschedule("2026-03-02 14:30:00")
        near = self.new_visit("Louvre", "2026-03-05 08:00:00")
        day = self.day.get_day(added=[near.id])
        self.assertFalse(day["is_used"])
        plan = [[row["id"], row["planned"]] for row in day["rows"]]
        self.assertEqual(self.day.use_order(plan), 2)
        for visit in first + near:
            self.assertEqual(visit.date_planned.date(), date(2026, 3, 2))
            self.assertFalse(visit.is_agreed)
            self.assertEqual(visit.log_ids[0].rule, "manual")
        self.assertEqual(str(agreed.date_planned), "2026-03-02 14:30:00")
        self.assertEqual(first.activity_id.calendar_event_id.start, first.date_planned)
        day = self.day.get_day()
        self.assertTrue(day["is_used"])
        self.assertEqual(self.day.use_order(plan), 0)

    def test_odd_plans(self):
        visit = self.new_open_visit("Montmartre")
        past = [[visit.id, "2026-03-02 08:00:00"]]
        for plan in ("all", [visit.id], [["1", "x"]], [[visit.id, "noon"]], {"a": 1}):
            with self.subTest(plan=plan), self.assertRaises(ValidationError):
                self.day.use_order(plan)
        with self.assertRaisesRegex(UserError, "out of date"):
            self.day.use_order(past)
        with self.assertRaises(ValidationError):
            self.day.get_day("soon")
        self.assertEqual(
            self.day.get_day(added=["x", -1, None])["rows"][0]["id"], visit.id
        )
        self.assertEqual(self.day.use_order([]), 0)

    # ---- The report ----

    def test_report_of_a_visit(self):
        """As on My Desk, with whom the rep met."""
        visit = self.new_open_visit("Montmartre")
        chef = self.env["res.partner"].create(
            {"name": "Chef Remy", "parent_id": visit.partner_id.id}
        )
        desk = self.env["crl.desk"].with_user(self.rep)
        form = desk.open_contact(visit.id)["form"]
        self.assertEqual(form["people"], [{"id": chef.id, "name": "Chef Remy"}])
        result = {"outcome": "reached", "verdict": "positive"}
        for stranger in (self.customer.id, 2**31 - 1, "1"):
            with self.assertRaisesRegex(ValidationError, "belongs to this customer"):
                desk.finish(visit.id, {**result, "contact_id": stranger}, False)
        self.assertEqual(visit.state, "open")
        desk.finish(visit.id, {**result, "contact_id": chef.id}, False)
        self.assertEqual((visit.state, visit.contact_id), ("done", chef))

    # ---- Whose day ----

    def test_whose_day(self):
        self.new_open_visit("Bastille")
        for user in (self.leader, self.manager):
            day = self.env["crl.day"].with_user(user).get_day(user_id=self.rep.id)
            self.assertEqual(self.names(day), ["Bastille"])
            self.assertIn(self.rep.id, [rep["id"] for rep in day["users"]])
        direction = self._new_user("direction", "direction")
        day = self.env["crl.day"].with_user(direction).get_day(user_id=self.rep.id)
        self.assertEqual((self.names(day), day["can_act"]), (["Bastille"], False))
        plan = [[row["id"], row["planned"]] for row in day["rows"]]
        with self.assertRaises(AccessError):
            self.env["crl.day"].with_user(direction).use_order(plan, self.rep.id)

    def test_not_a_colleagues_day(self):
        visit = self.new_open_visit("Bastille")
        stranger = self.env["crl.day"].with_user(self.other_rep)
        with self.assertRaises(AccessError):
            stranger.get_day(user_id=self.rep.id)
        with self.assertRaises(AccessError):
            stranger.use_order([[visit.id, "2026-03-02 14:00:00"]])
        self.assertEqual(stranger.get_day()["rows"], [])
        self.assertEqual(stranger.get_day(added=[visit.id])["rows"], [])
        with self.assertRaises(UserError):
            self.day.get_day(user_id=2**31)
        marketing = self._new_user("marketing", "marketing")
        with self.assertRaises(AccessError):
            self.env["crl.day"].with_user(marketing).get_day()

    def test_an_empty_day(self):
        day = self.day.get_day("2026-03-04")
        self.assertEqual((day["rows"], day["done"], day["suggestions"]), ([], [], []))
        past = self.day.get_day("2026-02-04")
        self.assertFalse(past["can_act"])

    # ---- Cost ----

    def test_queries_do_not_grow_with_the_visits(self):
        def count(number):
            for line in range(number):
                visit = self.new_open_visit(f"Ristorante {number} {line}")
                self._put(visit.partner_id, "Bastille")
                visit.partner_id.partner_longitude += line / 100
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            day = self.day.get_day()
            return self.env.cr.sql_log_count - before, len(day["rows"])

        count(1)  # warm up
        few, __ = count(4)
        many, rows = count(25)
        self.assertEqual(rows, 30)
        self.assertLessEqual(many - few, 2)
