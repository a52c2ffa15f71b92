from odoo.exceptions import UserError
from odoo.tests import Form, tagged

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
