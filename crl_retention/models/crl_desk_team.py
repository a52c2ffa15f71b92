from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crl_cadence_step import HUMAN_CHANNELS
from .crl_desk_view import DEFAULT_VIEW, REASONS

COUNTS = (*REASONS, "total", "held", "done")


class CrlDesk(models.AbstractModel):
    """What a leader sees: how much each colleague has to do, and has done today."""

    _inherit = "crl.desk"

    @api.model
    def get_team(self, scope=None):
        """The worklists of colleagues, counted.

        :param scope: 'team' (the default of who leads one) or 'all'
        :returns: for each colleague ``{"user_id", "user_name", "total", "held",
            "done"}`` and, by the names of the reasons, how many rows have it; ``held``
            are open on a desk now, ``done`` were closed today. Who has most to do comes
            first.
        :raises AccessError: for who leads nobody
        """
        self._check_worker()
        scopes = self._get_scopes()
        scope = scope or (scopes[1:] or ["team"])[0]
        if scope == "mine" or scope not in scopes:
            raise self._get_scope_error()
        counts = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        team = self._get_team() if scope == "team" else self.env["res.users"]
        for user in team:
            counts[user.id]["total"] = 0
        view = {**DEFAULT_VIEW, "scope": scope}
        for user_id, place, count, held in self.env.execute_query(
            SQL(
                """SELECT w.user_id, w.place, COUNT(*),
                          COUNT(*) FILTER (WHERE t.taken_until > %s)
                     FROM (%s) w
                LEFT JOIN crl_touchpoint t
                       ON w.model = 'crl.touchpoint' AND t.id = w.id
                    GROUP BY 1, 2""",
                fields.Datetime.now(),
                self._get_work(view),
            )
        ):
            row = counts[user_id or False]
            row[REASONS[place]] += count
            row["total"] += count
            row["held"] += held
        for user, count in self._count_done(scope):
            counts[user.id]["done"] = count
        # who works here is for every colleague to know
        users = self.env["res.users"].sudo().browse(filter(None, counts))
        names = {user.id: user.name for user in users}
        rows = [
            {
                "user_id": number,
                "user_name": names.get(number) or self.env._("Nobody"),
                **row,
            }
            for number, row in counts.items()
        ]
        return sorted(rows, key=lambda row: (-row["total"], row["user_name"]))

    @api.model
    def _count_done(self, scope):
        """How many contacts each colleague has closed today."""
        today, __, __ = self._get_day_limits()
        domain = self._get_owner_domain(scope) & Domain("channel", "in", HUMAN_CHANNELS)
        domain &= Domain("state", "=", "done") & Domain("date_done", ">=", today)
        return self.env["crl.touchpoint"]._read_group(domain, ["user_id"], ["__count"])
