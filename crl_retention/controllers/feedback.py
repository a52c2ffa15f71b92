"""The customer's own page: a link without login, three faces, a few words."""

import werkzeug.exceptions
from markupsafe import Markup

from odoo import http
from odoo.exceptions import ConcurrencyError, LockError
from odoo.http import request
from odoo.tools import file_open, format_date
from odoo.tools.misc import get_lang

from ..tools.page import first_name, page_colours, private_headers
from ..tools.text import tidy_words

VERDICTS = ("positive", "neutral", "negative")
MAX_WORDS = 4000
# 4000 characters of three bytes each, form-encoded, are 36 kB
MAX_BODY = 64 * 1024
MAX_ANSWERS = 20
# a token with a slash is a wrong one, and gets the page that says so
ROUTES = [
    "/crl/feedback",
    "/crl/feedback/<string:token>",
    "/crl/feedback/<path:token>",
]
STYLESHEET = "crl_retention/static/src/feedback/feedback.css"


class CrlFeedback(http.Controller):
    """Asks a customer how we are doing and hands the answer to the touchpoint.

    - Whoever holds the link may answer: there is no login, so the page shows a
      first name, the company's name and logo, and nothing else.
    - Reading (GET, HEAD, OPTIONS) never writes: mail scanners open every link.
    - The touchpoint keeps the first answer and appends later ones. A form that was
      sent once already (double click, back button, a scanner that repeats it) is
      shown again instead of being stored twice.
    """

    def _refuse_large_body(self):
        """How many bytes of a body Odoo may read; a longer one ends here.

        Odoo asks before it reads the body, so that nothing large gets into memory.
        """
        if (request.httprequest.content_length or 0) > MAX_BODY:
            request.update_context(lang=get_lang(request.env).code)
            werkzeug.exceptions.abort(self._message("too_large", 413))
        return MAX_BODY

    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["GET", "HEAD", "OPTIONS"],
        readonly=True,
        sitemap=False,
    )
    def feedback_page(self, token=None, v=None, added=None, **_params):
        """Show the faces or, after an answer, the thanks."""
        if request.httprequest.method == "OPTIONS":
            return self._options()
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        return self._page(
            touchpoint,
            verdict=v if v in VERDICTS else None,
            added=bool(added),
        )

    # Odoo's own CSRF check runs before this method and ends in a bare error page.
    # It is done here instead, with the same token, so that a customer whose cookie
    # was lost keeps their words and can press Send again.
    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=_refuse_large_body,
        sitemap=False,
    )
    def feedback_answer(self, token=None, **_params):
        """Store an answer and lead on to the thanks."""
        if request.httprequest.method != "POST":
            return self._options()  # Odoo adds OPTIONS to every route
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        form = request.httprequest.form
        verdict = form.get("v")
        causes = self._get_causes(touchpoint).filtered(
            lambda cause: str(cause.id) in form.getlist("cause")
        )
        words = tidy_words(form.get("words", ""), MAX_WORDS)
        error = self._find_error(touchpoint, verdict, causes, words)
        if error == "too_many":
            return self._message("too_many", 429, touchpoint)
        if error:
            return self._page(
                touchpoint,
                status=409 if error == "stale" else 400,
                verdict=verdict if verdict in VERDICTS else None,
                causes=causes,
                words=words,
                error=error,
            )
        # what the engine writes about the answer is read by our own people
        own_lang = touchpoint.user_id.lang or touchpoint.company_id.partner_id.lang
        lang = get_lang(request.env, own_lang).code
        touchpoint = touchpoint.with_company(touchpoint.company_id)
        try:
            result = touchpoint.with_context(lang=lang)._register_answer(
                verdict, causes, words
            )
        except LockError as error:
            # another answer is being stored: Odoo runs this request again after it
            raise ConcurrencyError("answers at the same time") from error
        suffix = "?added=1" if result == "appended" else ""
        response = request.redirect(f"/crl/feedback/{token}{suffix}")
        return self._protect(response)

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    def _find_touchpoint(self, token):
        """The touchpoint of the link, in the customer's language; empty if none."""
        # sudo: the token is the visitor's only right, and it opens this one record
        touchpoint = request.env["crl.touchpoint"].sudo()._find_by_token(token)
        if touchpoint:
            request.update_context(lang=touchpoint._get_lang())
        return touchpoint.with_context(lang=request.env.context.get("lang"))

    def _get_causes(self, touchpoint):
        """The causes a customer may tick."""
        # touchpoint comes with sudo: the visitor has no rights on any model
        return touchpoint.env["crl.case.cause"].search([("on_page", "=", True)])

    def _find_error(self, touchpoint, verdict, causes, words):
        """Why this answer cannot be stored as it is, as a short code, or None."""
        form = request.httprequest.form
        csrf_token = form.get("csrf_token", "")
        answers = touchpoint._count_answers()
        if not (csrf_token.isascii() and request.validate_csrf(csrf_token)):
            return "session"
        if answers >= MAX_ANSWERS:
            return "too_many"
        if verdict not in VERDICTS:
            return "verdict"
        if form.get("seen", str(answers)) != str(answers):
            return "stale"
        if touchpoint.feedback_date and not (words or causes):
            return "nothing" if verdict == touchpoint.verdict else None
        return None

    # ------------------------------------------------------------
    # PAGES
    # ------------------------------------------------------------

    def _page(
        self,
        touchpoint,
        status=200,
        verdict=None,
        causes=(),
        words="",
        error=None,
        added=False,
    ):
        """The form before the first answer, thanks and a smaller form after it."""
        answered = touchpoint.feedback_date
        answers = touchpoint._count_answers()
        contact = touchpoint.contact_id or touchpoint.partner_id
        name = "" if contact.is_company else first_name(contact.name)
        if answered:
            title = (
                self.env._("Thank you, %(name)s!", name=name)
                if name
                else self.env._("Thank you!")
            )
        elif name:
            title = self.env._("Hello %(name)s, how are we doing?", name=name)
        else:
            title = self.env._("How are we doing?")
        values = {
            "added": added,
            "can_add": answers < MAX_ANSWERS,
            "causes": [
                {"id": cause.id, "name": cause.name, "ticked": cause in causes}
                for cause in self._get_causes(touchpoint)
            ],
            "csrf_token": request.csrf_token(),
            "error": error,
            "faces": [
                ("positive", self.env._("Good")),
                ("neutral", self.env._("So-so")),
                ("negative", self.env._("Not good")),
            ],
            "given": touchpoint.verdict,
            "max_words": MAX_WORDS,
            "preferences": f"/crl/preferences/{touchpoint.access_token}",
            "open": bool(error or (verdict and verdict != touchpoint.verdict)),
            "privacy": self.env._(
                "Only the people at %(company)s read your answer.",
                company=touchpoint.company_id.name,
            ),
            "promise": self._get_promise(touchpoint),
            "seen": str(answers),
            "title": title,
            "verdict": verdict or (answered and touchpoint.verdict),
            "words": words,
        }
        template = "feedback_thanks" if answered else "feedback_ask"
        return self._render(template, values, status, touchpoint)

    def _get_promise(self, touchpoint):
        """What an unhappy customer may expect, as long as it is still ahead."""
        deadline = touchpoint._get_promised_date()
        if not deadline:
            return ""
        day = format_date(self.env, deadline)
        user = touchpoint.user_id
        name = first_name(user.name) if user.active else ""
        if name:
            return self.env._(
                "%(name)s will get in touch with you by %(day)s.", name=name, day=day
            )
        return self.env._("We will get in touch with you by %(day)s.", day=day)

    def _message(self, kind, status, touchpoint=None):
        """A page without a form."""
        titles = {
            "not_found": self.env._("This link does not work"),
            "too_large": self.env._("This is too long"),
            "too_many": self.env._("Thank you!"),
        }
        values = {"kind": kind, "title": titles[kind]}
        return self._render("feedback_message", values, status, touchpoint)

    def _render(self, template, values, status, touchpoint=None):
        """Fill a template; all pages share layout, style and protective headers."""
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        # sudo: a visitor may see the company's name, colour and whether it has a logo
        company = request.env["res.company"].sudo()
        if touchpoint:
            company = touchpoint.company_id or touchpoint.env.company
        has_logo = company.logo_web and not company.uses_default_logo
        style = "".join(
            f"--{name.replace('_', '-')}: {colour};"
            for name, colour in page_colours(company.primary_color).items()
        )
        with file_open(STYLESHEET) as stylesheet:
            style = f":root {{{style}}}\n{stylesheet.read()}"
        html = request.env["ir.qweb"]._render(
            f"crl_retention.{template}",
            {
                "company_name": company.name,
                "direction": lang.direction or "ltr",
                "html_lang": (lang.code or "en").partition("@")[0].replace("_", "-"),
                "logo": has_logo and f"/web/binary/company_logo?company={company.id}",
                "style": Markup(style),
                "tab": " · ".join(filter(None, (values["title"], company.name))),
                **values,
            },
            minimal_qcontext=True,
        )
        response = request.make_response(f"<!DOCTYPE html>\n{html}", status=status)
        return self._protect(response, style)

    def _options(self):
        """Answer to OPTIONS, the same for every token."""
        response = request.make_response("", status=204)
        response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
        return self._protect(response)

    def _protect(self, response, style=""):
        """Keep the link out of caches, referrers, search engines and frames."""
        response.headers.update(private_headers(style))
        return response
