from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from odoo.addons.crl_retention.models.crl_segment_sheet import MOST


class CrlSegment(models.Model):
    """What the customers of a segment are worth, how they buy, and what."""

    _inherit = "crl.segment"

    def _get_sheet(self):
        sheet = super()._get_sheet()
        company = self.company_id or self.env.company
        buyers = self.env["crl.buyer"]
        if not buyers.has_access("read"):
            return sheet
        present = self._get_present().subselect("partner_id")
        totals, groups = buyers._read_grouping_sets(
            Domain("partner_id", "in", present) & Domain("company_id", "=", company.id),
            [[], ["rfm_group"]],
            ["__count", "amount:sum", "day_count:sum"],
        )
        [(count, amount, days)] = totals or [(0, 0, 0)]
        if not count:
            return sheet
        by_group = {group: number for group, number, *__ in groups}
        labels = buyers._fields["rfm_group"]._description_selection(self.env)
        window = company.crl_value_days
        return {
            **sheet,
            "facts": [
                *sheet["facts"],
                (self.env._("Have ordered"), count),
                (
                    self.env._("Revenue of %s days", window),
                    self._show_money(amount, company),
                ),
                (self.env._("Purchase days of %s days", window), days or 0),
            ],
            "lists": [
                *sheet["lists"],
                (
                    self.env._("Buying groups"),
                    [(name, by_group[g]) for g, name in labels if by_group.get(g)],
                ),
                (
                    self.env._("Top products"),
                    self._get_top_products(present, company, window),
                ),
            ],
        }

    def _show_money(self, amount, company):
        return formatLang(self.env, amount or 0, currency_obj=company.currency_id)

    def _get_top_products(self, present, company, window):
        """What they bought most of by revenue, without what was refunded since.

        Sums of all their orders, as the figures beside it: whoever sees the sheet need
        not see each order.
        """
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT l.product_id,
                          SUM(l.price_subtotal
                              / COALESCE(NULLIF(o.currency_rate, 0), 1))
                     FROM sale_order o
                     JOIN sale_order_line l ON l.order_id = o.id
                     JOIN res_partner p ON p.id = o.partner_id
                    WHERE p.commercial_partner_id IN %(present)s
                      AND o.company_id = %(company)s AND o.state = 'sale'
                      AND o.date_order BETWEEN %(since)s AND %(latest)s
                      AND l.product_id IS NOT NULL
                      AND l.is_downpayment IS NOT TRUE
                 GROUP BY l.product_id HAVING SUM(l.price_subtotal) > 0
                 ORDER BY 2 DESC, 1 LIMIT %(most)s""",
                present=present,
                company=company.id,
                since=company._crl_today() - timedelta(days=window),
                latest=self.env["crl.purchase"]._get_latest_moment(),
                most=MOST,
            )
        )
        # sudo: names of products, beside the sums
        products = self.env["product.product"].sudo().browse(row[0] for row in rows)
        return [
            (product.display_name, self._show_money(amount, company))
            for product, (__, amount) in zip(products, rows, strict=True)
        ]
