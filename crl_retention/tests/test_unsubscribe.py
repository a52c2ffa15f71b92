import ast
import secrets

from odoo import fields
from odoo.tests import tagged

from .common import CrlCase, WebCase

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@tagged("post_install", "-at_install")
class TestUnsubscribe(WebCase, CrlCase):
    """Customers end marketing with one click, in their mail program or on our page."""

    def at(self, moment):
        """Sessions and requests go by the real clock."""

    def new_message(self, **values):
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "user_id": self.rep.id,
                "channel": "email",
                "medium": "email",
                "purpose": "marketing",
                "state": "done",
                "date_planned": fields.Datetime.now(),
                "access_token": secrets.token_urlsafe(16),
                **values,
            }
        )

    def url(self, message):
        return f"/crl/unsubscribe/{message.access_token}"

    def is_opted_out(self):
        self.env.invalidate_all()
        return self.customer.is_blacklisted

    def test_reading_opts_nobody_out(self):
        message = self.new_message()
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = self.url_open(self.url(message), method=method)
            self.assertIn(answer.status_code, (200, 204))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertFalse(self.is_opted_out())
        self.assertFalse(message.log_ids)

    def test_the_button_on_the_page(self):
        message = self.new_message()
        page = self.url_open(self.url(message)).text
        self.assertIn('name="List-Unsubscribe"', page)
        self.assertNotIn(self.customer.email, page)
        answer = self.url_open(self.url(message), data=ONE_CLICK)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("no more", answer.text)
        self.assertTrue(self.is_opted_out())
        self.assertIn("no more", self.url_open(self.url(message)).text)

    def test_one_click_of_a_mail_program(self):
        message = self.new_message()
        answer = self.url_open(self.url(message), data=ONE_CLICK, allow_redirects=False)
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(self.is_opted_out())
        self.url_open(self.url(message), data=ONE_CLICK)
        line = message.log_ids
        self.assertEqual((line.decision, line.rule), ("opted_out", "unsubscribe"))
        self.assertIn("no more marketing", line.sentence)
        blacklisted = self.env["mail.blacklist"].search(
            [("email", "=", self.customer.email)]
        )
        self.assertIn("Unsubscribed", str(blacklisted.message_ids.mapped("body")))

    def test_other_posts_change_nothing(self):
        message = self.new_message()
        answer = self.url_open(self.url(message), data={"a": "b"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.is_opted_out())
        for token in ("x" * 22, "", "a/b", "%00"):
            answer = self.url_open(f"/crl/unsubscribe/{token}", data=ONE_CLICK)
            self.assertEqual(answer.status_code, 404)

    def test_links_that_lead_nowhere_look_alike(self):
        """Unknown, malformed, cut, forgotten: nobody learns what was there once."""
        erased = self.new_message()
        former = erased.access_token
        self.customer.crl_erase_data()
        self.assertNotEqual(erased.access_token, former)
        token = self.new_message().access_token
        nowhere = (
            secrets.token_urlsafe(16),
            former,
            token[:-1],
            f"{token}x",
            f"{token}%00",
            token.swapcase(),
            "1",
            "a/b",
            "%F0%9F%98%80",
        )
        answers = set()
        for page in ("feedback", "unsubscribe"):
            for token in nowhere:
                for data in (None, {"v": "positive"}, ONE_CLICK):
                    answer = self.url_open(f"/crl/{page}/{token}", data=data)
                    kept = {
                        name: value
                        for name, value in answer.headers.items()
                        if name not in ("Date", "Set-Cookie")
                    }
                    answers.add((answer.status_code, answer.content, str(kept)))
        self.assertEqual(len(answers), 1)
        self.assertEqual(answers.pop()[0], 404)
        self.assertFalse(self.is_opted_out())

    def test_a_number(self):
        message = self.new_message(channel="sms", medium="sms")
        self.url_open(self.url(message), data=ONE_CLICK)
        self.env.invalidate_all()
        self.assertTrue(self.customer.phone_sanitized_blacklisted)
        self.assertFalse(self.customer.is_blacklisted)


@tagged("post_install", "-at_install")
class TestUnsubscribeHeaders(CrlCase):
    """Which mails carry the link."""

    def send(self):
        enrollment = self.enroll()
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        mail = welcome.mail_message_id.notification_ids.mail_mail_id
        return welcome, mail, ast.literal_eval(mail.headers)

    def test_marketing_has_the_headers(self):
        self.env.ref("crl_retention.step_m1_welcome").purpose = "marketing"
        template = self.env.ref("crl_retention.mail_template_welcome")
        template.body_html = '<a t-att-href="object.unsubscribe_url">Unsubscribe</a>'
        welcome, mail, headers = self.send()
        url = f"{welcome.get_base_url()}/crl/unsubscribe/{welcome.access_token}"
        self.assertEqual(headers["List-Unsubscribe"], f"<{url}>")
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn(url, mail.body_html)
        self.assertNotIn(welcome.access_token, welcome.mail_message_id.body)

    def test_service_has_none(self):
        _welcome, _mail, headers = self.send()
        self.assertNotIn("List-Unsubscribe", headers)
