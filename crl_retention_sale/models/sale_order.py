from odoo import api, models

#: What of a confirmed order counts in what the customer bought.
COUNTED = {
    "company_id",
    "currency_id",
    "currency_rate",
    "date_order",
    "order_line",
    "partner_id",
    "pricelist_id",
    "team_id",
    "user_id",
}


class SaleOrder(models.Model):
    """Orders leave an event when they are confirmed, cancelled or changed."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        noted = self.with_context(crl_order_is_noted=True)
        orders = super(SaleOrder, noted).create(vals_list).with_env(self.env)
        orders.filtered(lambda order: order.state == "sale")._crl_note("confirmed")
        return orders

    def write(self, vals):
        if "state" not in vals and not COUNTED & vals.keys():
            return super().write(vals)
        sold = self.filtered(lambda order: order.state == "sale")
        if {"partner_id", "company_id"} & vals.keys():
            # those who are left have bought less
            sold._crl_note("changed")
        noted = self.with_context(crl_order_is_noted=True)
        result = super(SaleOrder, noted).write(vals)
        still = sold.filtered(lambda order: order.state == "sale")
        (sold - still)._crl_note("cancelled")
        if COUNTED & vals.keys():
            still._crl_note("changed")
        (self - sold).filtered(lambda o: o.state == "sale")._crl_note("confirmed")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_what_began(self):
        """What an order began ends with it: when the engine looks, there is no order
        any more that could say so."""
        # sudo: part of the deletion, whoever may do that
        begun = self.env["crl.enrollment"].sudo()
        begun.search(
            [("order_id", "in", self.ids), ("is_live", "=", True)]
        )._lose_order()

    def _crl_note(self, kind):
        """Leave an event of orders: what follows is done by the engine."""
        if not self:
            return
        # sudo: whoever confirms an order, even a customer, sees no rows of the engine
        self.env["crl.order.event"].sudo()._note(self, kind)
