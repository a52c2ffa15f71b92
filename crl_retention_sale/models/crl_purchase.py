from datetime import timedelta

from odoo import api, fields, models

#: An order with a date further ahead was mistyped: it counts when that is mended.
MOST_AHEAD = timedelta(days=366)


class CrlPurchase(models.Model):
    """A day on which a customer bought from a company: what all figures about orders
    are counted from.

    Derived from Odoo's own documents (``crl_purchase_truth.py``) and made equal to them
    (``crl_purchase_recount.py``): it may be thrown away at any time. So one customer's
    days are unique here, other than in tables of what happened: when customers become
    one, theirs are counted anew.
    """

    _name = "crl.purchase"
    _description = "Purchase Day"
    _inherit = ["crl.sheet"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    date = fields.Date(required=True, help="On the company's own clock.")
    order_count = fields.Integer("Orders")
    amount = fields.Monetary(
        "Revenue",
        help="Without taxes, in the company's currency, and without what was refunded.",
    )
    margin = fields.Monetary(help="0 where the margin of orders is not kept.")
    user_id = fields.Many2one(
        "res.users", "Salesperson", help="Of the last order of the day."
    )
    team_id = fields.Many2one(
        "crm.team", "Sales Team", help="Of the last order of the day."
    )
    country_id = fields.Many2one("res.country", help="The customer's.")
    first_date = fields.Date(
        "First Purchase", help="The customer's first purchase day at this company."
    )
    month_number = fields.Integer(
        "Month",
        aggregator=False,
        help="Calendar months since that of the first purchase: 0, 1, 2, …",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _customer_day = models.UniqueIndex("(partner_id, company_id, date)")
    _company_date = models.Index("(company_id, date)")

    @api.model
    def _get_latest_moment(self):
        """The last moment a document may be of and count (naive UTC)."""
        return fields.Datetime.now() + MOST_AHEAD
