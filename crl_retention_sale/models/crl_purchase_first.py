from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrlPurchase(models.Model):
    """The first purchase day of a customer: a new account."""

    _inherit = "crl.purchase"

    is_first = fields.Boolean(
        "First Purchase Ever", compute="_compute_is_first", search="_search_is_first"
    )

    _first = models.Index("(company_id, date) WHERE date = first_date")

    @api.depends("date", "first_date")
    def _compute_is_first(self):
        for purchase in self:
            purchase.is_first = purchase.date == purchase.first_date

    def _search_is_first(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented

        def is_first(model, alias, query):
            return SQL(
                "%s = %s",
                SQL.identifier(alias, "date"),
                SQL.identifier(alias, "first_date"),
            )

        return Domain.custom(to_sql=is_first)
