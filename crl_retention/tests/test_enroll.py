from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, mute_logger, tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestEnroll(CrlCase):
    """The enroll dialog tells who gets in, and who does not and why."""

    def open_dialog(self, partners, user=None, **context):
        return (
            self.env["crl.enroll"]
            .with_user(user or self.rep)
            .with_context(
                active_model="res.partner", active_ids=partners.ids, **context
            )
        )

    def reasons(self, wizard):
        return {
            line.partner_id: line.reason
            for line in wizard.line_ids
            if not line.accepted
        }

    @mute_logger("odoo.sql_db")
    def test_a_filter_the_database_cannot_compare_is_refused(self):
        cadence = self.cadence.with_user(self.manager)
        for text in ("[('id', '=', 'abc')]", "[('color', '=', 'red')]"):
            for record, name in (
                (cadence, "enroll_domain"),
                (cadence, "exit_domain"),
                (cadence.step_ids[0], "condition"),
            ):
                with (
                    self.subTest(text=text, name=name),
                    self.assertRaises(ValidationError) as refused,
                ):
                    record[name] = text
                self.assertIn("cannot be read", str(refused.exception))
        cadence.enroll_domain = "[('id', '>', 7), ('name', 'ilike', '100 %')]"

    def test_who_gets_in_and_who_does_not(self):
        running = self._new_customer("Running")
        self.enroll(running)
        silent = self._new_customer("Silent", crl_do_not_contact=True)
        foreign = self._new_customer("Foreign", user_id=self.other_rep.id)
        nobody = self._new_customer("Nobody's", user_id=False)
        person = self.env["res.partner"].create(
            {"name": "Rosa", "parent_id": self.customer.id}
        )
        partners = person + running + silent + foreign + nobody
        form = Form(self.open_dialog(partners), "crl_retention.crl_enroll_view_form")
        self.assertEqual(form.cadence_id, self.cadence)
        self.assertEqual((form.accepted_count, form.refused_count), (2, 3))
        self.assertEqual(form.button_label, "Enroll 2 customers")
        wizard = form.save()
        self.assertEqual(
            wizard.line_ids.filtered("accepted").partner_id, self.customer + nobody
        )
        reasons = self.reasons(wizard)
        self.assertIn("goes through", reasons[running])
        self.assertIn("does not want to be contacted", reasons[silent])
        self.assertIn(self.other_rep.name, reasons[foreign])
        self.assertIn("ask them, or your team leader", reasons[foreign])

        action = wizard.action_enroll()
        enrollments = self.env["crl.enrollment"].search(action["domain"])
        self.assertEqual(enrollments.partner_id, self.customer + nobody)

    def test_other_reps_customer_only(self):
        foreign = self._new_customer("Foreign", user_id=self.other_rep.id)
        wizard = self.open_dialog(foreign).create({})
        self.assertEqual((wizard.accepted_count, wizard.refused_count), (0, 1))
        with self.assertRaisesRegex(UserError, "ask them, or your team leader"):
            wizard.action_enroll()
        # their leader may, and so may who looks after everybody
        wizard = self.open_dialog(foreign, self.manager).create({})
        wizard.action_enroll()
        self.assertEqual(foreign.crl_enrollment_id.cadence_id, self.cadence)

    def test_asked_again_on_confirm(self):
        """What changed while the dialog was open counts."""
        wizard = self.open_dialog(self.customer).create({})
        self.assertEqual(wizard.accepted_count, 1)
        self.enroll()
        with self.assertRaisesRegex(UserError, "goes through"):
            wizard.action_enroll()

    def test_nobody_chosen(self):
        wizard = self.env["crl.enroll"].with_user(self.rep).create({})
        self.assertFalse(wizard.line_ids)
        with self.assertRaisesRegex(UserError, "Choose the customers"):
            wizard.action_enroll()

    def test_start_and_procedure_are_used(self):
        preservation = self.env.ref("crl_retention.cadence_preservation")
        form = Form(self.open_dialog(self.customer))
        form.cadence_id = preservation
        form.date_start = "2026-04-01"
        form.save().action_enroll()
        enrollment = self.customer.crl_enrollment_ids
        self.assertEqual(enrollment.cadence_id, preservation)
        self.assertEqual(str(enrollment.date_start), "2026-04-01")

    def test_by_the_procedures_filter(self):
        found = self._new_customer("Filtered One") + self._new_customer("Filtered Two")
        self.cadence.enroll_domain = "[('name', 'ilike', 'Filtered')]"
        wizard = (
            self.env["crl.enroll"].with_user(self.manager).create({"use_domain": True})
        )
        self.assertEqual(wizard.line_ids.partner_id, found)
        wizard.action_enroll()
        self.assertEqual(found.crl_enrollment_ids.cadence_id, self.cadence)

    def test_from_relationships(self):
        self.enroll()._exit("test", "test")
        relationship = self.customer.crl_relationship_id
        wizard = (
            self.env["crl.enroll"]
            .with_user(self.rep)
            .with_context(active_model="crl.relationship", active_ids=relationship.ids)
            .create({})
        )
        self.assertEqual(wizard.partner_ids, self.customer)

    def test_big_selections_show_the_first_customers(self):
        self.cadence.reenroll = "if_not_running"
        partners = self.env["res.partner"].create(
            [
                {"name": f"Many {number}", "is_company": True, "user_id": self.rep.id}
                for number in range(250)
            ]
        )
        refused = partners[200:]
        refused.crl_do_not_contact = True
        wizard = self.open_dialog(partners).create({})
        self.assertEqual((wizard.accepted_count, wizard.refused_count), (200, 50))
        self.assertEqual(len(wizard.line_ids), 200)
        self.assertEqual(wizard.hidden_count, 50)
        # who stays out is seen first
        self.assertEqual(wizard.line_ids[:50].partner_id, refused)


