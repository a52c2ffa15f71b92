import re

from lxml import html

from odoo.tests import tagged

from .test_feedback_page import NASTY, FeedbackCase

ALL = {
    f"{channel}.{purpose}"
    for channel in ("email", "sms", "call", "letter")
    for purpose in ("service", "marketing")
}


@tagged("post_install", "-at_install")
class TestPreferences(FeedbackCase):
    """Customers choose what they get, without login, and see what they said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+33 1 42 68 53 00"

    def _url(self, touchpoint=None, query=""):
        token = (touchpoint or self.touchpoint).access_token
        return f"/crl/preferences/{token}{query}"

    def _ticked(self, response):
        page = html.fromstring(response.content)
        boxes = page.xpath("//input[@name='yes']")
        return {box.get("value") for box in boxes if box.get("checked")}

    def _save(self, yes, prefer="", **extra):
        form = self._read_form(self._open())
        return self._post({**form, "yes": sorted(yes), "prefer": prefer, **extra})

    def _rows(self):
        self.env.invalidate_all()
        return self.env["crl.consent"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )

    def _said(self):
        return {(f"{r.channel}.{r.purpose}", r.status) for r in self._rows()}

    def test_reading_writes_nothing(self):
        before = self._snapshot(), self._rows()
        for method in ("GET", "HEAD", "OPTIONS"):
            for query in ("", "?saved=1", "?yes=email.marketing&prefer=sms"):
                answer = self._open(query=query, method=method)
                self.assertIn(answer.status_code, (200, 204))
                self.assertPrivate(answer)
        self.assertEqual((self._snapshot(), self._rows()), before)

    def test_everything_is_ticked_until_the_customer_objects(self):
        page = self._open()
        self.assertEqual(self._ticked(page), ALL)
        for secret in (self.customer.email, "42 68", self.customer.name):
            self.assertNotIn(secret, page.text)
        self.assertFalse(re.findall(r"(?:src|href)=\"(?!data:,)", page.text))

    def test_where_a_yes_is_needed_nothing_is_ticked_before(self):
        self.company.crl_marketing_basis = "opt_in"
        ticked = self._ticked(self._open())
        self.assertEqual(
            {name for name in ticked if name.endswith("marketing")},
            {"letter.marketing"},
        )

    def test_a_choice_is_written_down_with_its_proof(self):
        yes = ALL - {"email.marketing", "call.marketing"}
        answer = self._save(yes, "sms", yesterday=NASTY)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(
            self._said(),
            {("email.marketing", "withdrawn"), ("call.marketing", "withdrawn")},
        )
        row = self._rows()[0]
        self.assertEqual((row.source, row.lang), ("page", "en_US"))
        self.assertEqual(row.ip, "127.0.0.1")
        self.assertEqual(row.touchpoint_id, self.touchpoint)
        self.assertIn("Offers and news – By email", row.text)
        self.assertFalse(row.user_id)
        self.assertEqual(self.customer.crl_preferred_channel, "sms")
        self.assertTrue(self.customer.is_blacklisted)
        line = self.touchpoint.log_ids
        self.assertEqual((line.decision, line.rule), ("chosen", "preferences"))
        self.assertIn("no to marketing by email", line.note)
        self.assertIn("prefers SMS", line.note)
        page = self._open(query="?saved=1")
        self.assertEqual(self._ticked(page), yes)
        self.assertIn("We have noted it", self._text(page))
        self.assertIn("Offers and news – By email: No (", self._text(page))
        self._save(ALL)
        self.env.invalidate_all()
        self.assertFalse(self.customer.is_blacklisted)
        self.assertFalse(self.customer.crl_preferred_channel)

    def test_a_form_sent_as_it_was_shown_changes_nothing(self):
        """As scanners do that try out forms."""
        self.company.crl_marketing_basis = "opt_in"
        page = self._open()
        before = self._snapshot()
        self._post({**self._read_form(page), "yes": sorted(self._ticked(page))})
        self.assertFalse(self._rows())
        self.assertEqual(self._snapshot(), before)

    def test_a_form_of_yesterday_changes_nothing(self):
        """As scanners do that send a form again after the customer did."""
        form = self._read_form(self._open())
        old = {**form, "yes": sorted(ALL - {"sms.marketing"})}
        self._post(old)
        self._save(ALL)
        rows = self._rows()
        self._save(ALL - {"email.service"})
        answer = self._post(old)
        self.assertEqual(answer.status_code, 409)
        self.assertIn("changed meanwhile", answer.text)
        self.assertEqual(len(self._rows()), len(rows) + 1)
        self.assertEqual(self._ticked(self._open()), ALL - {"email.service"})

    def test_garbage_is_refused(self):
        form = self._read_form(self._open())
        for name, value in (
            ("csrf_token", "x"),
            ("csrf_token", "ü"),
            ("csrf_token", ""),
        ):
            answer = self._post({**form, "yes": "sms.service", name: value})
            self.assertEqual(answer.status_code, 400)
            self.assertEqual(self._ticked(answer), {"sms.service"})
            self.assertPrivate(answer)
        for seen in ("", NASTY, "9" * 500):
            self.assertEqual(self._post({**form, "seen": seen}).status_code, 409)
        answer = self._post({**form, "words": "x" * 70000})
        self.assertEqual(answer.status_code, 413)
        self.assertFalse(self._rows())
        evil = [
            NASTY,
            "email",
            "email.marketing.x",
            "fax.marketing",
            "\x00",
            "__proto__",
        ]
        answer = self._post({**form, "yes": [*ALL, *evil], "prefer": NASTY})
        self.assertEqual(answer.status_code, 303)
        self.assertFalse(self._rows())
        self.assertFalse(self.customer.crl_preferred_channel)

    def test_unknown_links_look_as_everywhere(self):
        nowhere = self.url_open("/crl/feedback/" + "x" * 22)
        for token in ("x" * 22, "", "a/b", "%00", "%F0%9F%98%80", "1"):
            for data in (None, {"yes": "email.marketing"}):
                answer = self.url_open(f"/crl/preferences/{token}", data=data)
                self.assertEqual(answer.status_code, 404)
                self.assertEqual(answer.content, nowhere.content)

    def test_who_is_not_to_be_contacted_is_told_so(self):
        form = self._read_form(self._open())
        self.customer.crl_do_not_contact = True
        rows = self._rows()
        page = self._open()
        self.assertFalse(self._ticked(page))
        self.assertIn("asked us not to contact you", self._text(page))
        self.assertEqual(self._post({**form, "yes": sorted(ALL)}).status_code, 409)
        self.assertEqual(self._rows(), rows)

    def test_channels_without_an_address_are_left_out(self):
        self.customer.phone = False
        page = self._open()
        offered = {name.split(".")[0] for name in self._ticked(page)}
        self.assertEqual(offered, {"email", "letter"})
        self._save(set())
        self.assertEqual({row.channel for row in self._rows()}, {"email", "letter"})

    def test_service_for_who_is_on_the_blacklist(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        ticked = self._ticked(self._open())
        self.assertEqual(ALL - ticked, {"email.service", "email.marketing"})
        self._save(ticked | {"email.service"})
        self.assertEqual(self._ticked(self._open()), ALL - {"email.marketing"})

    def test_it_speaks_the_customers_language_and_is_linked(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.assertIn('lang="fr', self._open().text)
        link = f"/crl/preferences/{self.touchpoint.access_token}"
        for page in ("feedback", "unsubscribe"):
            url = f"/crl/{page}/{self.touchpoint.access_token}"
            self.assertIn(link, self.url_open(url).text)
        template = self.env.ref("crl_retention.mail_template_welcome")
        body = template._render_field("body_html", self.touchpoint.ids)
        self.assertIn(self.touchpoint.preferences_url, body[self.touchpoint.id])
