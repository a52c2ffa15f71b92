from odoo import fields, models
from odoo.tools import SQL

#: A revenue of so many times the one before is as good as any more.
MOST_PERCENT = 1000


class CrlIndicator(models.Model):
    """What the purchases of customers say of the relationship.

    Who never bought has no values: they count neither for nor against.
    """

    _inherit = "crl.indicator"

    remedy = fields.Selection(
        selection_add=[("win_back", "Start win-back")],
        ondelete={"win_back": "set default"},
    )

    def _get_buyers_sql(self, within, raw, condition):
        """The mean of a measure over the companies a customer buys from."""
        return SQL(
            """SELECT b.partner_id, AVG(%s) AS raw FROM crl_buyer b
                WHERE %s AND %s AND %s GROUP BY b.partner_id""",
            raw,
            within(SQL("b.partner_id")),
            self._get_scope_sql("b"),
            condition,
        )

    def _crl_indicator_revenue(self, within):
        """Revenue within the window, in per cent of the one in the window before."""
        return self._get_buyers_sql(
            within,
            SQL("LEAST(100 * b.amount / b.amount_before, %s)", MOST_PERCENT),
            SQL("b.amount_before > 0"),
        )

    def _crl_indicator_margin(self, within):
        """Margin to date in per cent of the revenue, where it is known."""
        return self._get_buyers_sql(
            within,
            SQL("100 * b.margin_total / b.amount_total"),
            SQL("b.margin_total <> 0 AND b.amount_total > 0"),
        )
