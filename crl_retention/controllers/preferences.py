"""The page on which customers choose by what, and for what, they are written to."""

from odoo import http
from odoo.exceptions import ConcurrencyError, LockError
from odoo.http import request

from .feedback import CrlFeedback

ROUTES = [
    "/crl/preferences",
    "/crl/preferences/<string:token>",
    "/crl/preferences/<path:token>",
]


class CrlPreferences(CrlFeedback):
    """Behind the token of a message, without login, for the person it went to.

    - Reading writes nothing: mail scanners open every link.
    - A form that is sent as it was shown changes nothing either, nor does one that was
      sent before: only what differs from what the page showed is written down.
    """

    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["GET", "HEAD", "OPTIONS"],
        readonly=True,
        sitemap=False,
    )
    def preferences_page(self, token=None, saved=None, **_params):
        """Show what the person gets now."""
        if request.httprequest.method == "OPTIONS":
            return self._options()
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        return self._preferences_page(touchpoint, saved=bool(saved))

    # as for the feedback, the session is checked here and not by Odoo
    @http.route(
        ROUTES,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=CrlFeedback._refuse_large_body,
        sitemap=False,
    )
    def preferences_save(self, token=None, **_params):
        """Write down what was chosen and lead on to the page."""
        if request.httprequest.method != "POST":
            return self._options()  # Odoo adds OPTIONS to every route
        touchpoint = self._find_touchpoint(token)
        if not touchpoint:
            return self._message("not_found", 404)
        form = request.httprequest.form
        choices = touchpoint._get_choices()
        wanted = {key for key in choices if ".".join(key) in form.getlist("yes")}
        preferred = form.get("prefer")
        preferred = preferred in ("email", "sms") and preferred
        csrf_token = form.get("csrf_token", "")
        if not (csrf_token.isascii() and request.validate_csrf(csrf_token)):
            return self._preferences_page(
                touchpoint, 400, "session", wanted=wanted, preferred=preferred
            )
        try:
            is_done = touchpoint._choose(
                wanted,
                preferred,
                form.get("seen"),
                text=self._get_shown(choices),
                lang=request.env.lang,
                ip=request.httprequest.remote_addr,
            )
        except LockError as error:
            # twice at once: Odoo runs this request again after the other
            raise ConcurrencyError("choosing at the same time") from error
        if not is_done:
            return self._preferences_page(touchpoint, 409, "stale")
        return self._protect(
            request.redirect(f"/crl/preferences/{touchpoint.access_token}?saved=1")
        )

    def _get_purposes(self):
        """What each purpose means, in the customer's words."""
        return {
            "service": self.env._("About our work for you"),
            "marketing": self.env._("Offers and news"),
        }

    def _get_channels(self):
        return {
            "email": self.env._("By email"),
            "sms": self.env._("By SMS"),
            "call": self.env._("By phone"),
            "letter": self.env._("By letter"),
        }

    def _get_shown(self, choices):
        """What the customer has read beside the boxes, as the proof of a choice."""
        purposes, channels = self._get_purposes(), self._get_channels()
        title = self.env._("What would you like to get from us?")
        lines = [f"{purposes[p]} – {channels[c]}" for c, p in choices]
        return "\n".join([title, *sorted(lines)])

    def _preferences_page(
        self,
        touchpoint,
        status=200,
        error=None,
        saved=False,
        wanted=None,
        preferred=None,
    ):
        choices = touchpoint._get_choices()
        mark = touchpoint._get_mark()
        if wanted is None:
            wanted = {key for key, is_on in choices.items() if is_on}
            preferred = touchpoint._get_person().crl_preferred_channel
        purposes, channels = self._get_purposes(), self._get_channels()
        values = {
            "agreed": [
                self.env._(
                    "%(purpose)s – %(channel)s: %(answer)s (%(day)s, %(how)s)",
                    purpose=purposes[purpose],
                    channel=channels[channel],
                    answer=answer,
                    day=day,
                    how=how,
                )
                for (channel, purpose), answer, day, how in touchpoint._get_agreed()
            ],
            "boxes": [
                (
                    label,
                    [
                        (".".join(key), channels[key[0]], key in wanted)
                        for key in choices
                        if key[1] == purpose
                    ],
                )
                for purpose, label in purposes.items()
            ],
            "closed": touchpoint._is_not_to_be_contacted(),
            "csrf_token": request.csrf_token(),
            "error": error,
            "preferred": preferred or "",
            "prefers": [
                ("", self.env._("As you think best")),
                ("email", self.env._("Email")),
                ("sms", self.env._("SMS")),
            ],
            "privacy": self.env._(
                "We write down what you choose, with date and time, to prove it. You "
                "can change it here at any time."
            ),
            "saved": saved,
            "seen": mark,
            "title": self.env._("What would you like to get from us?"),
        }
        return self._render("preferences", values, status, touchpoint)
