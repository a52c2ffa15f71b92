from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import quota, slots
from .crl_quota import METRICS

DIRECTION = "crl_retention.crl_retention_group_direction"
USER = "crl_retention.crl_retention_group_user"
ALL = "crl_retention.crl_retention_group_all"
ADMIN = "crl_retention.crl_retention_group_portfolio"
#: Figures of the board, as of ``crl.quota._get_sources``.
FIGURES = (
    "new_accounts",
    "won_back",
    "meetings",
    "booked",
    "proposed",
    "no_show",
    "overdue",
)


class CrlPortfolio(models.AbstractModel):
    """The portfolio board: what each rep reached and has ahead in a month.

    Reps see themselves, leaders their team, supervisors, administrators and the
    direction everybody. The board is counted in a fixed number of queries.
    """

    _name = "crl.portfolio"
    _description = "Portfolio Board"

    # ---- Who sees what ----

    @api.model
    def _get_reps(self, company, month):
        """The reps the user may look at: who looks after customers, is in a sales team
        or has a target.

        :raises AccessError: without a role
        """
        user = self.env.user
        if not (user.has_group(USER) or user.has_group(DIRECTION)):
            raise AccessError(
                self.env._("Only users of Customer Retention can do this.")
            )
        # who works here, and who leads whom, is for every colleague to know
        users = self.env["res.users"].sudo()
        # only who looks after customers, not which
        owners = self.env["crl.relationship"].sudo()
        owners = owners._search(
            [("user_id", "!=", False), ("company_id", "in", (company.id, False))]
        )
        # only who has a target, not which
        targets = self.env["crl.quota"].sudo()
        targets = targets._search(
            [("date_from", "=", month), ("company_id", "=", company.id)]
        )
        domain = (
            Domain("share", "=", False)
            & Domain("company_ids", "in", company.ids)
            & Domain("all_group_ids", "in", self.env.ref(USER).ids)
            & (
                Domain("crm_team_member_ids", "!=", False)
                | Domain("id", "in", owners.subselect("user_id"))
                | Domain("id", "in", targets.subselect("user_id"))
            )
        )
        if not (user.has_group(ALL) or user.has_group(DIRECTION)):
            domain &= Domain("id", "=", user.id) | Domain(
                "crm_team_member_ids.crm_team_id.user_id", "=", user.id
            )
        reps = users.search(domain, order="name, id")
        if user.has_group(USER) and user not in reps and not user.has_group(ALL):
            reps |= user.sudo()  # themselves
        return reps

    @api.model
    def _check_seen(self, user_id, company, month):
        """The rep, if the user may look at them.

        :raises AccessError: for a rep of somebody else
        """
        rep = self.env["crl.actor"]._check_record("res.users", user_id)
        if not rep:
            raise UserError(self.env._("Choose a rep."))
        rep = self._get_reps(company, month) & rep
        if not rep:
            raise AccessError(self.env._("You do not see this rep's portfolio."))
        return rep

    @api.model
    def _can_book(self, rep):
        user = self.env.user
        return user.has_group(ADMIN) or user.has_group(USER) and user == rep

    @api.model
    def _get_month(self, month):
        day = self.env["crl.actor"]._check_day(month)
        return quota.first_day(day or self.env.company._crl_today())

    # ---- The board ----

    @api.model
    def get_board(self, month=None):
        """The reps' month, in figures.

        :param month: a day of the month, as ISO text; this month when empty
        """
        company, month = self.env.company, self._get_month(month)
        reps = self._get_reps(company, month)
        Quota = self.env["crl.quota"].sudo()  # figures of whom the user may look at
        sources = Quota._get_sources(company)
        counts = {
            figure: Quota._count_month(company, sources[figure], month)
            for figure in FIGURES
        }
        targets = {
            (row.user_id.id, row.team_id.id, row.metric): row.target
            for row in Quota.search(
                [("date_from", "=", month), ("company_id", "=", company.id)]
            )
        }
        bounds = quota.month_bounds(month, company._crl_tz())
        hours = reps._crl_get_hours(company, *bounds)
        days = Quota._count_days(company, reps, [month], hours)
        free = self._count_free(company, reps, hours, bounds)
        rows = []
        for rep in reps:
            row = {
                "id": rep.id,
                "name": rep.name,
                "team_id": rep.sale_team_id.id,
                "can_book": self._can_book(rep),
                "free": free[rep.id],
            }
            for figure in FIGURES:
                row[figure] = counts[figure].get(rep.id, 0)
            for metric, __ in METRICS:
                key = (rep.id, False, metric)
                target = targets.get(key, company._crl_get_target(metric))
                row[f"{metric}_bar"] = self._get_bar(
                    row[metric], target, days[rep.id, month], key in targets
                )
            rows.append(row)
        gone, today = days[False, month], quota.first_day(company._crl_today())
        return {
            "month": fields.Date.to_string(month),
            "previous": fields.Date.to_string(quota.previous_month(month)),
            "next": fields.Date.to_string(quota.next_month(month)),
            "is_this_month": month == today,
            "is_past": month < today,
            "title": self.env["crl.screen"]._show_day(month, "yMMMM"),
            "days": {"gone": gone.gone, "total": gone.total},
            "can_edit": Quota.sudo(False).has_access("write"),
            "rows": rows,
            "totals": self._get_totals(company, rows, reps, targets, gone),
        }

    @api.model
    def _get_bar(self, actual, target, days, is_own):
        return {
            "actual": actual,
            "target": target,
            "expected": round(quota.expected(target, days), 1),
            "pace": round(100 * quota.pace(actual, target, days)),
            "is_due": bool(quota.expected(target, days)),
            "is_own": is_own,
        }

    @api.model
    def _count_free(self, company, reps, hours, bounds):
        """How many more visits fit into each rep's month: ``{user id: number}``."""
        start = max(bounds[0], fields.Datetime.now())
        if start >= bounds[1]:
            return dict.fromkeys(reps.ids, 0)
        taken = reps._crl_get_taken(company, start, bounds[1])
        length, travel = company._crl_get_visit_length(), company._crl_get_travel_time()
        return {
            rep.id: len(
                slots.pack(
                    hours[rep.id],
                    [span[:2] for span in taken[rep.id]],
                    length,
                    travel,
                    start,
                )
            )
            for rep in reps
        }

    @api.model
    def _get_totals(self, company, rows, reps, targets, days):
        """The sums of each team and of the company, against their own targets where
        they have one."""
        if len(rows) < 2:
            return []
        teams = reps.sale_team_id
        groups = (
            [(team.id, team.name, team) for team in teams] if len(teams) > 1 else []
        )
        if self.env.user.has_group(ALL) or self.env.user.has_group(DIRECTION):
            groups.append((False, company.name, teams.browse()))
        totals = []
        for team_id, name, team in groups:
            own = [row for row in rows if not team or row["team_id"] == team_id]
            total = {"team_id": team_id, "name": name}
            for figure in (*FIGURES, "free"):
                total[figure] = sum(row[figure] for row in own)
            for metric, __ in METRICS:
                key = (False, team_id, metric)
                target = sum(row[f"{metric}_bar"]["target"] for row in own)
                total[f"{metric}_bar"] = self._get_bar(
                    total[metric], targets.get(key, target), days, key in targets
                )
            totals.append(total)
        return totals
