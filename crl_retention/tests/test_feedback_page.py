import base64
import hashlib
import re
import secrets
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import LockError
from odoo.tests import tagged

from odoo.addons.crl_retention.controllers import feedback
from odoo.addons.crl_retention.tools.page import (
    contrast,
    first_name,
    page_colours,
)
from odoo.addons.crl_retention.tools.text import tidy_words

from .common import WebCase

PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7*7 }} %s'


class FeedbackCase(WebCase):
    """A customer with a link, and what their browser does with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Feedback Trading"})
        cls.salesperson = cls.env["res.users"].create(
            {
                "name": "Marc Dubois",
                "login": "feedback-marc",
                "password": "feedback-marc",
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Anna Smith",
                "email": "anna@example.com",
                "phone": "+1 555 0100",
                "lang": "en_US",
            }
        )
        cls.touchpoint = cls._new_touchpoint()

    @classmethod
    def _new_touchpoint(cls, **vals):
        return cls.env["crl.touchpoint"].create(
            {
                "partner_id": cls.customer.id,
                "contact_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.salesperson.id,
                "channel": "email",
                "state": "done",
                "date_planned": fields.Datetime.now(),
                "date_done": fields.Datetime.now(),
                "access_token": secrets.token_urlsafe(16),
                **vals,
            }
        )

    def _url(self, touchpoint=None, query=""):
        return f"/crl/feedback/{(touchpoint or self.touchpoint).access_token}{query}"

    def _open(self, touchpoint=None, query="", method="GET", **kwargs):
        return self.url_open(self._url(touchpoint, query), method=method, **kwargs)

    def _read_form(self, response):
        """What the browser would send back untouched."""
        page = html.fromstring(response.content)
        return {
            field.get("name"): field.get("value")
            for field in page.xpath(
                "//input[@type='hidden' or (@type='radio' and @checked)]"
            )
        }

    def _post(self, data, touchpoint=None, **kwargs):
        return self.url_open(
            self._url(touchpoint),
            data=data,
            method="POST",
            allow_redirects=False,
            **kwargs,
        )

    def _send(self, verdict, words="", touchpoint=None, **extra):
        """Open the page, fill it in and press Send."""
        form = self._read_form(self._open(touchpoint))
        form.update(v=verdict, words=words, **extra)
        return self._post(form, touchpoint)

    def _snapshot(self, touchpoint=None):
        """Every column of the touchpoint and how much hangs on it."""
        touchpoint = touchpoint or self.touchpoint
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM crl_touchpoint WHERE id = %s", [touchpoint.id]
        )
        counts = [
            self.env[model].with_context(active_test=False).search_count([])
            for model in (
                "crl.touchpoint.log",
                "crl.case",
                "mail.activity",
                "mail.message",
            )
        ]
        return self.env.cr.dictfetchone(), counts

    def _text(self, response):
        page = html.fromstring(response.content)
        return " ".join(page.find("body").text_content().split())

    def assertPrivate(self, response):
        for header, value in PRIVATE_HEADERS.items():
            self.assertEqual(response.headers.get(header), value, header)
        policy = response.headers.get("Content-Security-Policy", "")
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for style in re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
            self.assertIn(f"style-src 'sha256-{digest.decode()}'", policy)


@tagged("post_install", "-at_install")
class TestFeedbackPage(FeedbackCase):
    def test_reading_writes_nothing(self):
        before = self._snapshot()
        for query in ("", "?v=positive", "?v=negative&words=bad", "?added=1"):
            self.assertEqual(self._open(query=query).status_code, 200)
        response = self._open(method="HEAD")
        self.assertEqual((response.status_code, response.content), (200, b""))
        for data in (None, {"v": "negative", "words": "bad"}):
            response = self._open(method="OPTIONS", data=data)
            self.assertEqual(response.status_code, 204)
            self.assertPrivate(response)
        for method in ("PUT", "DELETE", "PATCH"):
            response = self._open(method=method, data={"v": "negative"})
            self.assertEqual(response.status_code, 405)
        self.assertEqual(self._snapshot(), before)

    def test_parameters_named_like_arguments_of_python(self):
        before = self._snapshot()
        for name in ("self", "cls", "endpoint", "token", "v", "args", "kwargs", "env"):
            response = self._open(query=f"?{name}=1")
            self.assertEqual(response.status_code, 200, name)
            self.assertPrivate(response)
            response = self._post({name: "1"})
            self.assertEqual(response.status_code, 400, name)
            self.assertPrivate(response)
        self.assertEqual(self._snapshot(), before)

    def test_page_tells_little_and_loads_nothing(self):
        response = self._open()
        self.assertPrivate(response)
        self.assertLess(len(response.content), 30000)
        self.assertIn("Anna", response.text)
        self.assertIn("Feedback Trading", response.text)
        for secret in ("Smith", "anna@", "0100", "Dubois", "odoo"):
            self.assertNotIn(secret, response.text)
        # a link to the page next door is the customer's to open
        loaded = r"(?:src|href)=\"(?!data:,|/crl/preferences/)"
        self.assertFalse(re.findall(loaded, response.text))
        self.assertNotIn("<script", response.text)
        self.assertIn("<style>", response.text)

    def test_link_preselects_a_face(self):
        for verdict in ("positive", "neutral", "negative"):
            form = self._read_form(self._open(query=f"?v={verdict}"))
            self.assertEqual(form["v"], verdict)
        for query in ("", "?v=great", "?v=", "?v=%00", "?v[]=positive", "?v=%ff"):
            response = self._open(query=query)
            self.assertEqual(response.status_code, 200)
            self.assertNotIn("v", self._read_form(response))

    def test_page_speaks_the_customers_language(self):
        for code in ("fr_FR", "ar_001"):
            self.env["res.lang"]._activate_lang(code)
        view = self.env.ref("crl_retention.feedback_form")
        view.update_field_translations("arch_db", {"fr_FR": {"Send": "Envoyer"}})
        self.customer.lang = "fr_FR"
        page = html.fromstring(self._open().content)
        self.assertEqual((page.get("lang"), page.get("dir")), ("fr-FR", "ltr"))
        self.assertEqual(page.findtext(".//button"), "Envoyer")
        self.customer.lang = "ar_001"
        page = html.fromstring(self._open(headers={"Accept-Language": "fr"}).content)
        self.assertEqual((page.get("lang"), page.get("dir")), ("ar-001", "rtl"))

    def test_names_and_colours_are_data(self):
        self.customer.name = f"{NASTY[:24]} Smith"
        self.company.write({"name": NASTY, "primary_color": "red;} body {color: red"})
        response = self._open()
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("<script", response.text)
        self.assertNotIn("<img", response.text)
        self.assertNotIn("color: red", response.text)

    def test_logo_shows_without_login(self):
        self.assertNotIn("<img", self._open().text)
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
            "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        self.company.logo = pixel
        image = html.fromstring(self._open().content).find(".//img")
        self.assertEqual(image.get("alt"), "Feedback Trading")
        logo = self.url_open(image.get("src"))
        self.assertEqual(logo.status_code, 200)
        self.assertTrue(logo.headers["Content-Type"].startswith("image/"))

    def test_unknown_links_look_alike(self):
        unknown = self.url_open(f"/crl/feedback/{secrets.token_urlsafe(16)}")
        self.assertEqual(unknown.status_code, 404)
        self.assertPrivate(unknown)
        token = self.touchpoint.access_token
        for path in (
            "",
            "/",
            "/x",
            "/%00",
            f"/{token}%00",
            f"/{token}x",
            f"/{token[:-1]}",
            f"/{token}.",
            "/%ff%fe%fd",
            "/%F0%9F%98%80",
            "/a%0Ab",
            "/a/b/c",
            "/..%2F..%2Fetc",
            "/'%20OR%20'1'%3D'1",
            "/" + "x" * 6000,
        ):
            response = self.url_open(f"/crl/feedback{path}")
            self.assertEqual(response.status_code, 404, path)
            self.assertEqual(response.content, unknown.content, path)
            self.assertPrivate(response)
            response = self.url_open(f"/crl/feedback{path}", data={"v": "positive"})
            self.assertEqual(response.status_code, 404, path)
            self.assertEqual(response.content, unknown.content, path)

    def test_pure_helpers(self):
        for name, expected in (
            ("Anna Smith", "Anna"),
            ("Dr. Anna Smith", "Anna"),
            ("Mr John Smith", "John"),
            ("Smith, Anna", "Anna"),
            ("山田 太郎", "山田"),
            ("anna@example.com", ""),
            ("", ""),
            (None, ""),
            ("Dr.", ""),
            ("x" * 200, "x" * 40),
        ):
            self.assertEqual(first_name(name), expected)
        self.assertEqual(tidy_words("\0a\r\nb\x1b\u200dc\t ", 10), "a\nb\u200dc")
        self.assertEqual(tidy_words("x" * 5000, 4000), "x" * 4000)
        for brand in ("#000000", "#ffffff", "#ffd54f", "#875A7B", "#777777", None, "x"):
            colours = page_colours(brand)
            self.assertGreaterEqual(
                contrast(colours["brand"], colours["on_brand"]), 4.5
            )
            self.assertGreaterEqual(contrast(colours["accent"], "#ffffff"), 4.5)


@tagged("post_install", "-at_install")
class TestFeedbackAnswer(FeedbackCase):
    def test_first_answer_is_recorded(self):
        causes = self.env["crl.case.cause"].search([("on_page", "=", True)])
        self.assertTrue(causes)
        hidden = self.env["crl.case.cause"].create({"name": "Hidden"})
        response = self._send(
            "negative", "Late again", cause=[causes[0].id, hidden.id, "²", "9" * 99]
        )
        self.assertEqual(response.status_code, 303)
        self.assertPrivate(response)
        self.assertURLEqual(response.headers["Location"], self._url())
        self.assertEqual(self.touchpoint.verdict, "negative")
        self.assertIn("Late again", self.touchpoint.note)
        self.assertEqual(self.touchpoint.cause_ids, causes[0])
        self.assertTrue(self.touchpoint.feedback_date)
        self.assertEqual(self.touchpoint._count_answers(), 1)
        # a reload of where the browser ends up adds nothing
        self._open()
        self.assertEqual(self.touchpoint._count_answers(), 1)

    def test_thanks_promise_what_we_can_keep(self):
        self._send("negative", "Late again")
        text = self._text(self._open())
        self.assertIn("Thank you, Anna!", text)
        self.assertIn("Marc will get in touch with you by", text)
        self.assertNotIn("Late again", text)
        self.salesperson.active = False
        self.touchpoint.user_id = self.salesperson
        self.assertIn("We will get in touch", self._text(self._open()))
        self.touchpoint.partner_id.crl_case_ids.deadline = "2020-01-01 00:00:00"
        self.assertNotIn("get in touch", self._text(self._open()))
        happy = self._new_touchpoint()
        self._send("positive", touchpoint=happy)
        self.assertNotIn("get in touch", self._text(self._open(happy)))

    def test_later_answers_are_appended(self):
        self._send("negative", "Late again")
        first = self.touchpoint.feedback_date
        response = self._send("positive", "All is well now")
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(response.headers["Location"], self._url(query="?added=1"))
        self.assertEqual(self.touchpoint.verdict, "negative")
        self.assertEqual(self.touchpoint.feedback_date, first)
        self.assertEqual(self.touchpoint._count_answers(), 2)
        words = " ".join(self.touchpoint.log_ids.mapped(lambda log: log.note or ""))
        self.assertIn("All is well now", words)
        self.assertIn("We have added this", self._text(self._open(query="?added=1")))

    def test_same_form_twice_is_stored_once(self):
        form = self._read_form(self._open())
        form.update(v="negative", words="Late again")
        self.assertEqual(self._post(form).status_code, 303)
        before = self._snapshot()
        response = self._post(form)
        self.assertEqual(response.status_code, 409)
        self.assertPrivate(response)
        self.assertIn("Late again", response.text)
        self.assertEqual(self._snapshot(), before)
        # the customer reads that, and means it
        form = dict(self._read_form(response), words="Late again")
        self.assertEqual(self._post(form).status_code, 303)
        self.assertEqual(self.touchpoint._count_answers(), 2)

    def test_answers_at_the_same_time_are_tried_again(self):
        model = self.env.registry["crl.touchpoint"]
        register, calls = model._register_answer, []

        def locked_once(touchpoint, *args):
            calls.append(args)
            if len(calls) == 1:
                raise LockError("locked by another answer")
            return register(touchpoint, *args)

        with (
            patch.object(model, "_register_answer", locked_once),
            patch("odoo.service.model.time.sleep"),
        ):
            response = self._send("negative", "Late again")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(len(calls), 2)
        self.assertEqual(self.touchpoint._count_answers(), 1)

    def test_a_ticked_trouble_is_no_praise(self):
        cause = self.env["crl.case.cause"].search([("on_page", "=", True)], limit=1)
        self._send("positive", cause=cause.id)
        self.assertEqual(self.touchpoint.verdict, "negative")
        self.assertIn("get in touch", self._text(self._open()))

    def test_nothing_to_add_is_not_stored(self):
        self._send("positive")
        before = self._snapshot()
        self.assertEqual(self._send("positive", "  \n ").status_code, 400)
        self.assertEqual(self._snapshot(), before)

    def test_csrf_token_is_needed(self):
        before = self._snapshot()
        form = self._read_form(self._open())
        for token in (
            None,
            "",
            "x",
            "é☃",
            "o",
            "0o99999999999",
            form["csrf_token"][1:],
        ):
            data = {"v": "negative", "words": "Late again", "csrf_token": token}
            response = self._post(data)
            self.assertEqual(response.status_code, 400, token)
            self.assertPrivate(response)
            self.assertIn("Late again", response.text)
        self.opener.cookies.clear()
        response = self._post(dict(form, v="negative"))
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._snapshot(), before)

    def test_a_face_is_needed(self):
        before = self._snapshot()
        for verdict in ("", "great", "POSITIVE", "positive ", "\0"):
            response = self._send(verdict, "My words")
            self.assertEqual(response.status_code, 400)
            self.assertPrivate(response)
            self.assertIn("My words", response.text)
            self.assertIn("Please choose one of the three faces.", response.text)
        form = self._read_form(self._open())
        self.assertEqual(self._post(form).status_code, 400)
        # the link's face is a proposal, not an answer
        response = self.url_open(
            self._url(query="?v=positive"), data=form, allow_redirects=False
        )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._snapshot(), before)

    def test_long_words_are_cut(self):
        self.assertEqual(self._send("neutral", "é" * 9000).status_code, 303)
        self.assertEqual(self.touchpoint.note, "é" * 4000)
        self._send("neutral", "ab" * 4000)
        for log in self.touchpoint.log_ids:
            self.assertLess(len(log.note or ""), 4200)

    def test_large_bodies_are_refused(self):
        before = self._snapshot()
        response = self._send("neutral", "x" * 70000)
        self.assertEqual(response.status_code, 413)
        self.assertPrivate(response)
        self.assertEqual(self._snapshot(), before)

    def test_nasty_words_stay_words(self):
        self._send("positive", NASTY)
        self.assertEqual(self.touchpoint.note, NASTY)
        response = self._send("great", NASTY)
        page = html.fromstring(response.content)
        self.assertEqual(page.findtext(".//textarea"), NASTY)
        self.assertFalse(page.xpath("//script | //*[@onerror]"))
        self.assertNotIn("49", page.findtext(".//textarea"))

    def test_formulas_are_disarmed(self):
        for words in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", "\r\n=1+1"):
            touchpoint = self._new_touchpoint()
            self._send("neutral", words, touchpoint)
            self.assertTrue(touchpoint.note)
            self.assertNotIn(touchpoint.note[0], "=+-@\t\r\n", words)

    def test_broken_text_is_harmless(self):
        form = self._read_form(self._open())
        body = (
            b"v=neutral&seen=0&words=one%00two%FF%ED%A0%80%F0%9F%98%80&csrf_token="
            + form["csrf_token"].encode()
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self._post(body, headers=headers).status_code, 303)
        self.assertTrue(self.touchpoint.note.startswith("onetwo"))
        self.assertTrue(self.touchpoint.note.endswith("😀"))
        for headers in (
            {"Content-Type": "multipart/form-data"},
            {"Content-Type": "multipart/form-data; boundary=x"},
            {"Content-Type": "application/json"},
            {"Content-Type": "text/plain"},
        ):
            response = self._post(b"\xff{", headers=headers)
            self.assertEqual(response.status_code, 400)
            self.assertPrivate(response)

    def test_files_are_no_words(self):
        form = self._read_form(self._open())
        response = self._post(
            dict(form, v="neutral"), files={"words": ("words.txt", b"in a file")}
        )
        self.assertEqual(response.status_code, 303)
        self.assertFalse(self.touchpoint.note)

    def test_one_link_takes_a_limited_number_of_answers(self):
        with patch.object(feedback, "MAX_ANSWERS", 2):
            self._send("neutral", "one")
            form = self._read_form(self._open())
            self._send("neutral", "two")
            before = self._snapshot()
            response = self._post(dict(form, words="three"))
            self.assertEqual(response.status_code, 429)
            self.assertPrivate(response)
            self.assertEqual(self._snapshot(), before)
            self.assertNotIn("<form", self._open().text)
        self.assertEqual(feedback.MAX_ANSWERS, 20)

    def test_a_logged_in_colleague_may_try_the_link(self):
        self.authenticate("feedback-marc", "feedback-marc")
        self.assertEqual(self._send("positive", "Looks fine").status_code, 303)
        self.assertEqual(self.touchpoint.verdict, "positive")
