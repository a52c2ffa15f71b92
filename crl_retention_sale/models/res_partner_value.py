from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crl_retention.models.res_partner import READERS

#: As the facts of the relationship: each user reads those they may see.
FACT = {"groups": READERS, "related_sudo": False, "depends_context": ("uid", "company")}


class ResPartner(models.Model):
    """What a customer bought, and how that compares with the others.

    It is what they bought from their own company, or, who belongs to none, from the one
    the user works in. A filter finds those for whom it holds at any company the user
    works in.
    """

    _inherit = "res.partner"

    crl_buyer_ids = fields.One2many(
        "crl.buyer", "partner_id", "Customer Value", groups=READERS
    )
    crl_buyer_id = fields.Many2one(
        "crl.buyer",
        "Value for the Company",
        compute="_compute_crl_buyer_id",
        search="_search_crl_buyer_id",
        groups=READERS,
    )
    crl_rfm = fields.Char(related="crl_buyer_id.rfm", string="RFM", **FACT)
    crl_rfm_group = fields.Selection(
        related="crl_buyer_id.rfm_group", string="Buying Group", **FACT
    )
    crl_first_order_date = fields.Date(
        related="crl_buyer_id.date_first", string="First Order", **FACT
    )
    crl_last_order_date = fields.Date(
        related="crl_buyer_id.date_last", string="Last Order", **FACT
    )
    crl_next_order_date = fields.Date(
        related="crl_buyer_id.date_expected", string="Next Order Expected", **FACT
    )
    crl_is_order_late = fields.Boolean(
        related="crl_buyer_id.is_late", string="Order Is Late", **FACT
    )
    crl_order_gap = fields.Float(
        related="crl_buyer_id.gap_days", string="Days Between Orders", **FACT
    )
    crl_purchase_days = fields.Integer(
        related="crl_buyer_id.day_count", string="Purchase Days", **FACT
    )
    crl_revenue = fields.Monetary(
        related="crl_buyer_id.amount",
        string="Revenue",
        currency_field="crl_buyer_currency_id",
        **FACT,
    )
    crl_revenue_total = fields.Monetary(
        related="crl_buyer_id.amount_total",
        string="Revenue to Date",
        currency_field="crl_buyer_currency_id",
        **FACT,
    )
    crl_return_count = fields.Integer(
        related="crl_buyer_id.return_count", string="Returns", **FACT
    )
    crl_buyer_currency_id = fields.Many2one(
        related="crl_buyer_id.currency_id", string="Currency of the Revenue", **FACT
    )

    @api.depends("crl_buyer_ids", "company_id", "commercial_partner_id")
    @api.depends_context("uid", "company")
    def _compute_crl_buyer_id(self):
        rows = self.env["crl.buyer"].search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        found = {(row.partner_id, row.company_id): row for row in rows}
        for partner in self:
            customer = partner.commercial_partner_id
            company = customer.company_id or self.env.company
            partner.crl_buyer_id = found.get((customer, company), rows.browse())

    def _search_crl_buyer_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain("crl_buyer_ids", operator, value)

    # ---- Several become one; what a customer may ask for ----

    def _crl_join(self, sources):
        result = super()._crl_join(sources)
        # what they are worth together is found when their purchases are counted
        self.env.execute_query(
            SQL(
                "DELETE FROM crl_buyer WHERE partner_id = ANY(%s) RETURNING id",
                sources.ids,
            )
        )
        self.env["crl.buyer"].invalidate_model(flush=False)
        return result

    @api.model
    def _crl_get_exported(self):
        return {
            **super()._crl_get_exported(),
            "crl.buyer": [
                "company_id",
                "date_first",
                "date_last",
                "day_count",
                "amount",
                "amount_total",
                "return_count",
                "gap_days",
                "date_expected",
                "rfm",
                "rfm_group",
            ],
        }
