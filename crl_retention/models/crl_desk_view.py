from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from .crl_cadence_step import HUMAN_CHANNELS

#: Why a row is on the list, in the order of the list.
REASONS = ("case", "overdue", "promised", "due", "campaign", "soon")
CHANNELS = (*HUMAN_CHANNELS, "promise")
SCOPES = ("mine", "team", "all")
DAYS = ("due", "week", False)
#: How many rows a page has at most.
MAX_PAGE = 200
#: What a list shows when nothing is said.
DEFAULT_VIEW = {
    "scope": "mine",
    "reasons": [],
    "channels": [],
    "day": "due",
    "search": "",
    "callable_now": False,
    "offset": 0,
    "limit": 80,
}


class CrlDesk(models.AbstractModel):
    """Which part of the work a user looks at, as the browser asks for it."""

    _inherit = "crl.desk"

    @api.model
    def _read_view(self, view):
        """The view, complete.

        :raises ValidationError: for what is none
        :raises AccessError: for a scope that is not the user's
        """
        if not isinstance(view or {}, dict):
            raise ValidationError(self.env._("This list cannot be shown."))
        known = {key: val for key, val in (view or {}).items() if key in DEFAULT_VIEW}
        view = {**DEFAULT_VIEW, **known}
        is_valid = (
            view["scope"] in SCOPES
            and view["day"] in DAYS
            and self._is_choice(view["reasons"], REASONS)
            and self._is_choice(view["channels"], CHANNELS)
            and isinstance(view["search"] or "", str)
            and all(type(view[name]) is int for name in ("offset", "limit"))
            and 0 <= view["offset"] < 10**6
            and 0 < view["limit"] <= MAX_PAGE
        )
        if not is_valid:
            raise ValidationError(self.env._("This list cannot be shown."))
        if view["scope"] not in self._get_scopes():
            raise self._get_scope_error()
        return view

    @api.model
    def _get_scope_error(self):
        return AccessError(
            self.env._("This list is for team leaders, or for who sees all customers.")
        )

    @api.model
    def _is_choice(self, values, allowed):
        return isinstance(values or [], list) and all(
            isinstance(value, str) and value in allowed for value in values or []
        )

    @api.model
    def _get_scopes(self):
        """Whose contacts the user may list."""
        scopes = ["mine"]
        if self._get_team():
            scopes.append("team")
        if self.env.user.has_group("crl_retention.crl_retention_group_all"):
            scopes.append("all")
        return scopes

    @api.model
    def _get_team(self):
        """The members of the teams the user leads, without those who left."""
        # who leads whom is for every colleague to know
        members = self.env["crm.team.member"].sudo()
        return members.search([("crm_team_id.user_id", "=", self.env.uid)]).user_id

    @api.model
    def _get_covered(self):
        """The colleagues the user stands in for now."""
        # who stands in for whom is for every colleague to know
        users = self.env["res.users"].sudo()
        return users.search([("crl_cover_id", "=", self.env.uid)])

    @api.model
    def _get_owner_domain(self, scope):
        if scope == "all":
            return Domain.TRUE
        users = self.env.user | self._get_covered()
        if scope == "team":
            users |= self._get_team()
        return Domain("user_id", "in", users.ids)
