import json

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestPeoplePrivacy(CrlCase):
    """A customer may be told what we hold, and may have it erased; old lines go."""

    WORDS = "Zanzibar dough"

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.run_cron()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        self.call = self.touchpoint(self.enrollment, "step_m1_call")
        self.call.activity_id.with_user(self.rep).action_feedback(self.WORDS)
        self.env["crl.case"].with_user(self.rep).create(
            {"partner_id": self.customer.id, "description": self.WORDS}
        )

    def find_words(self):
        """Where in the database the customer's words are still to be found."""
        self.env.flush_all()
        found = set()
        for model in self.env.registry.models.values():
            if model._abstract or model._transient or not model._auto:
                continue
            fields = [
                name
                for name, field in model._fields.items()
                if field.store and field.type in ("char", "text", "html")
            ]
            for name in fields:
                self.env.cr.execute(
                    f'SELECT 1 FROM "{model._table}" '
                    f'WHERE "{name}"::text ILIKE %s LIMIT 1',
                    [f"%{self.WORDS}%"],
                )
                if self.env.cr.fetchone():
                    found.add(f"{model._name}.{name}")
        return found

    def test_nobody_to_erase(self):
        nobody = self.env["res.partner"].with_user(self.manager)
        self.assertTrue(nobody.crl_erase_data())
        for ids in (["a"], [[None]]):
            with self.assertRaises(ValidationError):
                nobody.browse(ids).crl_export_data()

    def test_customer_with_a_history_is_archived_not_deleted(self):
        stranger = self._new_customer("No history")
        with self.assertRaisesRegex(UserError, "archive the contact instead"):
            (stranger + self.customer).unlink()
        stranger.unlink()
        self.customer.action_archive()

    def test_erased_words_are_nowhere(self):
        self.assertGreater(len(self.find_words()), 4)
        counts = [
            self.env[model].search_count([("partner_id", "=", self.customer.id)])
            for model in ("crl.enrollment", "crl.case", "crl.touchpoint")
        ]
        lines = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id)]
        )
        welcome = self.touchpoint(self.enrollment, "step_m1_welcome")
        self.assertTrue(welcome.access_token)
        wizard = self.env["crl.privacy"].with_user(self.manager)
        wizard.with_context(active_id=self.customer.id).create({}).action_erase()
        self.assertEqual(self.find_words(), set())
        self.assertFalse(welcome.access_token)
        self.assertEqual(
            counts,
            [
                self.env[model].search_count([("partner_id", "=", self.customer.id)])
                for model in ("crl.enrollment", "crl.case", "crl.touchpoint")
            ],
        )
        self.assertTrue(lines.exists())
        self.assertEqual(self.call.state, "done")
        self.assertEqual(self.enrollment.state, "exited")
        self.assertFalse(self.customer.crl_touchpoint_ids.filtered("is_live"))
        last = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id)], limit=1
        )
        self.assertEqual((last.decision, last.create_uid), ("erased", self.manager))
        self.assertIn(self.manager.name, last.note)

    def test_words_of_the_customers_people_are_erased(self):
        person = self.env["res.partner"].create(
            {"name": "Gino", "parent_id": self.customer.id}
        )
        call = person.with_user(self.rep).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.rep.id
        )
        call.with_user(self.rep).action_feedback(self.WORDS)
        person.active = False
        self.customer.with_user(self.manager).crl_erase_data()
        self.assertEqual(self.find_words(), set())

    def test_what_a_contact_is_about_is_told_and_erased(self):
        row = self.env["crl.relationship"]._ensure(self.customer)
        for __ in range(2):
            contact = row._plan_contact("call", self.WORDS, "fuzz", "", self.company)
        contact.activity_id.with_user(self.rep).action_feedback("Reached")
        told = json.loads(self.customer.with_user(self.manager).crl_export_data())
        subjects = [each["subject"] for each in told[0]["crl.touchpoint"]]
        self.assertIn(self.WORDS, subjects)
        self.customer.with_user(self.manager).crl_erase_data()
        self.assertEqual(self.find_words(), set())

    def test_words_somebody_is_asked_to_read_are_erased(self):
        self.call._ask_owner_to_read(self.WORDS)
        self.customer.with_user(self.manager).crl_erase_data()
        self.assertEqual(self.find_words(), set())

    def test_two_companies(self):
        """Neither hands out or erases what the other was told."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger", "manager", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        customer = self.customer.with_user(stranger)
        for verb in (customer.crl_export_data, customer.crl_erase_data):
            with self.assertRaisesRegex(AccessError, "Another company"):
                verb()
        self.assertEqual(self.call.note, self.WORDS)
        stranger.company_ids += self.company
        self.assertIn(self.WORDS, customer.crl_export_data())

    def test_a_neighbour_is_not_erased(self):
        other = self._new_customer("Chez Paul")
        call = self.touchpoint(self.enroll(other), "step_m1_call")
        call.with_user(self.rep).action_done("reached", "positive", "Kept")
        self.customer.with_user(self.manager).crl_erase_data()
        self.assertEqual(call.note, "Kept")
        self.assertTrue(other.crl_enrollment_id)

    def test_export_tells_everything(self):
        [told] = json.loads(self.customer.with_user(self.manager).crl_export_data())
        contacts = told["crl.touchpoint"]
        self.assertEqual(len(contacts), len(self.customer.crl_touchpoint_ids))
        self.assertIn(self.WORDS, [contact["note"] for contact in contacts])
        self.assertEqual(told["crl.case"][0]["description"], self.WORDS)
        self.assertTrue(told["messages"])
        action = (
            self.env["crl.privacy"]
            .with_user(self.manager)
            .create({"partner_id": self.customer.id})
            .action_export()
        )
        self.assertIn("download=true", action["url"])

    def test_only_managers(self):
        for user in (self.rep, self.leader):
            customer = self.customer.with_user(user)
            with self.assertRaises(AccessError):
                customer.crl_erase_data()
            with self.assertRaises(AccessError):
                customer.crl_export_data()
        self.assertEqual(self.call.note, self.WORDS)

    def test_privacy_lookup_finds_what_names_a_customer(self):
        """Odoo's search for a person's records skips links that are deleted along.

        What other addons derive from Odoo's own documents is found with these.
        """
        for model in self.env.registry.models.values():
            is_ours = model._original_module == "crl_retention"
            if is_ours and model._name.startswith("crl.") and not model._transient:
                for field in model._fields.values():
                    if field.type == "many2one" and field.comodel_name == "res.partner":
                        self.assertNotEqual(field.ondelete, "cascade", field)
        with self.assertRaisesRegex(UserError, "Retention Data"):
            self.call.log_ids.unlink()

    # ---- Old lines ----

    def clean(self):
        self.env.flush_all()
        result = self.env["crl.touchpoint.log"]._gc_old_lines()
        self.env.invalidate_all()
        return result

    def test_old_lines_go_but_not_of_what_is_ahead(self):
        lines = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id)]
        )
        live = lines.filtered(
            lambda x: x.touchpoint_id.is_live or x.enrollment_id.is_live
        )
        old = lines - live
        self.assertTrue(old and live)
        self.clean()
        self.assertEqual(lines.exists(), lines)
        self.at("2028-03-01 10:00:00")  # not two years later
        self.clean()
        self.assertEqual(lines.exists(), lines)
        self.at("2028-03-10 10:00:00")
        self.company.crl_log_months = 0
        self.clean()
        self.assertEqual(lines.exists(), lines)
        self.company.crl_log_months = 24
        self.assertEqual(self.clean(), (len(old), False))
        self.assertEqual(lines.exists(), live)

    def test_old_lines_go_bit_by_bit(self):
        self.customer.with_user(self.manager).crl_erase_data()
        self.at("2030-01-01 10:00:00")
        self.patch(type(self.env["crl.touchpoint.log"]), "_GC_BATCH", 3)
        self.assertEqual(self.clean(), (3, True))

    def test_months_are_not_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.company.crl_log_months = -1
            self.env.flush_all()
