from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.rfm import GROUPS


class CrlBuyer(models.Model):
    """What the purchases of one customer at one company tell: how much, how often, how
    lately, and in which rhythm. One row for each of both.

    Narrow and written by the engine alone, in one statement for any number of
    customers; days are kept as dates, so that no night writes a row because a day went
    by.
    """

    _name = "crl.buyer"
    _description = "Customer Value"
    _inherit = ["crl.figures", "crl.sheet"]
    _order = "amount desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_first = fields.Date("First Order", required=True)
    date_last = fields.Date("Last Order", required=True)
    day_count = fields.Integer(
        "Purchase Days",
        help="Days with a purchase within the window of the settings, a year as "
        "delivered. Orders of one day are one purchase.",
    )
    amount = fields.Monetary(
        "Revenue",
        help="Untaxed, within the window, what was refunded taken off.",
    )
    amount_before = fields.Monetary(
        "Revenue Before", help="In the window before this one, just as long."
    )
    amount_total = fields.Monetary(
        "Revenue to Date", help="Of all purchases ever, what was refunded taken off."
    )
    margin_total = fields.Monetary(
        "Margin to Date", help="Of all purchases whose margin is known."
    )
    return_count = fields.Integer(
        "Returns",
        help="Orders cancelled after they were confirmed, and credit notes that take "
        "something back at the price it was sold at, within the window.",
    )
    gap_days = fields.Float(
        "Days Between Orders",
        digits=(16, 1),
        aggregator="avg",
        help="The median between the latest purchases, exceptionally long pauses left "
        "out. Empty before the third purchase.",
    )
    date_expected = fields.Date("Next Order Expected")
    date_late = fields.Date(
        "Late After", help="The last day on which the next order is not late yet."
    )
    recency_score = fields.Integer("Recency (1–5)", aggregator="avg")
    frequency_score = fields.Integer("Frequency (1–5)", aggregator="avg")
    monetary_score = fields.Integer("Money (1–5)", aggregator="avg")
    rfm = fields.Char(
        "RFM",
        size=3,
        help="Recency, frequency and money, each from 1 to 5, 5 the best, compared "
        "with all customers who bought within the window.",
    )
    rfm_group = fields.Selection(GROUPS, "Buying Group")

    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    team_id = fields.Many2one(
        related="partner_id.user_id.sale_team_id", string="Sales Team"
    )
    country_id = fields.Many2one(related="partner_id.country_id")

    # derived from purchases: of several customers who become one it is made anew
    _customer = models.UniqueIndex("(partner_id, company_id)")

    def init(self):
        # room on each page: a night writes rows where they are, no index hears of it
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 80)", SQL.identifier(self._table))
        )
        return super().init()

    # ---- As of today ----

    _figures = frozenset({"days_since", "is_late"})
    _figure_columns = ("date_last", "date_late")

    days_since = fields.Integer(
        "Days Since the Last Order", compute="_compute_figures", aggregator="avg"
    )
    is_late = fields.Boolean(
        "Order Is Late",
        compute="_compute_figures",
        search="_search_is_late",
        help="By their own rhythm they should have ordered again by now.",
    )

    @api.model
    def _get_figures(self, alias):
        last, late = (self._get_column_sql(alias, n) for n in self._figure_columns)
        today = SQL("%s::date", self.env.company._crl_today())
        return {
            "days_since": SQL("GREATEST(%s - %s, 0)", today, last),
            "is_late": SQL("COALESCE(%s > %s, FALSE)", today, late),
        }

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._crl_today()
        late = Domain("date_late", "<", today)
        in_time = Domain("date_late", "=", False) | Domain("date_late", ">=", today)
        return Domain.OR(late if each else in_time for each in set(value))

    def action_open_partner(self):
        self.env["crl.actor"]._check_one(self)
        return self.partner_id._crl_open()
