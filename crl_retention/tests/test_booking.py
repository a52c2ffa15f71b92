from datetime import datetime

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import CrlCase


class BookingCase(CrlCase):
    """A portfolio administrator beside the two reps. The company works from 8 to 12 and
    from 13 to 17, Monday to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._new_user("admin", "portfolio", tz="Europe/Paris")
        cls.direction = new_test_user(
            cls.env, "crl_elena", "crl_retention.crl_retention_group_direction"
        )

    def setUp(self):
        super().setUp()
        self.env["crl.relationship"]._ensure(self.customer)

    def book(self, moment, user=None, customer=None, rep=None):
        customer = (customer or self.customer).with_user(user or self.admin)
        ids = customer.crl_book_visit(moment, (rep or self.rep).id)
        return self.env["crl.touchpoint"].browse(ids)

    def meet(self, start, stop, rep=None, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Dentist",
                "start": start,
                "stop": stop,
                "user_id": (rep or self.rep).id,
                "partner_ids": [(6, 0, (rep or self.rep).partner_id.ids)],
                **values,
            }
        )

    def assertRefused(self, words, moment, **kwargs):
        with self.assertRaises(UserError) as refused:
            self.book(moment, **kwargs)
        self.assertRegex(str(refused.exception), words)


@tagged("post_install", "-at_install")
class TestBooking(BookingCase):
    """The administrator books, the rep answers, both are told."""

    def test_book_and_accept(self):
        visit = self.book("2026-03-05 09:00:00")
        self.assertEqual(
            (visit.state, visit.booking, visit.user_id, visit.booked_by_id),
            ("open", "proposed", self.rep, self.admin),
        )
        activity = visit.activity_id
        self.assertEqual(activity.user_id, self.rep)
        self.assertEqual(activity.summary, "To confirm: Visit")
        meeting = activity.calendar_event_id
        self.assertEqual(meeting.partner_ids, self.rep.partner_id)
        self.assertEqual(
            (meeting.start, meeting.stop),
            (datetime(2026, 3, 5, 9), datetime(2026, 3, 5, 10)),
        )
        [told] = self.env["mail.message"].search(
            [("notified_partner_ids", "in", self.rep.partner_id.ids)]
        )
        self.assertIn("Thu, Mar 5, 10:00", told.body)
        visit.with_user(self.rep).action_accept_booking()
        self.assertEqual(visit.booking, "accepted")
        self.assertEqual(activity.summary, "Visit")
        self.assertNotIn("confirm", meeting.name)
        [told] = self.env["mail.message"].search(
            [("notified_partner_ids", "in", self.admin.partner_id.ids)]
        )
        self.assertIn("accepted", told.subject)
        lines = visit.log_ids.filtered(lambda line: line.decision == "booked")
        self.assertEqual(set(lines.mapped("rule")), {"proposed", "accepted"})

    def test_rep_moves_it(self):
        """Whoever moves it agrees to it, in our screens and in the calendar."""
        visit = self.book("2026-03-05 09:00:00")
        visit.with_user(self.rep).action_reschedule("2026-03-06 09:00:00")
        self.assertEqual(visit.booking, "accepted")
        meeting = visit.activity_id.calendar_event_id
        self.assertEqual(meeting.start, datetime(2026, 3, 6, 9))
        another = self.book("2026-03-05 09:00:00", customer=self._new_customer("Due"))
        meeting = another.activity_id.calendar_event_id
        meeting.with_user(self.rep).write(
            {"start": "2026-03-05 13:00:00", "stop": "2026-03-05 14:00:00"}
        )
        self.assertEqual(another.date_planned, datetime(2026, 3, 5, 13))
        self.assertEqual(another.booking, "accepted")

    def test_admin_moves_an_accepted_one(self):
        visit = self.book("2026-03-05 09:00:00")
        visit.with_user(self.rep).action_accept_booking()
        visit.with_user(self.admin).action_reschedule("2026-03-05 09:30:00")
        self.assertEqual(visit.booking, "proposed")
        self.meet("2026-03-06 09:00:00", "2026-03-06 10:00:00")
        with self.assertRaisesRegex(UserError, "Dentist"):
            visit.with_user(self.admin).action_reschedule("2026-03-06 09:15:00")
        self.assertEqual(visit.date_planned, datetime(2026, 3, 5, 9, 30))

    def test_rep_books_for_themselves(self):
        visit = self.book("2026-03-05 09:00:00", user=self.rep)
        self.assertEqual(visit.booking, "accepted")
        with self.assertRaises(AccessError):
            self.book("2026-03-05 13:00:00", user=self.rep, rep=self.other_rep)

    def test_only_the_rep_accepts(self):
        visit = self.book("2026-03-05 09:00:00")
        with self.assertRaises(AccessError):
            visit.with_user(self.other_rep).action_accept_booking()
        with self.assertRaisesRegex(UserError, "says yes"):
            visit.with_user(self.admin).action_accept_booking()
        visit.with_user(self.rep).action_accept_booking()
        with self.assertRaisesRegex(UserError, "does not wait"):
            visit.with_user(self.rep).action_accept_booking()

    def test_direction_changes_nothing(self):
        with self.assertRaises(AccessError):
            self.book("2026-03-05 09:00:00", user=self.direction)

    def test_visit_of_a_procedure(self):
        visit = self.touchpoint(self.enroll(), "step_m1_visit")
        visit.with_user(self.admin).action_book("2026-03-10 09:00:00")
        self.assertEqual((visit.state, visit.booking), ("open", "proposed"))
        self.assertEqual(visit.date_planned, datetime(2026, 3, 10, 9))
        self.run_cron()
        self.assertEqual(visit.date_planned, datetime(2026, 3, 10, 9))
        visit.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual((visit.state, visit.user_id), ("done", self.rep))

    def test_it_counts_for_the_rep(self):
        """The administration may write down what came of it."""
        visit = self.book("2026-03-05 09:00:00")
        visit.with_user(self.admin).action_done("reached")
        self.assertEqual(visit.user_id, self.rep)

    def test_nobody_there(self):
        visit = self.book("2026-03-05 09:00:00")
        self.at("2026-03-05 09:30:00")
        visit.with_user(self.rep).action_done("absent")
        self.assertEqual((visit.state, visit.booking), ("planned", False))
        self.assertEqual(visit.date_absent, datetime(2026, 3, 5, 9, 30))


@tagged("post_install", "-at_install")
class TestClash(BookingCase):
    """What does not fit is refused with a reason, and nothing is half written."""

    def test_taken(self):
        self.meet("2026-03-05 09:00:00", "2026-03-05 10:00:00")
        self.assertRefused("“Dentist” on Thu, Mar 5", "2026-03-05 09:30:00")
        # too near: half an hour is kept to get there
        self.assertRefused("30 minutes are kept", "2026-03-05 07:45:00")
        self.company.crl_travel_minutes = 0
        self.book("2026-03-05 10:00:00")

    def test_free_and_declined_meetings(self):
        self.meet("2026-03-05 09:00:00", "2026-03-05 10:00:00", show_as="free")
        other = self.meet("2026-03-05 09:00:00", "2026-03-05 10:00:00")
        other.attendee_ids.state = "declined"
        self.assertTrue(self.book("2026-03-05 09:00:00"))

    def test_a_whole_day(self):
        self.meet(
            "2026-03-05 08:00:00", "2026-03-05 18:00:00", allday=True, name="Fair"
        )
        self.assertRefused("Fair", "2026-03-05 07:00:00")
        self.book("2026-03-06 07:00:00")

    def test_private(self):
        self.meet("2026-03-05 09:00:00", "2026-03-05 10:00:00", privacy="private")
        self.assertRefused("“Busy”", "2026-03-05 09:30:00")

    def test_twice(self):
        self.book("2026-03-05 09:00:00")
        other = self._new_customer("Other")
        self.assertRefused("has “", "2026-03-05 09:30:00", customer=other)
        self.book("2026-03-05 09:00:00", customer=other, rep=self.other_rep)

    def test_customer_has_one_that_day(self):
        self.book("2026-03-05 09:00:00")
        self.assertRefused(
            "has a visit on that day", "2026-03-05 14:00:00", rep=self.other_rep
        )

    def test_off_hours(self):
        self.assertRefused("works .*8:00.*12:00", "2026-03-05 05:00:00")
        self.assertRefused("does not fit", "2026-03-05 10:30:00")  # over lunch
        self.assertRefused("not there on Sun, Mar 8", "2026-03-08 09:00:00")
        self.assertRefused("has passed", "2026-03-02 09:00:00")

    def test_holiday_and_leave(self):
        leaves = self.env["resource.calendar.leaves"]
        leaves.create(
            {
                "name": "Carnival",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-04 23:00:00",
                "date_to": "2026-03-05 22:59:59",
            }
        )
        self.assertRefused("a day off, a holiday", "2026-03-05 09:00:00")
        self.rep.write(
            {
                "out_of_office_from": "2026-03-10 00:00:00",
                "out_of_office_to": "2026-03-12 00:00:00",
            }
        )
        self.assertRefused("a leave", "2026-03-10 09:00:00")
        self.book("2026-03-12 09:00:00")

    def test_dst(self):
        """Summer time begins on 29 March: eight o'clock is an hour earlier in UTC."""
        self.assertRefused("does not fit", "2026-03-27 06:00:00")
        self.book("2026-03-30 06:00:00")

    def test_customers_who_are_not_visited(self):
        self.customer.crl_do_not_contact = True
        self.assertRefused("does not want", "2026-03-05 09:00:00")

    def test_contacts_that_are_no_visits(self):
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call").with_user(self.admin)
        with self.assertRaisesRegex(UserError, "only visits"):
            call.action_book("2026-03-05 09:00:00")
        visit = self.touchpoint(enrollment, "step_m1_visit").with_user(self.admin)
        enrollment.action_pause()
        with self.assertRaisesRegex(UserError, "rests"):
            visit.action_book("2026-03-05 09:00:00")

    def test_nonsense(self):
        for moment in ("tomorrow", None, 5, "2026-03-05 25:00:00"):
            with self.assertRaises(ValidationError):
                self.customer.with_user(self.admin).crl_book_visit(moment)
        with self.assertRaises(UserError):
            self.customer.with_user(self.admin).crl_book_visit(
                fields.Datetime.to_datetime("2026-03-05 09:00:00"), "rep"
            )
