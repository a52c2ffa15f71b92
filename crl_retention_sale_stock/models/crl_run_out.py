from odoo import api, models
from odoo.tools import SQL


class CrlRunOut(models.Model):
    """Products last from the day they arrived, and what came back is used by nobody."""

    _inherit = "crl.run.out"

    @api.model
    def _get_arrival_sql(self):
        return SQL("COALESCE(o.effective_date, o.date_order)")

    @api.model
    def _get_quantity_sql(self):
        # nothing has arrived yet: what was ordered will
        return SQL(
            """CASE WHEN l.qty_delivered_method = 'stock_move'
                     AND l.arrival <> l.date_order
                    THEN l.qty_delivered ELSE %s END""",
            super()._get_quantity_sql(),
        )
