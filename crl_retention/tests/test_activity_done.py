import base64

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..tools import schedule
from .common import CrlCase, WebCase, noon_zone


@tagged("post_install", "-at_install")
class TestActivityDone(CrlCase):
    """What users do with the activity of a contact holds for the contact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "crl_clerk", "base.group_user,base.group_partner_manager"
        )

    def open_call(self):
        enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_call")

    def open_visit(self):
        call = self.open_call()
        call.with_user(self.rep).action_done("reached", "positive")
        self.at("2026-03-16 09:00:00")
        self.run_cron()
        return self.touchpoint(call.enrollment_id, "step_m1_visit")

    def fill(self, activity, user, **values):
        """The dialog as the user sees it, filled in."""
        action = activity.with_user(user).action_done()
        self.assertEqual(action["res_model"], "crl.touchpoint.result")
        return (
            self.env["crl.touchpoint.result"]
            .with_user(user)
            .with_context(**action["context"])
            .create(values)
        )

    def new_activity(self, partner, xmlid="mail.mail_activity_data_call", user=None):
        return (
            self.env["mail.activity"]
            .with_user(user or self.rep)
            .create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": partner.id,
                    "activity_type_id": self.env.ref(xmlid).id,
                    "user_id": (user or self.rep).id,
                }
            )
        )

    # ---- The dialog ----

    def test_every_button_opens_the_dialog_and_leaves_the_activity_open(self):
        call = self.open_call()
        activity = call.activity_id.with_user(self.rep)
        for method in (
            "action_done",
            "action_done_redirect_to_other",
            "action_done_schedule_next",
        ):
            action = getattr(activity, method)()
            self.assertEqual(action["res_model"], "crl.touchpoint.result")
            self.assertEqual(action["context"]["default_activity_id"], activity.id)
        self.assertTrue(activity.active)
        self.assertEqual(call.state, "open")
        (data,) = activity.activity_format()["mail.activity"]
        self.assertIs(data["crl_asks_result"], True)

    def test_dialog_shows_the_contact(self):
        call = self.open_call()
        wizard = self.fill(call.activity_id, self.rep)
        self.assertEqual(wizard.partner_id, self.customer)
        self.assertEqual(wizard.title, "First call")
        self.assertEqual(wizard.phone, "+33 1 42 68 53 00")
        self.assertIn("first week", wizard.script)
        self.assertNotIn("absent", wizard.outcomes.split(","))
        self.assertFalse(wizard.consequence)
        wizard.verdict = "negative"
        self.assertIn("within 48 hours", wizard.consequence)
        self.assertIn("procedure waits", wizard.consequence)
        wizard.outcome = "no_answer"
        self.assertEqual(wizard.consequence, "It comes back in 2 days, for try 2 of 3.")

    def test_unhappy_with_causes(self):
        call = self.open_call()
        activity = call.activity_id
        cause = self.env.ref("crl_retention.cause_orders")
        wizard = self.fill(
            activity,
            self.rep,
            verdict="negative",
            score="2",
            cause_ids=[Command.set(cause.ids)],
            note="=Two pallets are missing",
        )
        wizard.action_confirm()
        self.assertEqual((call.state, call.verdict), ("done", "negative"))
        self.assertEqual((call.score, call.cause_ids), (2, cause))
        self.assertEqual(call.note, "'=Two pallets are missing")
        self.assertFalse(activity.active)
        case = self.customer.crl_case_ids
        self.assertEqual((case.state, case.cause_ids), ("open", cause))
        self.assertEqual(call.enrollment_id.state, "recovery")

        visit = self.fill(case.visit_id.activity_id, self.rep, verdict="positive")
        self.assertEqual(visit.case_id, case)
        self.assertIn("procedure begins anew", visit.consequence)
        visit.verdict = "neutral"
        self.assertIn("stays open", visit.consequence)
        visit.verdict = "negative"
        self.assertIn("clock begins anew", visit.consequence)

    def test_no_answer_comes_back(self):
        call = self.open_call()
        self.fill(call.activity_id, self.rep, outcome="no_answer").action_confirm()
        self.assertEqual((call.state, call.attempt), ("planned", 1))
        self.assertEqual(str(call.date_planned), "2026-03-11 08:00:00")

    def test_verdict_is_asked_and_belongs_to_who_was_reached(self):
        call = self.open_call()
        wizard = self.fill(call.activity_id, self.rep)
        with self.assertRaisesRegex(UserError, "Choose a verdict"):
            wizard.action_confirm()
        wizard.score = "5"
        wizard._onchange_score()
        self.assertEqual(wizard.verdict, "positive")
        # chosen, then found that it was the answering machine
        wizard.write({"verdict": "negative", "outcome": "refused"})
        wizard.action_confirm()
        self.assertEqual((call.state, call.outcome), ("done", "refused"))
        self.assertFalse(call.verdict)
        self.assertFalse(self.customer.crl_case_ids)

    def test_call_back_at_a_time(self):
        call = self.open_call()
        wizard = self.fill(
            call.activity_id,
            self.rep,
            outcome="call_back",
            date_next="2026-03-09 08:00:00",
        )
        with self.assertRaisesRegex(UserError, "still to come"):
            wizard.action_confirm()
        wizard.date_next = "2026-03-10 14:00:00"
        wizard.action_confirm()
        self.assertEqual(call.state, "planned")
        self.assertEqual(str(call.date_planned), "2026-03-10 14:00:00")
        self.assertEqual(call.attempt, 0)

    def test_done_twice(self):
        """Two tabs, two dialogs: the second says so and makes nothing."""
        call = self.open_call()
        first = self.fill(call.activity_id, self.rep, verdict="positive")
        second = self.fill(call.activity_id, self.rep, verdict="negative")
        first.action_confirm()
        count = self.env["crl.touchpoint"].search_count([])
        with self.assertRaisesRegex(UserError, "closed already"):
            second.action_confirm()
        self.assertEqual(self.env["crl.touchpoint"].search_count([]), count)

    def test_done_and_schedule_next(self):
        call = self.open_call()
        activity = call.activity_id
        action = self.fill(
            activity, self.rep, verdict="positive"
        ).action_confirm_schedule_next()
        self.assertEqual(call.state, "done")
        self.assertEqual(action["res_model"], "mail.activity")
        self.assertEqual(action["context"]["default_res_id"], self.customer.id)

    def test_attachment_goes_to_the_customer(self):
        call = self.open_call()
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.rep)
            .create(
                {
                    "name": "shelf.txt",
                    "datas": base64.b64encode(b"empty"),
                    "res_model": "crl.touchpoint.result",
                }
            )
        )
        self.fill(
            call.activity_id,
            self.rep,
            verdict="neutral",
            attachment_ids=[Command.set(attachment.ids)],
        ).action_confirm()
        message = self.customer.message_ids.filtered("mail_activity_type_id")
        self.assertEqual(message.attachment_ids, attachment)
        self.assertEqual(
            (attachment.res_model, attachment.res_id), ("res.partner", self.customer.id)
        )

    def test_attachment_of_somebody_else(self):
        call = self.open_call()
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create({"name": "secret.txt", "datas": base64.b64encode(b"secret")})
        )
        wizard = self.fill(call.activity_id, self.rep, verdict="neutral")
        with self.assertRaises(AccessError):
            wizard.attachment_ids = [Command.link(attachment.id)]

    def test_dialog_shows_nothing_of_foreign_contacts(self):
        call = self.open_call()
        self.env["crl.touchpoint"].flush_model()
        wizard = (
            self.env["crl.touchpoint.result"]
            .with_user(self.other_rep)
            .create({"touchpoint_id": call.id})
        )
        self.assertFalse(wizard.partner_id)
        self.assertFalse(wizard.title)
        self.assertFalse(wizard.script)
        with self.assertRaises(AccessError):
            wizard.action_confirm()
        self.assertEqual(call.state, "open")

    # ---- Who does it ----

    def test_stand_in_does_it(self):
        """A rep who was given the activity, but not the customer."""
        call = self.open_call()
        call.activity_id.with_user(self.rep).user_id = self.other_rep
        self.assertEqual(call.user_id, self.other_rep)
        wizard = self.fill(call.activity_id, self.other_rep, verdict="positive")
        self.assertEqual(wizard.partner_id, self.customer)
        wizard.action_confirm()
        self.assertEqual((call.state, call.user_id), ("done", self.other_rep))
        self.assertEqual(call.log_ids.mapped("rule").count("owner"), 1)

    def test_colleague_outside_retention_closes_it_as_reached(self):
        call = self.open_call()
        activity = call.activity_id.with_user(self.clerk)
        self.assertFalse(activity.crl_asks_result)
        activity.action_feedback(feedback="Spoke with the cook")
        self.assertEqual(
            (call.state, call.outcome, call.verdict), ("done", "reached", False)
        )
        self.assertEqual(call.note, "Spoke with the cook")
        self.assertEqual(call.user_id, self.clerk)

    def test_selection_of_many_is_closed_as_reached(self):
        partners = self.customer + self._new_customer("Da Mario")
        self.enroll(partners)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        calls = (
            self.env["crl.touchpoint"]
            .search([("partner_id", "in", partners.ids), ("state", "=", "open")])
            .filtered("activity_id")
        )
        ordinary = self.new_activity(self.customer, "mail.mail_activity_data_todo")
        activities = calls.activity_id.with_user(self.rep) + ordinary
        self.assertEqual(len(activities), 3)
        activities.action_done()
        self.assertEqual(calls.mapped("state"), ["done", "done"])
        self.assertEqual(calls.mapped("outcome"), ["reached", "reached"])
        self.assertEqual(set(calls.mapped("verdict")), {False})
        self.assertFalse(any(activities.mapped("active")))

    def test_one_chosen_in_the_list_asks(self):
        call = self.open_call()
        self.assertIsInstance(call.activity_id.with_user(self.rep).action_done(), dict)

    def test_code_in_nobodys_name_is_not_asked(self):
        call = self.open_call()
        call.activity_id.sudo().action_done()
        self.assertEqual((call.state, call.outcome), ("done", "reached"))

    # ---- Contacts no procedure asked for ----

    def test_ad_hoc_call(self):
        self.enroll()
        activity = self.new_activity(self.customer)
        self.assertTrue(activity.crl_asks_result)
        self.fill(
            activity, self.rep, verdict="neutral", note="Wants a price list"
        ).action_confirm()
        touchpoint = self.customer.crl_touchpoint_ids.filtered(
            lambda t: not t.enrollment_id
        )
        self.assertEqual(
            (touchpoint.channel, touchpoint.state, touchpoint.verdict),
            ("call", "done", "neutral"),
        )
        self.assertFalse(activity.active)

    def test_ad_hoc_by_rpc_leaves_a_contact(self):
        self.enroll()
        person = self.env["res.partner"].create(
            {"name": "Rosa", "parent_id": self.customer.id}
        )
        self.new_activity(person, user=self.clerk).action_feedback(feedback="All fine")
        touchpoint = self.customer.crl_touchpoint_ids.filtered("contact_id").filtered(
            lambda t: not t.enrollment_id
        )
        self.assertEqual((touchpoint.contact_id, touchpoint.state), (person, "done"))
        self.assertEqual(touchpoint.note, "All fine")

    def test_customer_without_relationship_is_plain_odoo(self):
        stranger = self._new_customer("Stranger")
        activity = self.new_activity(stranger)
        self.assertFalse(activity.crl_asks_result)
        activity.action_done()
        self.assertFalse(activity.active)
        self.assertFalse(stranger.crl_touchpoint_ids)

    def test_other_activities_are_plain_odoo(self):
        self.enroll()
        activity = self.new_activity(self.customer, "mail.mail_activity_data_todo")
        self.assertFalse(activity.crl_asks_result)
        count = len(self.customer.crl_touchpoint_ids)
        activity.action_done()
        self.assertEqual(len(self.customer.crl_touchpoint_ids), count)

    def test_logged_as_done_while_scheduling(self):
        """ "Mark Done" in Odoo's scheduling dialog asks as well."""
        self.enroll()
        schedule = (
            self.env["mail.activity.schedule"]
            .with_user(self.rep)
            .create(
                {
                    "res_model": "res.partner",
                    "res_ids": str(self.customer.ids),
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "activity_user_id": self.rep.id,
                }
            )
        )
        action = schedule.action_schedule_activities_done()
        self.assertEqual(action["res_model"], "crl.touchpoint.result")
        schedule.activity_type_id = self.env.ref("mail.mail_activity_data_todo")
        self.assertFalse(schedule.action_schedule_activities_done())

    # ---- Moved, given away, taken away ----

    def test_activity_moved(self):
        call = self.open_call()
        call.activity_id.with_user(self.rep).action_reschedule_tomorrow()
        self.assertEqual(str(call.date_planned), "2026-03-10 08:00:00")
        self.assertTrue(call.is_fixed)

    def test_meeting_dragged(self):
        """The visit follows its meeting, and so does the case."""
        call = self.open_call()
        call.with_user(self.rep).action_done("reached", "negative", "Dry")
        case = self.customer.crl_case_ids
        event = case.visit_id.activity_id.calendar_event_id.with_user(self.rep)
        self.assertTrue(event.crl_asks_result)
        event.write({"start": "2026-03-10 13:00:00", "stop": "2026-03-10 14:00:00"})
        self.assertEqual(str(case.visit_id.date_planned), "2026-03-10 13:00:00")
        self.assertEqual(case.state, "planned")
        self.assertEqual(
            event.action_crl_result()["context"]["default_activity_id"],
            case.visit_id.activity_id.id,
        )

    def test_visit_given_away_takes_its_meeting_along(self):
        visit = self.open_visit()
        event = visit.activity_id.calendar_event_id
        visit.activity_id.with_user(self.rep).user_id = self.other_rep
        self.assertEqual(visit.user_id, self.other_rep)
        self.assertEqual(event.user_id, self.other_rep)
        self.assertEqual(event.partner_ids, self.other_rep.partner_id)

    def check_made_anew(self, touchpoint, count=1):
        """The pump makes the activity anew, with a line in the log."""
        self.assertEqual(touchpoint.state, "open")
        self.assertFalse(touchpoint.activity_id)
        self.run_cron()
        self.assertTrue(touchpoint.activity_id.active)
        self.assertEqual(touchpoint.log_ids.mapped("decision").count("repaired"), count)

    def test_activity_deleted(self):
        visit = self.open_visit()
        event = visit.activity_id.calendar_event_id
        visit.activity_id.with_user(self.rep).unlink()
        # not two meetings for one visit
        self.assertFalse(event.exists())
        self.check_made_anew(visit)
        self.assertTrue(visit.activity_id.calendar_event_id)

    def test_activity_deleted_with_its_meeting(self):
        visit = self.open_visit()
        visit.activity_id.with_user(self.rep).unlink_w_meeting()
        self.check_made_anew(visit)

    def test_meeting_with_guests_stays(self):
        visit = self.open_visit()
        event = visit.activity_id.calendar_event_id
        event.partner_ids += self.customer
        visit.activity_id.with_user(self.rep).unlink()
        self.assertTrue(event.exists())
        self.check_made_anew(visit)

    def test_meeting_deleted(self):
        visit = self.open_visit()
        visit.activity_id.calendar_event_id.with_user(self.rep).unlink()
        self.env.invalidate_all()
        self.check_made_anew(visit)

    def test_activity_archived(self):
        call = self.open_call()
        activity = call.activity_id.with_user(self.rep)
        activity.action_archive()
        self.assertFalse(activity.crl_asks_result)
        self.check_made_anew(call)

    def test_rep_archived(self):
        visit = self.open_visit()
        self.rep.action_archive()
        self.env.invalidate_all()
        # handed over before Odoo deletes what is the rep's
        self.assertTrue(visit.activity_id.active)
        self.assertNotEqual(visit.user_id, self.rep)
        self.assertEqual(visit.activity_id.user_id, visit.user_id)

    # ---- Cost ----

    def test_queries_do_not_grow_with_the_activities(self):
        partners = self.env["res.partner"].union(
            *(self._new_customer(f"Customer {number}") for number in range(80))
        )
        self.enroll(partners)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        planned = (
            self.env["crl.touchpoint"]
            .search([("partner_id", "in", partners.ids), ("state", "=", "open")])
            .activity_id
        )
        ad_hoc = self.env["mail.activity"].union(
            *(self.new_activity(partner) for partner in partners)
        )

        def count(activities):
            activities = activities.with_user(self.rep)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(activities.mapped("crl_asks_result")))
            return self.env.cr.sql_log_count - before

        self.assertGreaterEqual(len(planned), 80)
        count(planned[:1] + ad_hoc[:1])  # warms the caches of types and rights
        few = count(planned[:3] + ad_hoc[:3])
        many = count(planned[3:40] + ad_hoc[3:43])
        self.assertEqual(many, few)
        self.assertLessEqual(many, 10)


