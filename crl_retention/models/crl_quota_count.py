from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain

from ..tools import quota, schedule
from .crl_touchpoint_booking import LIVE


class Source(NamedTuple):
    """Where a figure is counted: one record is one.

    :param model: name of a model with a field ``user_id`` for whose it is
    :param domain: the records, of whatever month
    :param date_field: what says which month one belongs to; empty: to none
    """

    model: str
    domain: Domain
    date_field: str


class CrlQuota(models.Model):
    """How the figures of a month are counted, and which records are behind them.

    A figure and the list that opens on it are the same filter. One query a figure, for
    whatever reps and months.
    """

    _inherit = "crl.quota"

    @api.model
    def _get_new_accounts(self, company):
        """What counts as a new account: a customer whom nobody knew as one before.

        It counts for who looks after the customer. A bridge says better, with what was
        sold.

        :returns: a ``Source``
        """
        return Source(
            "crl.relationship",
            Domain("customer_since", "!=", False)
            & Domain("stage_id", "not any", [("kind", "=", "setup")])
            & (
                Domain("company_id", "=", company.id)
                | Domain("company_id", "=", False)
                & Domain("user_id.company_id", "=", company.id)
            ),
            "customer_since",
        )

    @api.model
    def _get_sources(self, company):
        """The records of each figure: ``{figure: Source}``.

        Meetings are visits that were held, whoever booked them. Calls are none, nor are
        visits among ourselves.
        """
        # every company counts, also one the user cannot look into
        companies = self.env["res.company"].sudo().search([("active", "in", (0, 1))])
        visits = (
            Domain("channel", "=", "visit")
            & Domain("company_id", "=", company.id)
            & Domain("partner_id.partner_share", "=", True)
            & Domain("partner_id", "not in", companies.partner_id.ids)
        )
        held = visits & Domain("state", "=", "done") & Domain("outcome", "=", "reached")
        live = visits & Domain("state", "in", LIVE)
        today = schedule.utc_at(company._crl_today(), 0.0, company._crl_tz())
        ahead = live & Domain("date_planned", ">=", today)
        model = "crl.touchpoint"
        return {
            "new_accounts": self._get_new_accounts(company),
            # somebody won back is no new account: they are told apart
            "won_back": Source(
                "crl.stage.change",
                Domain("company_id", "in", (company.id, False))
                & Domain("stage_id.kind", "=", "won_back"),
                "date",
            ),
            "meetings": Source(model, held, "date_done"),
            "booked": Source(model, ahead, "date_planned"),
            "proposed": Source(
                model, ahead & Domain("booking", "=", "proposed"), "date_planned"
            ),
            "no_show": Source(
                model, visits & Domain("date_absent", "!=", False), "date_absent"
            ),
            "overdue": Source(model, live & Domain("date_planned", "<", today), ""),
        }

    @api.model
    def _get_month_domain(self, company, source, first, last):
        """The records of a source in some months.

        :param first: first day of the first month
        :param last: first day of the last month
        """
        if not source.date_field:
            return source.domain
        if self.env[source.model]._fields[source.date_field].type == "date":
            start, stop = first, quota.next_month(last)
        else:
            start = quota.month_bounds(first, company._crl_tz())[0]
            stop = quota.month_bounds(last, company._crl_tz())[1]
        return (
            source.domain
            & Domain(source.date_field, ">=", start)
            & Domain(source.date_field, "<", stop)
        )

    @api.model
    def _count(self, company, source, first, last):
        """How many there are of a figure, in one query: ``{(user id, month): number}``.

        Months are those of the company's clock.
        """
        model = self.env[source.model].with_context(tz=company._crl_tz())
        rows = model._read_group(
            self._get_month_domain(company, source, first, last),
            ["user_id", f"{source.date_field}:month"],
            ["__count"],
        )
        return {
            (user.id, month.date() if isinstance(month, datetime) else month): number
            for user, month, number in rows
        }

    @api.model
    def _count_month(self, company, source, month):
        """How many there are of a figure in one month: ``{user id: number}``."""
        rows = self.env[source.model]._read_group(
            self._get_month_domain(company, source, month, month),
            ["user_id"],
            ["__count"],
        )
        return {user.id: number for user, number in rows}

    @api.model
    def _count_days(self, company, users, months, hours=None):
        """Working days of months, on each user's own clock and calendar.

        :param users: users; the company itself is counted in any case
        :param hours: their hours, if they are known already
        :returns: ``{(user id or False, month): Days}``
        """
        today, tz = company._crl_today(), company._crl_tz()
        start = quota.month_bounds(months[0], tz)[0] - timedelta(days=1)
        stop = quota.month_bounds(months[-1], tz)[1] + timedelta(days=1)
        if hours is None:
            hours = users._crl_get_hours(company, start, stop) if users else {}
        working = dict(users._crl_get_month_days(company, hours))
        is_working = company._crl_working_days()
        working[False] = {
            day
            for day in (
                start.date() + timedelta(days=number)
                for number in range((stop - start).days + 1)
            )
            if is_working(day)
        }
        return {
            (user_id, month): quota.count_days(days, month, today)
            for user_id, days in working.items()
            for month in months
        }
