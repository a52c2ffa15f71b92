from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestEnrollment(CrlCase):
    """Getting in, pausing, leaving, beginning again."""

    def test_rep_enrolls_own_customer_only(self):
        ids = self.customer.with_user(self.rep).crl_enroll(self.cadence.id)
        self.assertEqual(len(ids), 1)
        foreign = self._new_customer("Chez Paul", user_id=self.other_rep.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.rep).crl_enroll(self.cadence.id)
        self.assertFalse(foreign.crl_enrollment_ids)

    def test_one_live_main_enrollment_a_customer(self):
        self.enroll()
        with self.assertRaisesRegex(UserError, "already"):
            self.enroll()
        with self.assertRaisesRegex(UserError, "one main procedure"):
            self.enroll(cadence=self.env.ref("crl_retention.cadence_preservation"))

    def test_contact_person_enrolls_the_company(self):
        person = self.env["res.partner"].create(
            {
                "name": "Maria Rossi",
                "parent_id": self.customer.id,
                "email": "maria@example.com",
            }
        )
        self.customer.write({"email": False, "phone": False})
        enrollment = self.enroll(person)
        self.assertEqual(enrollment.partner_id, self.customer)
        self.assertEqual(enrollment.contact_id, person)

    def test_colleagues_archived_and_silent_customers_stay_out(self):
        for partner, reason in (
            (self.rep.partner_id, "colleague"),
            (self.company.partner_id, "our own company"),
            (self._new_customer("Closed", active=False), "archived"),
            (self._new_customer("Quiet", crl_do_not_contact=True), "contacted"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self.enroll(partner)

    def test_bad_input_says_what_to_do(self):
        with self.assertRaisesRegex(ValidationError, "2026-12-31"):
            self.customer.crl_enroll(self.cadence.id, "next week")
        with self.assertRaisesRegex(UserError, "active procedure"):
            self.customer.crl_enroll(0)
        enrollment = self.enroll()
        with self.assertRaisesRegex(ValidationError, "2026-12-31"):
            enrollment.action_pause("soon")
        with self.assertRaisesRegex(UserError, "active user"):
            enrollment.action_reassign(0)
        self.assertEqual(enrollment.state, "running")

    def test_existing_customer_skips_what_is_past(self):
        enrollment = self.enroll(start="2026-02-10")
        states = enrollment.touchpoint_ids.sorted("date_planned").mapped("state")
        # welcome of 10 and call of 17 February are past, the visit of the 24th too
        self.assertEqual(states, ["skipped"] * 3 + ["planned"] * 3)
        self.assertEqual(
            enrollment.touchpoint_ids.log_ids.filtered(
                lambda line: line.rule == "too_old"
            ).mapped("decision"),
            ["skipped"] * 3,
        )

    def test_future_start_stands_in_setup(self):
        enrollment = self.enroll(start="2026-03-20")
        self.assertEqual(
            self.customer.crl_stage_id, self.env.ref("crl_retention.stage_setup")
        )
        self.at("2026-03-20 09:00:00")
        self.run_cron()
        self.assertEqual(
            enrollment.stage_id, self.env.ref("crl_retention.stage_month_1")
        )

    def test_pause_keeps_the_remaining_delay(self):
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.at("2026-03-05 09:00:00")
        enrollment.with_user(self.rep).action_pause(reason="Holidays")
        self.at("2026-03-12 09:00:00")
        self.run_cron()
        self.assertEqual(call.state, "planned")
        enrollment.with_user(self.rep).action_resume()
        # four days were left on 5 March
        self.assertEqual(str(call.date_planned), "2026-03-16 08:00:00")

    def test_pause_ends_by_itself(self):
        enrollment = self.enroll()
        enrollment.action_pause("2026-03-04")
        self.at("2026-03-04 09:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "running")

    def test_exit_cancels_what_is_ahead(self):
        enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        activity = self.touchpoint(enrollment, "step_m1_call").activity_id
        enrollment.with_user(self.rep).action_exit("Closed for good")
        self.assertEqual(enrollment.state, "exited")
        self.assertFalse(activity.exists())
        self.assertFalse(any(enrollment.touchpoint_ids.mapped("is_live")))
        # and the customer may come back
        self.assertTrue(self.enroll())

    def test_completes_into_preservation(self):
        enrollment = self.enroll()
        for day in ("03-09", "03-16", "04-02", "04-16", "05-18"):
            self.at(f"2026-{day} 10:00:00")
            self.run_cron()
            for touchpoint in enrollment.touchpoint_ids:
                if touchpoint.state == "open" and touchpoint.activity_id:
                    touchpoint.with_user(self.rep).action_done("reached", "positive")
            self.env["mail.notification"].search([]).notification_status = "sent"
        self.at("2026-06-02 10:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "completed")
        preservation = self.customer.crl_enrollment_id
        self.assertEqual(
            preservation.cadence_id,
            self.env.ref("crl_retention.cadence_preservation"),
        )
        self.assertEqual(
            self.customer.crl_stage_id,
            self.env.ref("crl_retention.stage_preservation"),
        )
        call = preservation.touchpoint_ids.filtered(lambda t: t.channel == "call")
        self.assertEqual(str(call.date_planned.date()), "2026-08-03")
        # a recurring contact plans the next one when it is closed
        self.at("2026-08-03 10:00:00")
        self.run_cron()
        call.with_user(self.rep).action_done("reached", "positive")
        following = preservation.touchpoint_ids.filtered(
            lambda t: t.channel == "call" and t.state == "planned"
        )
        self.assertEqual(following.occurrence, 2)
        self.assertEqual(str(following.date_planned.date()), "2026-11-02")

    def test_unhappy_in_preservation_goes_back_to_the_first_month(self):
        preservation = self.enroll(
            cadence=self.env.ref("crl_retention.cadence_preservation")
        )
        call = preservation.touchpoint_ids.filtered(lambda t: t.channel == "call")
        call.with_user(self.rep).action_done("reached", "negative", "Late again")
        case = self.customer.crl_case_ids
        case.visit_id.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual(preservation.state, "exited")
        enrollment = self.customer.crl_enrollment_id
        self.assertEqual(enrollment.cadence_id, self.cadence)
        self.assertEqual(enrollment.cycle, 2)
        self.assertTrue(self.touchpoint(enrollment, "step_restart_message"))

    def test_automatic_enrollment_takes_new_customers_once(self):
        self.cadence.write(
            {"auto_enroll": True, "enroll_domain": "[('name', 'like', 'Trattoria')]"}
        )
        self.at("2026-03-02 11:00:00")
        new = self._new_customer("Trattoria Due")
        other = self._new_customer("Hotel Sole")
        # freezing the clock does not reach the database's own
        self.cadence.auto_enroll_from = "2020-01-01"
        self.customer.name = "Trattoria Zero"
        self.run_cron()
        self.assertEqual(new.crl_enrollment_ids.cadence_id, self.cadence)
        self.assertFalse(other.crl_enrollment_ids)
        new.crl_enrollment_ids.action_exit()
        self.run_cron()
        self.assertEqual(len(new.crl_enrollment_ids), 1)

    def test_held_out_customer_gets_nothing_but_the_case(self):
        self.cadence.holdout_percent = 100
        enrollment = self.enroll()
        self.assertTrue(enrollment.is_holdout)
        self.assertFalse(enrollment.touchpoint_ids)
        case = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": "Nobody calls"})
        )
        self.assertTrue(case.visit_id.activity_id)

    def test_owner_change_moves_open_contacts(self):
        enrollment = self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.customer.user_id = self.other_rep
        self.assertEqual(call.user_id, self.other_rep)
        self.assertEqual(call.activity_id.user_id, self.other_rep)
        self.assertEqual(
            self.touchpoint(enrollment, "step_m3_visit").user_id, self.other_rep
        )
        self.assertEqual(self.customer.crl_relationship_id.user_id, self.other_rep)

    def test_archived_customer_leaves(self):
        enrollment = self.enroll()
        self.customer.action_archive()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        self.assertEqual(enrollment.state, "exited")

    def test_put_aside_by_hand(self):
        enrollment = self.enroll()
        lost = self.env.ref("crl_retention.stage_lost")
        wizard = (
            self.env["crl.relationship.stage"]
            .with_user(self.rep)
            .with_context(active_ids=self.customer.crl_relationship_id.ids)
            .create({"stage_id": lost.id, "reason": "Sold the restaurant"})
        )
        wizard.action_set_stage()
        self.assertEqual(self.customer.crl_stage_id, lost)
        self.assertEqual(enrollment.exit_reason, "Sold the restaurant")
        with self.assertRaisesRegex(UserError, "through a procedure"):
            self.customer.crl_relationship_id.action_set_stage(
                self.env.ref("crl_retention.stage_month_1").id
            )

    def test_failed_message_is_planned_again(self):
        enrollment = self.enroll()
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        welcome.mail_message_id.notification_ids.notification_status = "exception"
        self.run_cron()
        self.assertEqual(welcome.state, "failed")
        first = welcome.mail_message_id
        self.env["crl.touchpoint.move"].with_user(self.rep).with_context(
            active_ids=welcome.ids
        ).create({"date_planned": "2026-03-02 12:00:00"}).action_move()
        self.at("2026-03-02 12:05:00")
        self.run_cron()
        self.assertEqual(welcome.state, "open")
        self.assertNotEqual(welcome.mail_message_id, first)