@tagged("post_install", "-at_install")
class TestTwins(CrlCase):
    """One customer who was entered twice goes through a procedure once."""

    def sort_out(self, partners, cadence=None):
        Enrollment = self.env["crl.enrollment"].with_user(self.rep)
        return Enrollment._sort_out(
            partners.with_user(self.rep), cadence or self.cadence
        )

    def test_the_same_email_or_phone_written_otherwise(self):
        self.enroll()
        mail = self._new_customer("Uno", email=f"Bella <{self.customer.email.upper()}>")
        phone = self._new_customer("Due", phone="01 42 68 53 00")
        fine = self._new_customer("Sei")
        accepted, refused = self.sort_out(mail + phone + fine)
        self.assertEqual(accepted, fine)
        for partner in mail + phone:
            self.assertIn("Bella Napoli", refused[partner])
        # another procedure, and one that is over, are free
        side = self.cadence.copy({"is_main": False})
        self.assertEqual(self.sort_out(mail, side)[0], mail)
        self.customer.crl_enrollment_ids.action_exit()
        self.assertEqual(self.sort_out(mail)[0], mail)

    def test_the_first_of_a_selection_gets_in(self):
        first = self._new_customer("Uno")
        second = self._new_customer("Due", email=first.email)
        accepted, refused = self.sort_out(first + second)
        self.assertEqual(accepted, first)
        self.assertIn("Uno", refused[second])
        with self.assertRaisesRegex(UserError, "are they one customer"):
            first.with_user(self.rep).crl_enroll(self.cadence.id)
            second.with_user(self.rep).crl_enroll(self.cadence.id)

    def test_the_person_who_gets_the_messages(self):
        company = self._new_customer("Casa", email=False, phone=False)
        self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": company.id,
                "email": self.customer.email,
            }
        )
        self.enroll(company)
        self.assertIn("Casa", self.sort_out(self.customer)[1][self.customer])

    def test_automatic_enrollment_gets_past_them(self):
        self.enroll()
        for number in range(3):
            self._new_customer(f"Twin {number}", email=self.customer.email)
        last = self._new_customer("Last")
        self.cadence.write(
            {
                "auto_enroll": True,
                "auto_enroll_from": self.env.cr.now(),
                "enroll_domain": f"[('user_id', '=', {self.rep.id})]",
            }
        )
        self.env["crl.enrollment"]._enroll_found(self.cadence, 2)
        self.assertEqual(last.crl_enrollment_ids.state, "running")

    def test_flat(self):
        few = self.env["res.partner"].union(
            *(self._new_customer(f"Few {n}") for n in range(3))
        )
        many = self.env["res.partner"].union(
            *(self._new_customer(f"Many {n}") for n in range(30))
        )
        counts = []
        for partners in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crl.enrollment"]._sort_out(partners, self.cadence)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 1)

    def test_twin_of_another_company_is_not_named(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.enroll(self.customer)
        self.customer.company_id = other
        twin = self._new_customer("Bella", email=self.customer.email)
        with self.assertRaises(UserError) as caught:
            twin.with_user(self.rep).crl_enroll(self.cadence.id)
        self.assertIn("another company", str(caught.exception))
        self.assertNotIn(self.customer.name, str(caught.exception))
