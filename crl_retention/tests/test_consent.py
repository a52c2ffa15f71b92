from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CrlCase

KEYS = [
    (channel, purpose)
    for channel in ("email", "sms", "call", "letter")
    for purpose in ("service", "marketing")
]


class ConsentCase(CrlCase):
    def said(
        self, partner, status="withdrawn", keys=(("email", "marketing"),), **proof
    ):
        source = proof.pop("source", "employee")
        return self.env["crl.consent"]._record(
            {partner: dict.fromkeys(keys, status)}, source, **proof
        )

    def word(self, partner, channel="email", purpose="marketing"):
        self.env.invalidate_all()
        return (partner.crl_consents or {}).get(f"{channel}.{purpose}", {})

    def message(self, partner=None, **values):
        """A message as it falls due, asked by the door but not saved by anybody."""
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": (partner or self.customer).commercial_partner_id.id,
                "contact_id": (partner or self.customer).id,
                "company_id": self.company.id,
                "channel": "email",
                "purpose": "marketing",
                "date_planned": fields.Datetime.now(),
                **values,
            }
        )

    def refusal(self, partner=None, medium="email", **values):
        message = self.message(partner, **values)
        self.env.invalidate_all()
        refuse = getattr(message, f"_refuse_{medium}")
        return refuse(message._get_person())

    def is_listed(self, address):
        return bool(self.env["mail.blacklist"].search([("email", "=", address)]))


