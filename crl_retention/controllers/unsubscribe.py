"""The link that ends marketing messages, for people and for mail programs."""

from odoo import http
from odoo.exceptions import ConcurrencyError, LockError
from odoo.http import request

from .feedback import CrlFeedback

#: What a mail program posts, and our own button too (RFC 8058).
ONE_CLICK = ("List-Unsubscribe", "One-Click")
ROUTES = [
    "/crl/unsubscribe",
    "/crl/unsubscribe/<string:token>",
    "/crl/unsubscribe/<path:token>",
]


class CrlUnsubscribe(CrlFeedback):
    """Opts an address or a number out of marketing, without login.

    Reading writes nothing: mail scanners open every link. A mail program posts without
    a session, so there is no CSRF token; whoever holds the link may press the button.
    """

    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["GET", "HEAD", "OPTIONS"],
        readonly=True,
        sitemap=False,
    )
    def unsubscribe_page(self, token=None, **_params):
        """Show the button, or that it was pressed."""
        if request.httprequest.method == "OPTIONS":
            return self._options()
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        return self._unsubscribe_page(touchpoint)

    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=CrlFeedback._refuse_large_body,
        sitemap=False,
    )
    def unsubscribe(self, token=None, **_params):
        """Opt out. No redirect: mail programs do not follow one (RFC 8058)."""
        if request.httprequest.method != "POST":
            return self._options()  # Odoo adds OPTIONS to every route
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        name, value = ONE_CLICK
        form = request.httprequest.form
        if form.get(name) != value:
            return self._unsubscribe_page(touchpoint, status=400)
        try:
            touchpoint._opt_out(
                # our button says so; a mail program posts the bare header
                "unsubscribe" if form.get("page") else "one_click",
                text=self._get_sentence(touchpoint),
                lang=request.env.lang,
                ip=request.httprequest.remote_addr,
            )
        except LockError as error:
            # twice at once: Odoo runs this request again after the other
            raise ConcurrencyError("opting out at the same time") from error
        return self._unsubscribe_page(touchpoint)

    def _unsubscribe_page(self, touchpoint, status=200):
        done = touchpoint._is_opted_out()
        company = touchpoint.company_id.name
        values = {
            "done": done,
            "sentence": self.env._(
                "We have noted it: no more marketing messages from %s.", company
            )
            if done
            else self._get_sentence(touchpoint),
            "one_click": ONE_CLICK,
            "instead": f"/crl/preferences/{touchpoint.access_token}",
            "title": self.env._("You are unsubscribed")
            if done
            else self.env._("No more of these messages?"),
        }
        return self._render("unsubscribe", values, status, touchpoint)

    def _get_sentence(self, touchpoint):
        """What whoever presses the button has read."""
        return self.env._(
            "Press the button, and you will get no more marketing messages from %s.",
            touchpoint.company_id.name,
        )
