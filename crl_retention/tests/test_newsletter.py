import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestNewsletter(CrlCase):
    """Two salespeople, five customers; Nora writes the newsletter of March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = cls._new_user("nora", "marketing")
        place = {"street": "Via Roma 1", "city": "Paris", "zip": "75001"}
        cls.silent = cls._new_customer("No Mail", email=False, phone=False, **place)
        cls.no = cls._new_customer("Says No", **place)
        cls.fan = cls._new_customer("Likes Paper", **place)
        cls.other = cls._new_customer("Da Mario", user_id=cls.other_rep.id)
        cls.env["crl.relationship"]._ensure(
            cls.customer + cls.silent + cls.no + cls.fan + cls.other
        )
        cls.no.crl_set_consent({"email.marketing": "withdrawn"}, "On the phone")
        cls.fan.crl_set_consent({"letter.marketing": "granted"}, "At the fair")
        cls.newsletter = (
            cls.env["crl.newsletter"]
            .with_user(cls.nora)
            .create(
                {
                    "name": "Spring dough",
                    "date_from": "2026-03-09",
                    "body": "<p>Asparagus is back.</p>",
                }
            )
        )

    def sender(self, user):
        return self.newsletter.sender_ids.filtered(lambda s: s.user_id == user)

    def test_each_salesperson_writes_to_their_own_customers(self):
        self.newsletter.action_ask()
        mine = self.sender(self.rep).with_user(self.rep)
        asked = self.newsletter.sudo().activity_ids
        self.assertEqual(asked.user_id, self.rep + self.other_rep)
        mine.words = "Dear friends, <b>it's</b> me"
        self.newsletter.action_prepare()
        self.assertEqual(self.newsletter.state, "prepared")
        self.assertFalse(self.newsletter.sudo().activity_ids)
        mailing = mine.sudo().mailing_id
        self.assertEqual(mailing.state, "draft")
        self.assertEqual(mailing.user_id, self.rep)
        self.assertIn("rep@example.com", mailing.email_from)
        self.assertIn("rep@example.com", mailing.reply_to)
        self.assertIn("Asparagus is back.", mailing.body_html)
        # what a salesperson types is text
        self.assertIn("&lt;b&gt;it", mailing.body_html)
        self.assertIn("/unsubscribe_from_list", mailing.body_html)
        recipients = self.env["res.partner"].search(mailing._get_recipients_domain())
        self.assertEqual(recipients, self.customer)
        self.assertEqual(mine.letter_ids, self.silent + self.fan)
        self.assertEqual(
            (mine.email_count, mine.letter_count, mine.nothing_count), (1, 2, 1)
        )
        self.assertEqual(self.sender(self.other_rep).email_ids, self.other)
        self.assertEqual(self.newsletter.email_count, 2)

    def test_a_company_with_only_a_phone_gets_it_by_its_person(self):
        self.silent.phone = "+33 1 23 45 67 89"
        person = self.env["res.partner"].create(
            {"name": "Gino", "parent_id": self.silent.id, "email": "gino@example.com"}
        )
        self.newsletter.action_prepare()
        mine = self.sender(self.rep)
        self.assertEqual(mine.email_ids, self.customer + person)
        self.assertEqual(mine.letter_ids, self.fan)

    def test_who_asks_is_told_which_newsletters_they_got(self):
        manager = self._new_user("boss", "manager")
        self.newsletter.action_prepare()
        customers = self.customer + self.fan + self.no
        self.fan.active = False
        told = json.loads(customers.with_user(manager).crl_export_data())
        by_email, by_letter, nothing = (each["newsletters"] for each in told)
        self.assertEqual(
            by_letter,
            [
                {
                    "newsletter": "Spring dough",
                    "month": "2026-03-01",
                    "state": "prepared",
                    "salesperson": self.rep.name,
                    "by": "letter",
                }
            ],
        )
        self.assertEqual([each["by"] for each in by_email], ["email"])
        self.assertEqual(nothing, [])

    def test_words_written_late_get_in_too(self):
        self.newsletter.action_prepare()
        mine = self.sender(self.rep).with_user(self.rep)
        mine.words = "A little late"
        self.assertIn("A little late", mine.sudo().mailing_id.body_html)
        self.newsletter.action_send()
        self.assertEqual(mine.sudo().mailing_id.state, "in_queue")
        for write in (
            lambda: mine.write({"words": "Too late"}),
            lambda: self.newsletter.write({"body": "<p>Else</p>"}),
            self.newsletter.action_prepare,
            self.newsletter.unlink,
        ):
            with self.assertRaises(UserError):
                write()

    def test_what_is_written_late_gets_in_too(self):
        self.newsletter.action_prepare()
        self.newsletter.write({"name": "Summer dough", "body": "<p>Melons.</p>"})
        mailing = self.sender(self.rep).mailing_id
        self.assertEqual(mailing.subject, "Summer dough")
        self.assertIn("Melons.", mailing.body_html)
        self.assertNotIn("Asparagus", mailing.body_html)

    def test_for_others_it_is_prepared_anew(self):
        self.newsletter.action_prepare()
        segment = self.env["crl.segment"].create(
            {"name": "One", "domain": f"[('id', '=', {self.other.id})]"}
        )
        self.newsletter.segment_id = segment.id
        self.assertEqual(self.newsletter.state, "draft")
        with self.assertRaises(UserError):
            self.newsletter.action_send()
        self.newsletter.action_prepare()
        self.assertEqual(self.newsletter.sender_ids.email_ids, self.other)

    def test_prepared_again_it_follows_the_customers(self):
        self.newsletter.action_prepare()
        former = self.sender(self.other_rep).mailing_id
        self.other.user_id = self.rep
        self.newsletter.action_prepare()
        self.assertFalse(former.exists())
        self.assertEqual(self.newsletter.sender_ids.user_id, self.rep)
        self.assertEqual(
            self.newsletter.sender_ids.email_ids, self.customer + self.other
        )

    def test_words_outlive_a_wrong_segment(self):
        self.newsletter.action_ask()
        mine = self.sender(self.rep).with_user(self.rep)
        mine.words = "Dear friends"
        segment = self.env["crl.segment"].create(
            {"name": "Wrong", "domain": f"[('id', '=', {self.other.id})]"}
        )
        self.newsletter.segment_id = segment.id
        self.newsletter.action_prepare()
        self.assertFalse(mine.sudo().mailing_id)
        self.assertEqual((mine.email_count, mine.letter_count), (0, 0))
        self.assertEqual(self.newsletter.email_count, 1)
        self.newsletter.segment_id = False
        self.newsletter.action_prepare()
        self.assertIn("Dear friends", mine.sudo().mailing_id.body_html)

    def test_nobody_who_wants_none_since_it_was_prepared(self):
        person = self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": self.customer.id,
                "email": "anna@example.com",
            }
        )
        self.customer.write({"email": False, "phone": False})
        self.newsletter.action_prepare()
        mine = self.sender(self.rep)
        domain = mine.mailing_id._get_recipients_domain()
        self.assertEqual(self.env["res.partner"].search(domain), person)
        (self.customer + self.fan).crl_do_not_contact = True
        self.assertFalse(self.env["res.partner"].search(domain))
        names = [letter["name"] for letter in mine._get_letters()]
        self.assertEqual(names, ["No Mail"])

    def test_only_a_segment_and_nobody_who_wants_none(self):
        self.newsletter.segment_id = (
            self.env["crl.segment"]
            .create(
                {
                    "name": "Two",
                    "domain": f"[('id', 'in', {(self.customer + self.other).ids})]",
                }
            )
            .id
        )
        self.other.crl_do_not_contact = True
        self.newsletter.action_prepare()
        self.assertEqual(self.newsletter.sender_ids.user_id, self.rep)
        self.assertEqual(self.newsletter.sender_ids.email_ids, self.customer)
        self.customer.crl_do_not_contact = True
        with self.assertRaises(UserError):
            self.newsletter.action_prepare()

    def test_a_yes_is_needed_where_the_company_says_so(self):
        self.company.crl_marketing_basis = "opt_in"
        self.customer.crl_set_consent({"email.marketing": "granted"}, "By mail")
        self.newsletter.action_prepare()
        self.assertEqual(self.newsletter.sender_ids.email_ids, self.customer)

    def test_letters_are_printed_a_page_each(self):
        self.newsletter.action_prepare()
        mine = self.sender(self.rep).with_user(self.rep)
        mine.words = "Dear friends"
        action = mine.action_print()
        self.assertEqual(action["report_name"], "crl_retention.newsletter")
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "crl_retention.newsletter", mine.ids
        )
        html = html.decode()
        self.assertEqual(html.count("Asparagus is back."), 2)
        self.assertIn("No Mail", html)
        self.assertIn("Via Roma 1", html)
        self.assertEqual(html.count("No Mail"), 1, "the name stands once")
        self.fan.crl_do_not_contact = True
        [letter] = mine._get_letters()
        self.assertEqual(letter["name"], "No Mail")
        with self.assertRaises(UserError):
            self.sender(self.other_rep).with_user(self.other_rep).action_print()
        report = self.env["report.crl_retention.newsletter"].with_user(self.other_rep)
        with self.assertRaises(AccessError):
            report._get_report_values(mine.ids)

    def test_salespeople_write_their_words_and_nothing_else(self):
        self.newsletter.action_prepare()
        mine = self.sender(self.rep).with_user(self.rep)
        with self.assertRaises(AccessError):
            mine.write({"user_id": self.other_rep.id})
        with self.assertRaises(AccessError):
            self.sender(self.other_rep).with_user(self.rep).words = "Mine"
        with self.assertRaises(AccessError):
            self.newsletter.with_user(self.rep).action_send()
        # the state is changed by the verbs alone
        self.newsletter.write({"state": "sent"})
        self.assertEqual(self.newsletter.state, "prepared")

    def test_what_is_typed_is_no_template(self):
        self.newsletter.write(
            {"body": '<p t-out="object.env.cr">Dough</p><t t-out="7 * 191"/>'}
        )
        self.newsletter.action_prepare()
        mine = self.sender(self.rep)
        self.assertNotIn("t-out", mine.mailing_id.body_html)
        # a subject is a template to Odoo: not by way of who may not write one
        with self.assertRaises(AccessError):
            self.newsletter.name = "{{ object.env.cr }}"
        mine.with_user(self.rep).words = "Dear friends"
        self.assertEqual(mine.mailing_id.subject, "Spring dough")

    def test_a_monthly_one_is_copied_once_and_not_sent(self):
        Newsletter = self.env["crl.newsletter"]
        self.newsletter.is_monthly = True
        self.newsletter.action_prepare()
        self.at("2026-04-01 10:00:00")
        # not yet sent: April's would be the second draft
        self.assertEqual(Newsletter._copy_due(100), 0)
        self.newsletter.action_send()
        self.assertEqual(Newsletter._copy_due(100), 1)
        following = Newsletter.search([("origin_id", "=", self.newsletter.id)])
        self.assertEqual(following.state, "draft")
        self.assertEqual(str(following.date_from), "2026-04-01")
        self.assertIn("April 2026", following.name)
        self.assertEqual(following.activity_ids.user_id, self.nora)
        self.assertFalse(following.sender_ids)
        self.assertEqual(Newsletter._copy_due(100), 0)
        # the name of the month takes the place of the one before
        following.action_prepare()
        following.action_send()
        self.at("2026-05-01 10:00:00")
        self.assertEqual(Newsletter._copy_due(100), 1)
        last = Newsletter.search([("origin_id", "=", following.id)])
        self.assertEqual(last.name, "Spring dough – May 2026")
        # whoever deletes it wants no more of them
        last.unlink()
        self.assertEqual(Newsletter._copy_due(100), 0)