@tagged("post_install", "-at_install")
class TestActivityTour(WebCase):
    """The dialog in the browser, from each place that says "done"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "crl_retention.crl_retention_group_user,base.group_partner_manager"
        cls.rep = new_test_user(
            cls.env, "crl_tour_rep", groups, name="Tour Rep", tz=noon_zone()
        )
        cls.env["res.users.settings"]._find_or_create_for_user(cls.rep)
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Trattoria Tour",
                "is_company": True,
                "email": "tour@example.com",
                "phone": "+33 1 42 68 53 00",
                "user_id": cls.rep.id,
            }
        )
        cls.enrollment = cls.env["crl.enrollment"].browse(
            cls.customer.crl_enroll(cls.env.ref("crl_retention.cadence_new_account").id)
        )
        cls.call = cls.enrollment.touchpoint_ids.filtered(
            lambda t: t.step_id == cls.env.ref("crl_retention.step_m1_call")
        )
        cls.call.date_planned = fields.Datetime.now()
        cls.call._open_activities()
        cls.activity = cls.call.activity_id

    def check_retried(self):
        self.assertEqual((self.call.state, self.call.attempt), ("planned", 1))
        planned, today = (
            schedule.local_day(moment, self.rep.tz)
            for moment in (self.call.date_planned, fields.Datetime.now())
        )
        self.assertGreater(planned, today)
        self.assertFalse(self.activity.active)

    def check_content(self):
        self.assertEqual((self.call.state, self.call.verdict), ("done", "positive"))
        self.assertFalse(self.activity.active)

    def test_chatter_unhappy(self):
        self.start_tour(
            f"/odoo/res.partner/{self.customer.id}",
            "crl_done_chatter",
            login="crl_tour_rep",
        )
        self.assertEqual((self.call.state, self.call.verdict), ("done", "negative"))
        self.assertEqual(self.call.note, "The dough is dry")
        self.assertEqual(
            self.call.cause_ids, self.env.ref("crl_retention.cause_quality")
        )
        case = self.customer.crl_case_ids
        self.assertEqual((case.state, case.visit_id.state), ("open", "open"))
        self.assertEqual(self.enrollment.state, "recovery")

    def test_systray_no_answer(self):
        self.start_tour("/odoo", "crl_done_systray", login="crl_tour_rep")
        self.check_retried()

    def test_list(self):
        self.start_tour(
            "/odoo/action-mail.mail_activity_action_my",
            "crl_done_list",
            login="crl_tour_rep",
        )
        self.check_content()

    def test_calendar(self):
        self.start_tour(
            "/odoo/action-mail.mail_activity_action_my",
            "crl_done_calendar",
            login="crl_tour_rep",
        )
        self.check_content()

    def test_form(self):
        self.start_tour(
            f"/odoo/res.partner/{self.customer.id}",
            "crl_done_form",
            login="crl_tour_rep",
        )
        self.check_content()

    def test_activity_view_schedules_next(self):
        self.start_tour(
            "/odoo/action-contacts.action_contacts"
            if "contacts" in self.env["ir.module.module"]._installed()
            else "/odoo/action-base.action_partner_form",
            "crl_done_activity_view",
            login="crl_tour_rep",
        )
        self.check_content()

    def test_meeting_form(self):
        visit = self.enrollment.touchpoint_ids.filtered(
            lambda t: t.step_id == self.env.ref("crl_retention.step_m1_visit")
        )
        visit.date_planned = fields.Datetime.now()
        visit._open_activities()
        event = visit.activity_id.calendar_event_id
        self.start_tour(
            f"/odoo/calendar.event/{event.id}",
            "crl_done_meeting",
            login="crl_tour_rep",
        )
        self.assertEqual((visit.state, visit.verdict), ("done", "positive"))
