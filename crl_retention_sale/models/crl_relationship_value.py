from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.rfm import GROUPS

#: What is shown of a customer's purchases: ``{field here: column of crl.buyer}``.
SHOWN = {
    "rfm_group": SQL("rfm_group"),
    "last_order_date": SQL("date_last"),
    "revenue": SQL("amount"),
}
COMPARED = {op: SQL(op) for op in ("<", "<=", ">", ">=")}


class CrlRelationship(models.Model):
    """What customers bought, beside where they stand; and what brings them back.

    It is what they bought from their own company, or, who belongs to none, from the one
    the user works in; as one expression a field, so that lists sort and group by it.
    """

    _inherit = "crl.relationship"

    rfm_group = fields.Selection(
        GROUPS,
        "Buying Group",
        compute="_compute_shown",
        search="_search_rfm_group",
        help="How lately, how often and how much they buy, compared with the others.",
    )
    last_order_date = fields.Date(
        "Last Order", compute="_compute_shown", search="_search_last_order_date"
    )
    revenue = fields.Monetary(
        compute="_compute_shown",
        search="_search_revenue",
        aggregator=None,
        help="Untaxed, within the window of the settings, a year as delivered.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    @api.depends("partner_id", "company_id")
    @api.depends_context("company")
    def _compute_shown(self):
        query = self.browse(self._origin.ids)._as_query(ordered=False)
        shown = [self._field_to_sql(self._table, name, query) for name in SHOWN]
        rows = self.env.execute_query(
            query.select(SQL.identifier(self._table, "id"), *shown)
        )
        found = {row[0]: row[1:] for row in rows}
        for relationship in self:
            values = found.get(relationship._origin.id) or [False] * len(SHOWN)
            for name, value in zip(SHOWN, values, strict=True):
                relationship[name] = value

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for relationship in self:
            company = relationship.company_id or self.env.company
            relationship.currency_id = company.currency_id

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in SHOWN:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return SQL(
            """(SELECT b.%s FROM crl_buyer b WHERE b.partner_id = %s
                   AND b.company_id = COALESCE(%s, %s))""",
            SHOWN[field_expr],
            SQL.identifier(alias, "partner_id"),
            SQL.identifier(alias, "company_id"),
            self.env.company.id,
        )

    def _search_rfm_group(self, operator, value):
        return self._search_shown("rfm_group", operator, value)

    def _search_last_order_date(self, operator, value):
        return self._search_shown("last_order_date", operator, value)

    def _search_revenue(self, operator, value):
        return self._search_shown("revenue", operator, value)

    def _search_shown(self, name, operator, value):
        if operator != "in" and operator not in COMPARED:
            return NotImplemented

        def to_sql(model, alias, query):
            shown = model._field_to_sql(alias, name, query)
            if operator in COMPARED:
                return SQL("%s %s %s", shown, COMPARED[operator], value)
            known = [each for each in value if each]
            found = SQL("%s = ANY(%s)", shown, known) if known else SQL("FALSE")
            empty = SQL("%s IS NULL", shown)
            return SQL("(%s OR %s)", found, empty) if len(known) < len(value) else found

        return Domain.custom(to_sql=to_sql)

    # ---- Win back ----

    def _do_remedy(self, indicator):
        if indicator.remedy != "win_back":
            return super()._do_remedy(indicator)
        cadence = self.env.ref("crl_retention_sale.cadence_win_back", False)
        if not cadence or not cadence.active:
            raise UserError(
                self.env._(
                    "The procedure to win customers back is archived: ask a manager to "
                    "bring it back."
                )
            )
        partner = self.partner_id
        running = partner.crl_enrollment_ids.filtered(
            lambda e: e.is_live and e.cadence_id == cadence
        )
        if running:
            return self._open("crl.enrollment", running[:1])
        partner.crl_enroll(cadence.id)
        return self._say(
            self.env._(
                "“%(procedure)s” has begun: an order of %(customer)s ends it.",
                procedure=cadence.name,
                customer=partner.display_name,
            )
        )