@tagged("post_install", "-at_install")
class TestConsent(ConsentCase):
    """What customers said is written down with its proof, and holds."""

    # ---- Which word holds ----

    def test_the_last_word_holds(self):
        self.assertFalse(self.refusal())
        self.said(self.customer)
        self.assertIn("said no to marketing by email", self.refusal())
        self.assertTrue(self.is_listed(self.customer.email))
        self.said(self.customer, "granted")
        self.assertFalse(self.refusal())
        self.assertFalse(self.is_listed(self.customer.email))

    def test_one_channel_and_one_purpose_alone(self):
        for key in KEYS:
            partner = self._new_customer(f"Only {key}", email=f"{key[0]}{key[1]}@x.it")
            self.said(partner, keys=[key])
            self.env.invalidate_all()
            message = self.message(partner)
            refused = {
                other for other in KEYS if message._refuse_consent(partner, *other)
            }
            self.assertEqual(refused, {key})

    def test_service_passes_where_only_marketing_was_refused(self):
        """Odoo's blacklist holds no purpose; the ledger knows better."""
        self.said(self.customer)
        self.assertTrue(self.customer.is_blacklisted)
        self.assertFalse(self.refusal(purpose="service"))
        self.said(self.customer, keys=[("email", "service")])
        self.assertIn("service messages by email", self.refusal(purpose="service"))

    def test_an_entry_of_somebody_elses_stops_service_too(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.assertIn("blacklisted", self.refusal(purpose="service"))
        row = self.customer.crl_consent_ids
        self.assertEqual((row.status, row.source), ("withdrawn", "blacklist"))
        # until the customer says yes to it
        self.at(fields.Datetime.now() + timedelta(hours=1))
        self.said(self.customer, "granted", [("email", "service")], source="page")
        self.assertFalse(self.refusal(purpose="service"))
        self.assertIn("blacklisted", self.refusal())

    def test_taken_off_the_blacklist_is_no_yes(self):
        entry = self.env["mail.blacklist"]._add(self.customer.email)
        self.env["mail.blacklist"]._remove(self.customer.email)
        self.assertEqual(self.word(self.customer)["status"], "lifted")
        self.assertFalse(self.refusal())
        self.company.crl_marketing_basis = "opt_in"
        self.assertIn("not said yes", self.refusal())
        entry.action_unarchive()
        self.assertEqual(self.word(self.customer)["status"], "withdrawn")
        entry.unlink()
        self.assertEqual(self.word(self.customer)["status"], "lifted")
        self.assertEqual(len(self.customer.crl_consent_ids), 4)

    def test_numbers_however_they_are_written(self):
        twin = self._new_customer("Twin", phone="0033142685399")
        other = self._new_customer("Other", phone="01 42 68 53 99")
        self.said(twin, keys=[("sms", "marketing")])
        for partner in twin, other:
            self.assertTrue(partner.phone_sanitized_blacklisted)
            self.assertIn("said no", self.refusal(partner, "sms"))
        self.env["phone.blacklist"].remove("+33142685399")
        self.assertFalse(self.refusal(other, "sms"))
        self.env["phone.blacklist"].add("+33 1 42 68 53 99")
        self.assertIn("blacklisted", self.refusal(other, "sms"))

    def test_whoever_has_the_address_is_meant(self):
        twin = self._new_customer("Twin", email=self.customer.email.upper())
        self.said(self.customer, keys=[("email", "service")])
        self.assertIn("said no", self.refusal(twin, purpose="service"))

    def test_the_customer_as_a_whole_and_its_people(self):
        anna = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id, "email": "anna@x.it"}
        )
        self.said(self.customer, keys=[("email", "marketing")])
        self.assertIn("Anna", self.refusal(anna))
        self.said(anna, "granted")
        self.assertFalse(self.refusal(anna))
        self.assertTrue(self.refusal(self.customer))
        # a no of Anna's is hers alone, and no yes of a colleague changes it
        self.said(self.customer, "granted")
        self.said(anna)
        self.assertFalse(self.refusal(self.customer))
        self.said(self.customer, "granted")
        self.assertTrue(self.refusal(anna))

    def test_a_yes_is_the_companys_a_no_is_everybodys(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for company in self.company, elsewhere:
            company.crl_marketing_basis = "opt_in"
        self.said(self.customer, "granted")
        self.assertFalse(self.refusal())
        self.assertIn("not said yes", self.refusal(company_id=elsewhere.id))
        self.said(self.customer, company_id=elsewhere.id)
        self.assertIn("said no", self.refusal())

    def test_where_a_yes_is_needed(self):
        self.company.crl_marketing_basis = "countries"
        self.company.crl_opt_in_country_ids = self.env.ref("base.de")
        self.assertFalse(self.refusal())
        self.customer.country_id = self.env.ref("base.de")
        self.assertIn("not said yes", self.refusal())
        self.assertFalse(self.refusal(purpose="service"))
        letter = self.message(channel="letter")
        self.assertFalse(letter._refuse_consent(self.customer, "letter"))
        self.said(self.customer, "granted")
        self.assertFalse(self.refusal())

    def test_calls_are_asked_too(self):
        self.said(self.customer, keys=[("call", "marketing")])
        call = self.message(channel="call", user_id=self.rep.id)
        service = self.message(channel="call", user_id=self.rep.id, purpose="service")
        owed = self.message(
            channel="call",
            user_id=self.rep.id,
            case_id=self.env["crl.case"]
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "kind": "promise",
                    "deadline": fields.Datetime.now(),
                }
            )
            .id,
        )
        calls = call + service + owed
        calls.date_due = fields.Datetime.now()
        self.run_cron()
        self.assertEqual(calls.mapped("state"), ["skipped", "open", "open"])
        line = call.log_ids
        self.assertEqual((line.decision, line.rule), ("skipped", "consent"))
        self.assertIn("said no to marketing calls", line.note)

    # ---- Changed addresses ----

    def test_a_new_address_keeps_the_no(self):
        self.said(self.customer)
        self.customer.with_user(self.rep).email = "new@example.com"
        self.assertIn("said no", self.refusal())
        self.assertTrue(self.is_listed("new@example.com"))
        row = self.customer.crl_consent_ids[0]
        self.assertEqual((row.source, row.address), ("address", "new@example.com"))
        self.assertEqual(row.user_id, self.rep)
        # nothing to follow: no more rows
        rows = len(self.customer.crl_consent_ids)
        self.customer.email = "New@Example.com"
        self.customer.phone = "+33 1 42 68 53 98"
        self.assertEqual(len(self.customer.crl_consent_ids), rows)
        self.said(self.customer, "granted")
        self.customer.email = "newer@example.com"
        self.assertFalse(self.is_listed("newer@example.com"))

    # ---- Do not contact ----

    def test_do_not_contact_is_a_no_to_all_and_ends_as_it_began(self):
        self.said(self.customer, keys=[("email", "marketing")], source="one_click")
        self.customer.with_user(self.rep).crl_do_not_contact = True
        self.assertEqual(
            {key: self.word(self.customer, *key)["status"] for key in KEYS},
            dict.fromkeys(KEYS, "withdrawn"),
        )
        self.assertTrue(self.customer.phone_sanitized_blacklisted)
        self.customer.crl_do_not_contact = False
        self.assertEqual(self.word(self.customer)["status"], "withdrawn")
        self.assertTrue(self.is_listed(self.customer.email))
        self.assertEqual(self.word(self.customer, "sms")["status"], "lifted")
        self.assertFalse(self.customer.phone_sanitized_blacklisted)
        new = self._new_customer("Silent", crl_do_not_contact=True)
        self.assertEqual(len(new.crl_consent_ids), 8)

    # ---- Who writes what down ----

    def test_told_to_an_employee(self):
        choices = {"call.marketing": "withdrawn", "email.marketing": "granted"}
        customer = self.customer.with_user(self.rep)
        customer.crl_set_consent(choices, "Said so on the phone.")
        rows = self.customer.crl_consent_ids
        self.assertEqual(rows.user_id, self.rep)
        self.assertEqual(set(rows.mapped("note")), {"Said so on the phone."})
        self.assertEqual(set(rows.mapped("source")), {"employee"})
        self.assertEqual(self.word(self.customer)["status"], "granted")
        with self.assertRaises(AccessError):
            self.customer.with_user(self.other_rep).crl_set_consent(choices, "x")
        customer.crl_set_consent(
            {"email.marketing": "withdrawn"}, "Shop", "import", "2025-01-01 10:00:00"
        )
        self.assertEqual(self.word(self.customer)["status"], "granted")

    def test_what_makes_no_sense_is_refused_with_a_sentence(self):
        customer = self.customer.with_user(self.rep)
        yes = {"email.marketing": "granted"}
        evil = "=cmd|' /C calc'!A0\x00<script>'); DROP TABLE crl_consent; --"
        for arguments in (
            ({}, "note"),
            (None, "note"),
            ("email.marketing", "note"),
            ({"email.marketing": "lifted"}, "note"),
            ({"email.marketing": ["granted"]}, "note"),
            ({"fax.marketing": "granted"}, "note"),
            ({evil: evil}, "note"),
            ({"email.marketing": "\ud800"}, "note"),
            (yes, ""),
            (yes, None),
            (yes, ["note"]),
            (yes, "note", "page"),
            (yes, "note", evil),
            (yes, "note", "import", evil),
            (yes, "note", "import", "2031-01-01 00:00:00"),
        ):
            with self.assertRaises(ValidationError, msg=arguments) as caught:
                customer.crl_set_consent(*arguments)
            str(caught.exception).encode()  # what cannot be sent back is a crash
        self.assertFalse(self.customer.crl_consent_ids)
        customer.crl_set_consent(yes, evil)
        self.assertEqual(self.customer.crl_consent_ids.note[:2], "'=")
        self.assertNotIn("\x00", self.customer.crl_consent_ids.note)

    def test_nobody_changes_or_deletes_what_was_said(self):
        row = self.said(self.customer)
        for user in self.rep, self.manager:
            for action in (
                lambda r: r.write({"status": "granted"}),
                lambda r: r.unlink(),
                lambda r: r.copy(),
            ):
                with self.assertRaises(UserError):  # an AccessError is one
                    action(row.with_user(user))
        for action in (lambda: row.write({"status": "granted"}), row.unlink):
            with self.assertRaises(UserError):
                action()
        self.assertEqual(row.status, "withdrawn")

    def test_the_dialog(self):
        anna = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id, "email": "anna@x.it"}
        )
        action = self.customer.with_user(self.rep).action_crl_consent()
        Dialog = self.env["crl.consent.entry"].with_user(self.rep)
        form = Form(Dialog.with_context(**action["context"]))
        self.assertEqual(form.contact_id, self.customer)
        form.contact_id = anna
        form.answer = "withdrawn"
        form.call = form.email = True
        form.note = "Said so on the phone."
        form.save().action_confirm()
        rows = self.customer.crl_consent_ids
        self.assertEqual(rows.contact_id, anna)
        self.assertEqual(
            {(r.channel, r.purpose) for r in rows},
            {("call", "marketing"), ("email", "marketing")},
        )
        form = Form(Dialog.with_context(**action["context"]))
        form.note = "Nothing chosen"
        with self.assertRaisesRegex(UserError, "Choose"):
            form.save().action_confirm()

    # ---- Mailings ----

    def mailing(self, partners, **values):
        return self.env["mailing.mailing"].create(
            {
                "subject": "Spring",
                "body_html": "<p>Hello</p>",
                "mailing_model_id": self.env["ir.model"]._get("res.partner").id,
                "mailing_domain": [("id", "in", partners.ids)],
                **values,
            }
        )

    def got(self, mailing):
        mailing.action_send_mail()
        sent = mailing.mailing_trace_ids.filtered(
            lambda trace: trace.trace_status in ("sent", "outgoing", "process")
        )
        return set(sent.mapped("res_id"))

    def test_who_wants_no_marketing_gets_no_mailing(self):
        plain, yes, no, silent = partners = self.env["res.partner"].union(
            *(self._new_customer(name) for name in ("Plain", "Yes", "No", "Silent"))
        )
        anna = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": no.id, "email": "anna@no.it"}
        )
        partners += anna
        self.said(yes, "granted")
        self.said(no)
        silent.crl_do_not_contact = True
        self.assertEqual(self.got(self.mailing(partners)), set((plain + yes).ids))
        self.company.crl_marketing_basis = "opt_in"
        self.assertEqual(self.got(self.mailing(partners)), set(yes.ids))

    def test_who_wants_no_sms_gets_no_sms_mailing(self):
        yes, no = partners = self._new_customer("Yes") + self._new_customer("No")
        self.said(yes, "granted", [("sms", "marketing")])
        self.said(no, keys=[("sms", "marketing")])
        mailing = self.mailing(partners, mailing_type="sms", body_plaintext="Hello")
        with patch.object(type(self.env["sms.sms"]), "_send", lambda *a, **k: None):
            self.assertEqual(self.got(mailing), set(yes.ids))

    # ---- Keeping ----

    def test_former_words_are_deleted_in_the_end(self):
        self.said(self.customer, "granted", date="2019-01-01 10:00:00")
        self.said(self.customer, "withdrawn", date="2019-02-01 10:00:00")
        self.said(self.customer, "granted", [("sms", "marketing")], date="2019-01-01")
        self.company.crl_consent_months = 0
        self.env.flush_all()
        self.assertEqual(self.env["crl.consent"]._gc_former(), (0, False))
        self.company.crl_consent_months = 60
        self.env.flush_all()
        self.assertEqual(self.env["crl.consent"]._gc_former(), (1, False))
        self.assertEqual(
            set(self.customer.crl_consent_ids.mapped("status")),
            {"withdrawn", "granted"},
        )

    def test_told_and_erased(self):
        self.said(self.customer, note="On the phone", ip="10.0.0.1", text="Offers")
        told = self.customer.with_user(self.manager).crl_export_data()
        for word in ("crl.consent", "On the phone", "10.0.0.1", "Offers"):
            self.assertIn(word, told)
        self.customer.with_user(self.manager).crl_erase_data()
        row = self.customer.crl_consent_ids
        self.assertEqual((row.channel, row.status), ("email", "withdrawn"))
        self.assertFalse(row.note or row.ip or row.text or row.address)
        self.assertIn("said no", self.refusal())

    def test_as_many_queries_for_many_as_for_few(self):
        people = self.env["res.partner"].union(
            *(self._new_customer(f"Many {n}") for n in range(30))
        )
        self.said(people[0])
        consent = self.env["crl.consent"]
        self.env.flush_all()
        with self.assertQueryCount(2):
            consent._get_in_force(people, self.company)

    def test_the_door_asks_the_ledger_once_a_batch(self):
        def count(number):
            messages = self.env["crl.touchpoint"].union(
                *(
                    self.message(self._new_customer(f"Door {number} {n}"))
                    for n in range(number)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            messages._rule_consent()
            for message in messages:
                message._refuse_email(message._get_person())
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(40), count(4))
