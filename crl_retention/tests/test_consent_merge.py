from itertools import product

from odoo.tests import tagged

from .test_consent import ConsentCase

KEY = ("email", "marketing")


@tagged("post_install", "-at_install")
class TestConsentMerge(ConsentCase):
    """Several records become one: a no of any of them holds."""

    def merge(self, into, other):
        # only administrators merge contacts with different emails
        self.env["base.partner.merge.automatic.wizard"]._merge((into + other).ids, into)
        self.env.invalidate_all()

    def pair(self, name, **values):
        return [
            self._new_customer(f"{name} {n}", email=f"{name}{n}@x.it", **values)
            for n in (1, 2)
        ]

    def test_every_combination(self):
        """Whatever each said, and who said it last."""
        said = (None, "granted", "withdrawn", "lifted")
        for number, (kept, other, kept_last) in enumerate(
            product(said, said, (True, False))
        ):
            with self.subTest(kept=kept, other=other, kept_last=kept_last):
                into, source = self.pair(f"case{number}")
                words = [(into, kept), (source, other)]
                for partner, status in reversed(words) if kept_last else words:
                    if status:
                        self.said(partner, status)
                self.merge(into, source)
                is_no = "withdrawn" in (kept, other)
                self.assertEqual(bool(self.refusal(into)), is_no)
                self.assertEqual(self.is_listed(into.email), is_no)
                # what was said stays, with who said it where
                said_by_them = into.crl_consent_ids.filtered(
                    lambda row: row.source == "employee"
                )
                self.assertEqual(len(said_by_them), bool(kept) + bool(other))

    def test_only_what_was_refused(self):
        into, source = self.pair("only")
        self.said(source, keys=[("sms", "service"), ("call", "marketing")])
        self.merge(into, source)
        words = {key for key, word in into.crl_consents.items()}
        self.assertEqual(words, {"sms.service", "call.marketing"})

    def test_blacklisted_by_somebody_else(self):
        into, source = self.pair("listed")
        self.env["mail.blacklist"]._add(source.email)
        self.env["phone.blacklist"].add(source.phone)
        self.merge(into, source)
        self.assertTrue(into.is_blacklisted)
        self.assertTrue(into.phone_sanitized_blacklisted)
        self.assertIn("blacklisted", self.refusal(into, purpose="service"))

    def test_service_stays_where_only_marketing_was_refused(self):
        into, source = self.pair("service")
        self.said(source)
        self.merge(into, source)
        self.assertTrue(self.refusal(into))
        self.assertFalse(self.refusal(into, purpose="service"))

    def test_the_address_that_is_left_is_the_others(self):
        into, source = self.pair("filled")
        self.said(into)
        into.email = False
        self.merge(into, source)
        self.assertEqual(into.email, "filled2@x.it")
        self.assertTrue(self.is_listed("filled2@x.it"))
        self.assertTrue(self.refusal(into))

    def test_a_yes_in_another_company_does_not_hide_a_no(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        into, source = self.pair("two")
        self.said(source)
        self.said(source, "granted", company_id=elsewhere.id)
        self.said(into, "granted")
        self.merge(into, source)
        self.assertTrue(self.refusal(into))

    def test_people_of_companies(self):
        into, source = self.pair("people")
        anna, hannah = self.env["res.partner"].create(
            [
                {"name": "Anna", "parent_id": into.id, "email": "anna@x.it"},
                {"name": "Hannah", "parent_id": source.id, "email": "hannah@x.it"},
            ]
        )
        self.said(hannah)
        self.merge(anna, hannah)
        self.assertTrue(self.refusal(anna))
        self.assertFalse(self.refusal(into))
        self.assertEqual(anna.crl_consent_ids, self.env["crl.consent"])
        rows = self.env["crl.consent"].search([("contact_id", "=", anna.id)])
        self.assertEqual(rows.partner_id, into)

    def test_a_customer_that_becomes_a_person_takes_its_words_along(self):
        into, source = self.pair("moves")
        self.said(source)
        source.write({"parent_id": into.id, "is_company": False})
        self.env.invalidate_all()
        self.assertEqual(into.crl_consent_ids.contact_id, source)
        self.assertTrue(self.refusal(source))
        self.assertFalse(self.refusal(into))
