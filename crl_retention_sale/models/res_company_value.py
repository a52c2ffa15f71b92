from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools import rhythm

#: Days customers are compared over, as delivered.
VALUE_DAYS = 365
#: A change of these makes what customers are worth another.
VALUED_BY = {"crl_value_days", "crl_late_factor"}


class ResCompany(models.Model):
    """Over which days customers are compared, and when an order is late."""

    _inherit = "res.company"

    crl_value_days = fields.Integer(
        "Compare Customers Over (Days)",
        default=VALUE_DAYS,
        help="Purchases of so many days count for the revenue, the purchase days and "
        "the buying group. Who bought nothing in them has stopped buying.",
    )
    crl_late_factor = fields.Float(
        "An Order Is Late After",
        default=rhythm.LATE_FACTOR,
        help="How many times the usual days between two orders may go by. Counted from "
        "the third purchase on; a week is never late.",
    )
    crl_value_date = fields.Datetime("Customer Value Due From", copy=False)

    _crl_value_positive = models.Constraint(
        "CHECK(crl_value_days BETWEEN 1 AND 3660 "
        "AND crl_late_factor BETWEEN 1 AND 100)",
        "Customers are compared over 1 to 3660 days; an order is late after 1 to 100 "
        "times the usual days.",
    )

    def write(self, vals):
        result = super().write(vals)
        if VALUED_BY & vals.keys():
            self._crl_mark_value_due()
        return result

    def _crl_mark_value_due(self):
        """Let the engine look at all customers of the companies in its next run."""
        # sudo: where the engine stands, and its own scheduled action
        self.sudo().crl_value_date = fields.Datetime.now()
        cron = self.env.ref("crl_retention.ir_cron_run").sudo()  # as above
        cron._trigger()

    def _crl_get_value_limits(self):
        """A query for what holds in each of the companies: today, the days before the
        window and before the one before it, and after how many gaps an order is late.
        """
        rows = []
        for company in self:
            today = company._crl_today()
            window = timedelta(days=company.crl_value_days or VALUE_DAYS)
            factor = company.crl_late_factor or rhythm.LATE_FACTOR
            rows.append((company.id, today, today - window, today - 2 * window, factor))
        # values and no arrays: of one company they are constants to the planner, which
        # else takes a few rows for all of a table
        values = SQL(", ").join(
            SQL("(%s, %s::date, %s::date, %s::date, %s::double precision)", *row)
            for row in rows
        )
        return SQL(
            """SELECT * FROM (VALUES %s)
                   AS l (company_id, today, since, before, factor)""",
            values,
        )
