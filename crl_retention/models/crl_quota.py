from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import quota

#: What is counted for each metric; the first is what counts against the target.
FIGURES = {
    "new_accounts": ("new_accounts",),
    "meetings": ("meetings", "booked", "no_show"),
}
#: What nobody reaches in a month.
MAX_TARGET = 1_000_000
METRICS = [("new_accounts", "New accounts"), ("meetings", "Meetings")]


class CrlQuota(models.Model):
    """What somebody is to reach in a month, and how far they are.

    Of a rep, a team or the whole company. A row says only what differs from the
    company's defaults; the figures are counted when they are looked at, for all rows at
    once, in ``crl_quota_count.py``.
    """

    _name = "crl.quota"
    _description = "Target of a Month"
    _inherit = ["crl.actor"]
    _order = "date_from desc, company_id, team_id, user_id, metric"

    user_id = fields.Many2one(
        "res.users",
        "Rep",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty, with an empty team: the whole company.",
    )
    team_id = fields.Many2one(
        "crm.team", "Sales Team", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        "Month",
        required=True,
        default=lambda self: quota.first_day(self.env.company._crl_today()),
        help="Any day of the month: the first is kept.",
    )
    metric = fields.Selection(METRICS, required=True, default="meetings")
    target = fields.Integer(
        required=True,
        compute="_compute_target",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_repeated = fields.Boolean(
        "Every Month",
        default=True,
        help="When a month begins the target is copied into it.",
    )
    actual = fields.Integer(
        "Reached",
        compute="_compute_figures",
        help="Meetings: visits that were held. New accounts: customers since this "
        "month.",
    )
    expected = fields.Float(
        "Expected by Now",
        compute="_compute_figures",
        digits=(16, 1),
        help="The target, spread evenly over the working days of the month.",
    )
    pace = fields.Float(
        compute="_compute_figures",
        help="What was reached, as a part of what is expected by now. 100 % is just "
        "on pace.",
    )
    booked = fields.Integer(
        compute="_compute_figures", help="Visits of the month that are still ahead."
    )
    no_show = fields.Integer(
        "No-Shows",
        compute="_compute_figures",
        help="Visits in the month to customers who were not there.",
    )

    _who_month_metric_uniq = models.UniqueIndex(
        "(company_id, date_from, metric, COALESCE(user_id, 0), COALESCE(team_id, 0))",
        "There is a target of this month already: change that one.",
    )
    _target_positive = models.Constraint(
        "CHECK(target >= 0)", "A target cannot be negative."
    )
    _one_of = models.Constraint(
        "CHECK(user_id IS NULL OR team_id IS NULL)",
        "A target is of a rep or of a team: leave one of them empty.",
    )

    @api.depends("user_id", "team_id", "date_from", "metric")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for row in self:
            who = row.user_id or row.team_id or row.company_id
            row.display_name = self.env._(
                "%(who)s, %(metric)s in %(month)s",
                who=who.display_name,
                metric=metrics.get(row.metric, ""),
                month=self.env["crl.screen"]._show_day(row.date_from, "yMMMM"),
            )

    @api.depends("metric", "company_id")
    def _compute_target(self):
        for row in self:
            if row.metric and not row.target:
                row.target = row.company_id._crl_get_target(row.metric)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._tidy(vals))

    def _tidy(self, vals):
        """The values with the first day of their month.

        :raises ValidationError: for what the database could not keep or count with
        """
        target = vals.get("target") or 0
        if isinstance(target, int) and target > MAX_TARGET:
            raise ValidationError(self.env._("A target is %s at the most.", MAX_TARGET))
        day = self._check_day(vals.get("date_from"))
        return {**vals, "date_from": quota.first_day(day)} if day else vals

    @api.constrains("user_id", "team_id", "company_id")
    def _check_company(self):
        for row in self:
            team_company = row.team_id.company_id
            if (
                row.user_id
                # where somebody works decides, whoever asks
                and row.company_id not in row.user_id.sudo().company_ids
                or team_company
                and team_company != row.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(who)s does not work for %(company)s.",
                        who=(row.user_id or row.team_id).display_name,
                        company=row.company_id.name,
                    )
                )

    # ---- From month to month ----

    @api.model
    def _copy_due(self, limit):
        """Copy the targets of every month into the one that has begun, where there are
        none yet. A job of the engine.

        :param limit: not needed: it is one statement a company
        :returns: how many were made
        """
        # archived companies keep their targets as they are
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        return sum(
            self._copy_into(quota.first_day(company._crl_today()), company)
            for company in companies
        )

    @api.model
    def _copy_into(self, month, company, repeated=True):
        """Copy the latest targets before a month into it, where it has none.

        :param repeated: only those that are marked as of every month
        :returns: how many were made
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO crl_quota
                          (user_id, team_id, company_id, metric, target, is_repeated,
                           date_from, create_uid, create_date, write_uid, write_date)
                   SELECT last.user_id, last.team_id, last.company_id, last.metric,
                          last.target, last.is_repeated, %(month)s,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM (SELECT DISTINCT ON (metric, user_id, team_id) *
                             FROM crl_quota
                            WHERE company_id = %(company)s AND date_from < %(month)s
                         ORDER BY metric, user_id, team_id, date_from DESC) last
                LEFT JOIN res_users u ON u.id = last.user_id
                LEFT JOIN crm_team t ON t.id = last.team_id
                    WHERE (last.is_repeated OR NOT %(repeated)s)
                      AND u.active IS NOT FALSE AND t.active IS NOT FALSE
                      AND NOT EXISTS (
                          SELECT 1 FROM crl_quota q
                           WHERE q.company_id = last.company_id
                             AND q.date_from = %(month)s AND q.metric = last.metric
                             AND q.user_id IS NOT DISTINCT FROM last.user_id
                             AND q.team_id IS NOT DISTINCT FROM last.team_id)
                ON CONFLICT DO NOTHING
                RETURNING id""",
                company=company.id,
                month=month,
                repeated=repeated,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        return len(rows)

    # ---- Figures ----

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("user_id", "team_id", "company_id", "date_from", "metric", "target")
    def _compute_figures(self):
        dated = self.filtered(lambda row: row.date_from and row.company_id)
        empty = {"actual": 0, "expected": 0, "pace": 0, "booked": 0, "no_show": 0}
        for row in self - dated:
            row.update(empty)
        for company, rows in dated.grouped("company_id").items():
            # who sees a target sees how far it is, not each customer behind it
            figures = rows.sudo()._get_figures(company)
            for row in rows:
                row.update({**empty, **figures[row]})

    def _get_figures(self, company):
        """The figures of one company's rows, of whatever months: ``{row: values}``."""
        months = sorted({quota.first_day(day) for day in self.mapped("date_from")})
        sources = self._get_sources(company)
        counts = {
            figure: self._count(company, sources[figure], months[0], months[-1])
            for metric in set(self.mapped("metric"))
            for figure in FIGURES[metric]
        }
        days = self._count_days(company, self.user_id, months)
        figures = {}
        for row in self:
            month, users = quota.first_day(row.date_from), row._get_users()
            actual, *others = (
                sum(
                    number
                    for (user_id, counted), number in counts[figure].items()
                    if counted == month and (users is None or user_id in users.ids)
                )
                for figure in FIGURES[row.metric]
            )
            gone = days[row.user_id.id, month]
            figures[row] = {
                "actual": actual,
                "expected": quota.expected(row.target, gone),
                "pace": quota.pace(actual, row.target, gone),
                **dict(zip(FIGURES[row.metric][1:], others, strict=True)),
            }
        return figures

    def _get_users(self):
        """Whose records count for the row; ``None`` for everybody's."""
        self.ensure_one()
        if self.user_id:
            return self.user_id
        return self.team_id.member_ids if self.team_id else None
