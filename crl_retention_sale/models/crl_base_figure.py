from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import base


class CrlBase(models.AbstractModel):
    """The customers behind a figure of the base: the same edges, as a filter."""

    _inherit = "crl.base"

    @api.model
    def open_figure(
        self, figure, month, filters=None, number=None, is_cumulative=False
    ):
        """The customers a cell counts, as an action.

        :param figure: one of ``_get_labels``
        :param month: a day of the month, as ISO text
        :param filters: as of ``get_months``
        :param number: of a cell of the cohorts: months after the first purchase
        """
        labels = self._get_labels()
        day = self._check_day(month)
        if not isinstance(figure, str) or figure not in labels or not day:
            raise UserError(self.env._("Choose a figure of the customer base."))
        if number is not None and number != 0 and not self._is_id(number):
            raise UserError(self.env._("Choose a figure of the customer base."))
        start = day.replace(day=1)
        tomorrow = base.edges(self.env.company._crl_today(), 1)[-1]
        stop = min(start + relativedelta(months=1), max(tomorrow, start))
        if figure == "cohort":
            domain = self._get_cohort_domain(
                start, tomorrow, number or 0, is_cumulative
            )
        else:
            domain = self._get_figure_domain(figure, start, stop)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(figure)s, %(month)s",
                figure=labels[figure],
                month=self._show_day(start, "yMMMM"),
            ),
            "res_model": "crl.customer.stay",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": self._to_plain(self._get_filter(filters) & domain),
        }

    @api.model
    def open_cohorts(self, filters=None):
        """The purchases that the cohorts count, to be turned over, as an action.

        :param filters: as of ``get_months``
        """
        tomorrow = base.edges(self.env.company._crl_today(), 1)[-1]
        domain = self._get_filter(filters) & Domain("date", "<", tomorrow)
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "crl_retention_sale.crl_purchase_action_cohort"
            ),
            "domain": self._to_plain(domain),
        }

    @api.model
    def _to_plain(self, domain):
        """A domain as the browser takes it."""
        if isinstance(domain, Domain):
            domain = list(domain)
        if isinstance(domain, list | tuple):
            return [self._to_plain(each) for each in domain]
        return fields.Date.to_string(domain) if hasattr(domain, "year") else domain

    @api.model
    def _get_labels(self):
        return {
            "start": self.env._("Customers at the beginning"),
            "new": self.env._("New customers"),
            "won_back": self.env._("Won back"),
            "lost": self.env._("Lost"),
            "kept": self.env._("Stayed"),
            "end": self.env._("Customers at the end"),
            "year_kept": self.env._("Stayed over 12 months"),
            "repeat": self.env._("Bought again within 12 months"),
            "cohort": self.env._("First purchase"),
        }

    @api.model
    def _get_active(self, day):
        """Stays that are active on the morning of a day."""
        return Domain("date_from", "<", day) & Domain("date_to", ">=", day)

    @api.model
    def _get_figure_domain(self, figure, start, stop):
        """The stays a figure counts, one a customer, between two edges."""
        active = self._get_active
        back = Domain("date_return", "<", stop)
        came = Domain("date_from", ">=", start) & Domain("date_from", "<", stop)
        first = Domain("kind", "=", "new")
        if figure == "start":
            return active(start)
        if figure == "end":
            return active(stop)
        if figure == "new":
            return came & first
        if figure == "won_back":
            return came & Domain("date_before", "<", start)
        if figure == "lost":
            gone = Domain("date_return", "=", False) | Domain("date_return", ">=", stop)
            return active(start) & Domain("date_to", "<", stop) & gone
        if figure == "kept":
            return active(start) & (Domain("date_to", ">=", stop) | back)
        if figure == "repeat":
            return first & Domain("repeat_date", "=", stop)
        before = stop - relativedelta(years=1)
        company = Domain("company_id", "=", self.env.company.id)
        stayed = Domain("partner_id.crl_stay_ids", "any", company & active(before))
        return active(stop) & stayed

    @api.model
    def _get_cohort_domain(self, month, tomorrow, number, is_cumulative):
        """Whoever bought for the first time in a month and again so many months later,
        or until then: the first stay of each."""
        after = month + relativedelta(months=1)
        domain = (
            Domain("kind", "=", "new")
            & Domain("date_from", ">=", month)
            & Domain("date_from", "<", min(after, tomorrow))
        )
        if not number:
            return domain
        bought = Domain("company_id", "=", self.env.company.id)
        bought &= Domain("date", "<", tomorrow)
        if is_cumulative:
            bought &= Domain("month_number", ">", 0) & Domain(
                "month_number", "<=", number
            )
        else:
            bought &= Domain("month_number", "=", number)
        return domain & Domain("partner_id.crl_purchase_ids", "any", bought)
