from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from odoo.addons.crl_retention.models.res_partner_timeline import Source


class ResPartner(models.Model):
    """Quotations, orders, invoices and credit notes in the customer's timeline."""

    _inherit = "res.partner"

    def _crl_get_timeline_sources(self):
        people = Domain("partner_id", "in", self._crl_get_people().ids)
        return {
            **super()._crl_get_timeline_sources(),
            "order": Source(
                "sale.order",
                "date_order",
                people,
                "_crl_tell_orders",
                *("order", self.env._("Orders"), "fa-shopping-cart"),
            ),
            "invoice": Source(
                "account.move",
                "invoice_date",
                people
                & Domain("move_type", "in", ("out_invoice", "out_refund"))
                & Domain("state", "=", "posted"),
                "_crl_tell_invoices",
                *("invoice", self.env._("Invoices"), "fa-file-text-o"),
            ),
        }

    @api.model
    def _crl_tell_orders(self, orders):
        states = dict(orders._fields["state"]._description_selection(self.env))
        rows = {}
        for order in orders:
            is_order = order.state == "sale"
            title = (
                self.env._("Order %s", order.name)
                if is_order
                else self.env._("Quotation %s", order.name)
            )
            rows[order.id] = {
                "title": title,
                "text": self._crl_tell_amount(order, order._crl_get_goods()),
                "who": order.user_id.name or "",
                "state": "" if is_order else states[order.state],
            }
        return rows

    @api.model
    def _crl_tell_invoices(self, moves):
        states = dict(moves._fields["payment_state"]._description_selection(self.env))
        rows = {}
        for move in moves:
            is_refund = move.move_type == "out_refund"
            rows[move.id] = {
                "icon": "fa-undo" if is_refund else "fa-file-text-o",
                "title": self.env._("Credit note %s", move.name)
                if is_refund
                else self.env._("Invoice %s", move.name),
                "text": self._crl_tell_amount(move, move.invoice_origin),
                "who": move.invoice_user_id.name or "",
                "state": states.get(move.payment_state, ""),
            }
        return rows

    @api.model
    def _crl_tell_amount(self, document, words):
        amount = formatLang(
            self.env, document.amount_total, currency_obj=document.currency_id
        )
        return f"{amount} · {words}" if words else amount

    def _crl_get_last_order(self, companies):
        """The last confirmed order of the customer or one of its people.

        :param companies: whose orders
        """
        self.ensure_one()
        return self.env["sale.order"].search(
            [
                ("partner_id", "in", self._crl_get_people().ids),
                ("state", "=", "sale"),
                ("company_id", "in", companies.ids),
            ],
            order="date_order DESC, id DESC",
            limit=1,
        )
