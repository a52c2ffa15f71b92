from odoo import models
from odoo.tools import SQL


class CrlTouchpoint(models.Model):
    """An order ends a procedure, or lets it rest, when the procedure says so."""

    _inherit = "crl.touchpoint"

    def _get_exit_events(self):
        return {
            **super()._get_exit_events(),
            "on_order": ["_find_orders", self.env._("The customer ordered.")],
        }

    def _find_orders(self, since):
        """Confirmed orders of the customers, at the companies that look after them."""
        return self._find_last(
            SQL(
                """SELECT p.commercial_partner_id, MAX(o.date_order)
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
                    WHERE o.state = 'sale' AND o.date_order BETWEEN %s AND %s
                      AND o.company_id IN %s AND p.commercial_partner_id IN %s
                 GROUP BY p.commercial_partner_id""",
                since,
                self.env["crl.purchase"]._get_latest_moment(),
                tuple(self.company_id.ids),
                tuple(self.partner_id.ids),
            )
        )
