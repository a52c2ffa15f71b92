from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestPeopleMerge(CrlCase):
    """Customers that turn out to be one, or change hands: nothing is lost, nobody is
    written to twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._new_customer("Bella Napoli 2", email=cls.customer.email)
        cls.third = cls._new_customer("Bella Napoli 3", email=cls.customer.email)

    def enroll(self, *args, **kwargs):
        # the address they share was entered later: it would keep the others out
        same = (self.customer + self.twin + self.third).exists()
        emails = {partner: partner.email for partner in same}
        for partner in same:
            partner.email = f"{partner.id}@example.com"
        enrollments = super().enroll(*args, **kwargs)
        for partner, email in emails.items():
            partner.email = email
        return enrollments

    def merge(self, user=None, into=None, others=None):
        into = into or self.customer
        others = others or self.twin + self.third
        wizard = self.env["base.partner.merge.automatic.wizard"]
        user = user or self.rep
        wizard.with_user(user)._merge((into + others).ids, into.with_user(user))
        self.env.invalidate_all()

    def run_at(self, moment):
        self.at(moment)
        self.run_cron()

    def count(self, partners):
        """All rows of customers, by table."""
        return {
            model: self.env[model].search_count([("partner_id", "in", partners.ids)])
            for model in ("crl.enrollment", "crl.touchpoint", "crl.case")
        }

    def check_one(self, customer):
        """A customer like any other: one main procedure, no contact twice."""
        live = customer.crl_enrollment_ids.filtered("is_live")
        self.assertEqual(len(live), 1)
        self.assertEqual(live.dedup_key, f"main:{customer.id}")
        relationship = self.env["crl.relationship"].search(
            [("partner_id", "=", customer.id)]
        )
        self.assertEqual(relationship, customer.crl_relationship_id)
        self.assertEqual(relationship.dedup_key, f"partner:{customer.id}")
        self.assertEqual(relationship.enrollment_id, live)
        contacts = customer.crl_touchpoint_ids.filtered("is_live")
        self.assertEqual(contacts.enrollment_id, live)
        self.assertEqual(
            len(contacts.activity_id),
            self.env["mail.activity"].search_count(
                [("res_model", "=", "res.partner"), ("res_id", "=", customer.id)]
            ),
        )
        return live

    def test_three_records_of_one_customer(self):
        everyone = self.customer + self.twin + self.third
        self.enroll(self.twin, start="2026-02-27")
        self.enroll(self.customer + self.third)
        self.run_at("2026-03-09 09:00:00")
        before = self.count(everyone)
        logs = self.env["crl.touchpoint.log"].search_count(
            [("partner_id", "in", everyone.ids)]
        )
        self.merge()
        live = self.check_one(self.customer)
        self.assertEqual(str(live.date_start), "2026-02-27")
        self.assertEqual(self.count(self.customer), before)
        lines = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertGreater(len(lines), logs)
        closed = lines.filtered(lambda x: x.rule == "merge" and x.decision == "exited")
        self.assertEqual(len(closed), 2)
        self.assertIn("one", closed[0].note)
        self.assertFalse((self.twin + self.third).exists())
        self.assertIn("Merged", self.customer.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "already"):
            self.enroll()
        self.run_at("2026-03-16 09:00:00")
        self.check_one(self.customer)

    def test_unhappy_and_content(self):
        self.enroll(self.customer + self.twin + self.third)
        self.run_at("2026-03-09 09:00:00")
        for customer, verdict, words in (
            (self.customer, "positive", "Fine"),
            (self.twin, "negative", "Cold"),
            (self.third, "negative", "Late"),
        ):
            call = customer.crl_touchpoint_ids.filtered("activity_id")[:1]
            call.with_user(self.rep).action_done("reached", verdict, words)
        deadline = self.twin.crl_case_ids.deadline
        self.merge()
        live = self.customer.crl_enrollment_ids.filtered("is_live")
        self.assertEqual(live.state, "recovery")
        case = self.customer.crl_case_ids.filtered(lambda c: c._is_live())
        self.assertEqual(len(case), 1)
        self.assertEqual(len(self.customer.crl_case_ids), 2)
        self.assertEqual(case.description, "Cold\nLate")
        self.assertEqual(case.deadline, deadline)
        self.assertEqual(case.enrollment_id, live)
        self.assertEqual(case.dedup_key, f"negative:{self.customer.id}")
        self.assertEqual(self.customer.crl_open_case_count, 1)
        visits = self.customer.crl_touchpoint_ids.filtered(
            lambda t: t.case_id and t.is_live
        )
        self.assertEqual(visits, case.visit_id)
        case.visit_id.with_user(self.rep).action_done("reached", "positive")
        self.assertEqual((live.state, live.cycle), ("running", 2))

    def test_strictest_opt_out_wins(self):
        self.third.email = "other@example.com"
        self.twin.crl_do_not_contact = True
        self.env["mail.blacklist"]._add("other@example.com")
        self.enroll()
        self.merge(user=self.env.user)
        self.assertTrue(self.customer.crl_do_not_contact)
        self.assertTrue(self.customer.is_blacklisted)

    def test_live_contacts_follow_the_salesperson_who_is_left(self):
        self.twin.user_id = self.other_rep
        self.enroll(self.twin)
        self.run_at("2026-03-09 09:00:00")
        self.merge(others=self.twin)
        live = self.check_one(self.customer)
        call = self.touchpoint(live, "step_m1_call")
        self.assertEqual((live.user_id, call.user_id), (self.rep, self.rep))
        self.assertEqual(call.activity_id.user_id, self.rep)

    def test_statistics_of_mailings_stay(self):
        trace = self.env["mailing.trace"].create(
            {"model": "res.partner", "res_id": self.twin.id, "email": "a@example.com"}
        )
        self.merge()
        self.assertEqual(trace.res_id, self.customer.id)

    def test_person_merged_into_another_company(self):
        silent = self._new_customer("Silent", email=False, phone=False)
        person, second = self.env["res.partner"].create(
            [
                {"name": name, "parent_id": silent.id, "email": email}
                for name, email in (
                    ("Anna", self.twin.email),
                    ("Bruno", "bruno@example.com"),
                )
            ]
        )
        enrollment = self.enroll(silent)
        enrollment.contact_id = person
        self.merge(into=self.twin, others=person)
        self.assertEqual(enrollment.partner_id, silent)
        self.assertEqual(enrollment.contact_id, second)
        planned = enrollment.touchpoint_ids.filtered(lambda t: t.state == "planned")
        self.assertEqual(planned.contact_id, second)

    def test_customer_becomes_a_person_of_a_company(self):
        self.third.is_company = False
        self.enroll(self.third, start="2026-02-27")
        self.enroll()
        self.run_at("2026-03-09 09:00:00")
        rows = self.count(self.customer + self.third)
        self.third.with_user(self.rep).parent_id = self.customer
        live = self.check_one(self.customer)
        self.assertEqual(live.contact_id, self.third)
        self.assertEqual(self.count(self.customer), rows)
        self.assertFalse(self.third.crl_relationship_id)
        self.third.with_user(self.rep).parent_id = False
        self.assertEqual(live.partner_id, self.customer)
        self.assertEqual(live.contact_id, self.customer)

    # ---- Archived, moved ----

    def test_archived_customer_leaves_at_once(self):
        enrollment = self.enroll()
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(enrollment, "step_m1_call")
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Cold"}
        )
        self.customer.with_user(self.rep).action_archive()
        self.assertEqual(enrollment.state, "exited")
        self.assertEqual(call.state, "cancelled")
        self.assertFalse(call.activity_id)
        self.assertTrue(
            call.log_ids.filtered(lambda line: line.rule == "archived").note
        )
        self.assertEqual(case.visit_id.state, "open")
        told = self.notified(case)
        self.assertIn(self.manager.partner_id, told[0].notified_partner_ids)
        self.customer.with_user(self.rep).action_unarchive()
        self.assertEqual(enrollment.state, "exited")

    def test_archived_person_gets_nothing_more(self):
        self.customer.write({"email": False, "phone": False})
        first, second = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "parent_id": self.customer.id,
                    "email": f"{name}@example.com",
                }
                for name in ("anna", "bruno")
            ]
        )
        enrollment = self.enroll()
        enrollment.contact_id = first
        first.action_archive()
        self.assertEqual(enrollment.contact_id, second)

    def test_customer_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.leader.company_ids += elsewhere
        enrollment = self.enroll()
        self.run_at("2026-03-09 09:00:00")
        call = self.touchpoint(enrollment, "step_m1_call")
        self.customer.company_id = elsewhere
        self.assertEqual((enrollment.company_id, call.company_id), (elsewhere,) * 2)
        self.assertEqual(self.customer.crl_relationship_id.company_id, elsewhere)
        # the salesperson does not work there, their leader does
        self.assertEqual(call.activity_id.user_id, self.leader)

    def test_procedure_of_the_company_that_was_left(self):
        self.cadence.company_id = self.company
        enrollment = self.enroll()
        self.customer.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(enrollment.state, "exited")
        self.assertFalse(enrollment.touchpoint_ids.filtered("is_live"))

    def test_message_goes_to_the_address_of_the_day_it_is_sent(self):
        enrollment = self.enroll()
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", welcome.mail_message_id.id)]
        )
        self.customer.email = "new@example.com"
        sent = mail._prepare_outgoing_list()
        self.assertIn("new@example.com", str(sent[0]["email_to"]))
