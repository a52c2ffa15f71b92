from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestPeopleAbsence(CrlCase):
    """Somebody stands in for a rep who is away; the customer stays the rep's."""

    def setUp(self):
        super().setUp()
        self.rep.with_user(self.rep).crl_deputy_id = self.other_rep
        self.enrollment = self.enroll()
        self.call = self.touchpoint(self.enrollment, "step_m1_call")

    def be_away(self, user=None, first="2026-03-09", last="2026-03-13"):
        """On leave, from a day through another."""
        user = user or self.rep
        resource = user.resource_ids[:1] or self.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "tz": "Europe/Paris",
            }
        )
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holidays",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": f"{first} 00:00:00",
                "date_to": f"{last} 22:00:00",
            }
        )

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def hand(self):
        return self.call.activity_id.user_id

    def moves(self):
        return (
            self.call.log_ids.filtered(lambda line: line.rule == "cover")
            .sorted("id")
            .mapped("note")
        )

    def test_contact_goes_to_the_deputy_and_comes_back(self):
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.hand(), self.other_rep)
        self.assertEqual(self.call.user_id, self.rep)
        self.assertEqual(self.customer.user_id, self.rep)
        self.run_at("2026-03-14 09:00:00")  # the Saturday in the absence
        self.assertEqual(self.hand(), self.other_rep)
        self.run_at("2026-03-16 07:00:00")
        self.assertEqual(self.hand(), self.rep)
        self.run_at("2026-03-16 07:10:00")
        self.assertEqual(self.moves(), [f"Back with {self.rep.name}."])

    def test_what_is_open_moves_on_the_first_day_away_and_once(self):
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.hand(), self.rep)
        self.be_away(first="2026-03-10")
        self.run_at("2026-03-09 16:00:00")
        self.assertEqual(self.hand(), self.rep)
        self.run_at("2026-03-10 07:00:00")
        self.run_at("2026-03-10 07:10:00")
        self.assertEqual(self.hand(), self.other_rep)
        self.assertEqual(
            self.moves(), [f"{self.rep.name} is away: {self.other_rep.name} stands in."]
        )

    def test_meeting_moves_along(self):
        self.at("2026-03-09 09:00:00")
        self.call.with_user(self.rep).action_done("reached", "positive")
        visit = self.touchpoint(self.enrollment, "step_m1_visit")
        self.run_at("2026-03-16 08:00:00")
        meeting = visit.activity_id.calendar_event_id
        self.rep.with_user(self.rep).write(
            {
                "out_of_office_from": "2026-03-16 08:00:00",
                "out_of_office_to": "2026-03-18 08:00:00",
            }
        )
        self.run_at("2026-03-16 08:10:00")
        self.assertEqual(meeting.user_id, self.other_rep)
        self.assertEqual(meeting.partner_ids, self.other_rep.partner_id)
        self.run_at("2026-03-18 09:00:00")
        self.assertEqual(meeting.user_id, self.rep)

    def test_what_is_due_after_the_absence_stays(self):
        self.run_at("2026-03-09 09:00:00")
        self.call.with_user(self.rep).action_reschedule("2026-03-16 09:00:00")
        self.be_away()
        self.run_at("2026-03-09 10:00:00")
        self.assertEqual(self.hand(), self.rep)

    def test_weekends_and_public_holidays_are_no_absence(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Founders' day",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-10 00:00:00",
                "date_to": "2026-03-10 22:00:00",
            }
        )
        self.run_at("2026-03-09 09:00:00")
        for day in ("10", "14"):
            self.run_at(f"2026-03-{day} 09:00:00")
            self.assertEqual(self.hand(), self.rep)
            self.assertFalse(self.rep.crl_cover_id)

    def test_who_else_when_the_deputy_is_away(self):
        third = self._new_user("third", "user", tz="Europe/Paris")
        self.be_away()
        away = self.be_away(self.other_rep)
        # two who stand in for each other: nobody is asked twice
        self.other_rep.crl_deputy_id = self.rep
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.hand(), self.leader)
        self.other_rep.crl_deputy_id = third
        self.run_at("2026-03-09 09:10:00")
        self.assertEqual(self.hand(), third)
        away.unlink()
        self.run_at("2026-03-09 09:20:00")
        self.assertEqual(self.hand(), self.other_rep)

    def test_without_a_deputy_contacts_wait(self):
        self.rep.crl_deputy_id = False
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        self.assertEqual(self.hand(), self.rep)

    def test_deputy_sees_and_does_it_while_the_owner_is_away(self):
        deputy = self.other_rep
        case = self.env["crl.case"].create({"partner_id": self.customer.id})
        case.action_cancel()
        records = (self.call, self.enrollment, case, self.enrollment.log_ids[:1])
        records += (self.customer.crl_relationship_id,)
        other = self._new_customer("Leader's own", user_id=self.leader.id)
        elsewhere = self.enroll(other)
        for record in records:
            self.assertFalse(record.with_user(deputy).has_access("read"), record)
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        for record in records:
            self.assertTrue(record.with_user(deputy).has_access("read"), record)
        self.assertFalse(elsewhere.with_user(deputy).has_access("read"))
        self.call.with_user(deputy).action_done("reached", "positive", "Fine")
        self.assertEqual(self.call.user_id, deputy)
        self.assertEqual(self.customer.user_id, self.rep)
        self.touchpoint(self.enrollment, "step_m1_visit").with_user(
            deputy
        ).action_reschedule("2026-03-17 09:00:00")
        self.run_at("2026-03-16 09:00:00")
        self.assertFalse(self.enrollment.with_user(deputy).has_access("read"))
        with self.assertRaises(AccessError):
            self.enrollment.with_user(deputy).action_exit()

    def test_deputy_confirms_the_dialog(self):
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        wizard = (
            self.env["crl.touchpoint.result"]
            .with_user(self.other_rep)
            .create({"activity_id": self.call.activity_id.id, "verdict": "positive"})
        )
        wizard.action_confirm()
        self.assertEqual((self.call.state, self.call.user_id), ("done", self.other_rep))

    def test_unhappy_customer_of_an_absent_rep(self):
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Cold"}
        )
        told = self.notified(case).notified_partner_ids
        self.assertEqual(told, (self.rep + self.other_rep + self.leader).partner_id)
        self.assertEqual(case.user_id, self.rep)
        self.assertEqual(case.visit_id.activity_id.user_id, self.other_rep)

    def test_given_away_by_hand_is_given_for_good(self):
        self.be_away()
        self.run_at("2026-03-09 09:00:00")
        self.call.activity_id.with_user(self.other_rep).write(
            {"user_id": self.other_rep.id, "summary": "Call Bella"}
        )
        self.assertEqual(self.call.user_id, self.rep)
        self.call.activity_id.with_user(self.other_rep).user_id = self.leader
        self.run_at("2026-03-16 09:00:00")
        self.assertEqual(self.call.user_id, self.leader)
        self.assertEqual(self.hand(), self.leader)

    def test_new_salesperson_who_is_away(self):
        self.run_at("2026-03-09 09:00:00")
        third = self._new_user("third", "user", tz="Europe/Paris")
        third.crl_deputy_id = self.leader
        self.be_away(third)
        self.run_at("2026-03-09 10:00:00")
        self.customer.user_id = third
        self.assertEqual(self.call.user_id, third)
        self.assertEqual(self.hand(), self.leader)

    def test_who_may_be_a_deputy(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger",
            "user",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        archived = self._new_user("gone", "user")
        archived.active = False
        for nobody in (self.rep, stranger, archived):
            with self.assertRaises(ValidationError):
                self.rep.crl_deputy_id = nobody

    def test_who_logs_in_from_outside_has_no_deputy(self):
        """Nor do they learn by choosing one who works here."""
        outsider = new_test_user(self.env, "crl_outsider", "base.group_portal")
        for user in self.manager + self.rep:
            with self.assertRaises(ValidationError) as caught:
                outsider.with_user(outsider).write({"crl_deputy_id": user.id})
            self.assertNotIn(user.name, str(caught.exception))
        self.other_rep.crl_deputy_id = self.rep
        self.other_rep.group_ids = self.env.ref("base.group_portal")
        self.rep.active = False
        self.assertFalse(self.other_rep.crl_deputy_id)

    def test_who_chooses_the_deputy(self):
        wizard = self.env["crl.deputy"].with_context(active_ids=self.rep.ids)
        for user in (self.rep, self.leader, self.manager):
            wizard.with_user(user).create(
                {"deputy_id": self.other_rep.id}
            ).action_confirm()
        with self.assertRaises(AccessError):
            self.rep.with_user(self.other_rep).crl_set_deputy(self.other_rep.id)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger",
            "manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        with self.assertRaises(AccessError):
            self.rep.with_user(stranger).crl_set_deputy(self.other_rep.id)
        with self.assertRaises(AccessError):
            self.rep.with_user(self.rep).crl_cover_id = self.other_rep

    def test_query_count(self):
        partners = self.env["res.partner"]
        for number in range(30):
            partners += self._new_customer(f"Ristorante {number}")
        self.enroll(partners)
        self.run_at("2026-03-09 09:00:00")
        self.rep.crl_away_until = "2026-03-08"
        counts = []
        for user, share in ((self.rep, partners[:5]), (self.rep, partners[5:])):
            calls = share.crl_touchpoint_ids.filtered("activity_id")
            calls.activity_id.with_context(crl_engine=True).user_id = self.leader
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crl.touchpoint"]._pass_on(500)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(calls.activity_id.user_id, user)
        self.assertLessEqual(counts[1] - counts[0], 2, counts)
