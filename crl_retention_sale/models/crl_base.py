from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import base
from .res_company_base import ACTIVITY_DAYS

#: The most months that are shown at once.
MOST_MONTHS = 60
#: Whom the base may be narrowed down to, by what they are now: ``{name: (model, path
#: from what has a customer)}``.
FILTERS = {
    "team_id": ("crm.team", "partner_id.user_id.sale_team_id"),
    "user_id": ("res.users", "partner_id.user_id"),
    "country_id": ("res.country", "partner_id.country_id"),
    "segment_id": ("crl.segment", "partner_id.crl_segment_ids"),
}


class CrlBase(models.AbstractModel):
    """The screen *Customer Base*: how many customers a company has, wins and loses.

    Counted from ``crl.customer.stay`` and ``crl.purchase`` as the user may read them,
    so that a rep sees the figures of their own customers; in a fixed number of queries,
    whatever the number of months. What is counted is in ``tools/base.py``.
    """

    _name = "crl.base"
    _description = "Customer Base"
    _inherit = ["crl.screen"]

    # ---- What is asked for ----

    @api.model
    def _get_filter(self, filters):
        """Customers of the company, narrowed down, as a domain on what has a
        ``partner_id``.

        :param filters: ``{name of FILTERS: id}``
        """
        domain = Domain("company_id", "=", self.env.company.id)
        if not isinstance(filters or {}, dict) or set(filters or {}) - set(FILTERS):
            raise UserError(
                self.env._("Narrow down by team, salesperson, country or segment.")
            )
        for name, value in (filters or {}).items():
            model, path = FILTERS[name]
            record = self._check_named(model, value)
            if record:
                record.check_access("read")
                domain &= Domain(path, "=", record.id)
        return domain

    @api.model
    def _get_edges(self, months):
        if not self._is_id(months) or months > MOST_MONTHS:
            raise UserError(
                self.env._("Choose a number of months from 1 to %s.", MOST_MONTHS)
            )
        return base.edges(self.env.company._crl_today(), months)

    @api.model
    def get_choices(self):
        """What the figures can be narrowed down to: ``{name: [{"id", "name"}]}``."""
        stays = self.env["crl.customer.stay"]
        domain = self._get_filter(None)
        segments = self.env["crl.segment"].search([])  # pylint: disable=no-search-all
        choices = {"segment_id": segments}
        for name in ("team_id", "user_id", "country_id"):
            model, path = FILTERS[name]
            groups = stays._read_group(domain, [path])
            choices[name] = self.env[model].union(*(group for (group,) in groups))
        return {
            # names of colleagues and teams are no secret
            name: [{"id": each.id, "name": each.name} for each in records.sudo()]
            for name, records in choices.items()
        }

    # ---- Month by month ----

    @api.model
    def get_months(self, months=13, filters=None):
        """The customer base month by month, the last one runs.

        Rates are in per cent, and None of nobody. Those by the year are of the months
        that are over: ``year_rate`` is the share of the customers of a year before that
        are customers at the end of the month, ``repeat_rate`` that of the buyers of the
        year who bought on two days.

        :param int months: how many
        :param filters: ``{"team_id", "user_id", "country_id", "segment_id": id}``
        """
        self._get_edges(months)  # may be asked for
        edges = base.edges(self.env.company._crl_today(), months + base.YEAR)
        domain = self._get_filter(filters)
        stays, pairs = self._read_stays(domain, edges)
        counts = base.count_months(stays, len(edges))
        kept = base.count_kept(stays, pairs, len(edges))
        buyers = base.count_buyers(self._read_buyers(domain, edges), len(edges))
        rows = []
        for number in range(base.YEAR, len(counts)):
            after, count = number + 1, counts[number]
            is_running = after == len(counts)
            row = {
                **self._show_month(edges[number], is_running),
                **count._asdict(),
                "kept": count.start - count.lost,
                "retention": base.rate(count.start - count.lost, count.start),
                "churn": base.rate(count.lost, count.start),
                "year_rate": None,
                "repeat_rate": None,
            }
            if not is_running:
                once, twice = buyers[after]
                before = counts[after - base.YEAR].start
                row.update(
                    year_start=before,
                    year_kept=kept[after],
                    year_rate=base.rate(kept[after], before),
                    repeat=twice,
                    repeat_rate=base.rate(twice, once),
                )
            rows.append(row)
        return {
            "activity_days": self.env.company.crl_activity_days or ACTIVITY_DAYS,
            "rows": rows,
        }

    @api.model
    def _get_year_rate(self):
        """How many of the customers of a year before were customers when the last month
        was over: the share in per cent, or None, and the morning after."""
        over = self.get_months(2)["rows"][0]
        return over["year_rate"], base.edges(self.env.company._crl_today(), 1)[0]

    @api.model
    def _show_month(self, month, is_running):
        return {
            "month": fields.Date.to_string(month),
            "title": self._show_day(month, "yMMM"),
            "is_running": is_running,
        }

    @api.model
    def _get_columns(self, query, *names):
        """Columns of a query, with their own names."""
        return [SQL.identifier(query.table, name) for name in names]

    @api.model
    def _get_places(self, query, edges, *names):
        """``tools.base.place`` of days, as columns of SQL."""
        return [
            SQL(
                "width_bucket(%s, %s::date[]) AS %s",
                column,
                edges,
                SQL.identifier(name),
            )
            for name, column in zip(
                names, self._get_columns(query, *names), strict=True
            )
        ]

    @api.model
    def _read_stays(self, domain, edges):
        """Stays by their places, and who was away in between, as ``tools.base`` takes
        them."""
        query = self.env["crl.customer.stay"]._search(
            domain
            & Domain("date_to", ">=", edges[0])
            & Domain("date_from", "<", edges[-1])
        )
        places = self._get_places(
            query, edges, "date_from", "date_to", "date_before", "date_return"
        )
        self.env.flush_all()
        stays = self.env.execute_query(
            SQL(
                """SELECT date_from, date_to, kind = 'new', date_before, date_return,
                          COUNT(*)
                     FROM %s s GROUP BY 1, 2, 3, 4, 5""",
                query.subselect(*self._get_columns(query, "kind"), *places),
            )
        )
        pairs = self.env.execute_query(
            SQL(
                """
                WITH seen AS MATERIALIZED %(seen)s
                SELECT GREATEST(a.date_from + %(year)s, b.date_from) AS first,
                       LEAST(a.date_to + %(year)s, b.date_to) AS after, COUNT(*)
                  FROM seen a JOIN seen b ON b.partner_id = a.partner_id
                                         AND b.date_from >= a.date_to AND b.id <> a.id
                 WHERE a.date_return IS NOT NULL AND b.date_before IS NOT NULL
                   AND GREATEST(a.date_from + %(year)s, b.date_from)
                     < LEAST(a.date_to + %(year)s, b.date_to)
              GROUP BY 1, 2
                """,
                seen=query.subselect(
                    *self._get_columns(query, "id", "partner_id"), *places
                ),
                year=base.YEAR,
            )
        )
        return [base.Stay(*row) for row in stays], pairs

    @api.model
    def _read_buyers(self, domain, edges):
        """The last purchase days of months, for ``tools.base.count_buyers``."""
        query = self.env["crl.purchase"]._search(
            domain & Domain("date", ">=", edges[0]) & Domain("date", "<", edges[-1])
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT place, LEAST(COALESCE(later, %(none)s), place + %(year)s),
                       CASE WHEN place - before < %(year)s THEN before END, COUNT(*)
                  FROM (SELECT date AS place, LEAD(date) OVER days AS later,
                               LAG(date) OVER days AS before
                          FROM %(bought)s b
                        WINDOW days AS (PARTITION BY partner_id ORDER BY day)) b
                 WHERE later IS DISTINCT FROM place
              GROUP BY 1, 2, 3
                """,
                none=len(edges) + 1,
                year=base.YEAR,
                bought=query.subselect(
                    *self._get_columns(query, "partner_id"),
                    SQL("%s AS day", *self._get_columns(query, "date")),
                    *self._get_places(query, edges, "date"),
                ),
            )
        )
