from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class CrlScreen(models.AbstractModel):
    """The last order, on the card of a customer."""

    _inherit = "crl.screen"

    @api.model
    def _get_card_facts(self, customer):
        order = customer._crl_get_last_order(self.env.companies)
        if not order:
            return super()._get_card_facts(customer)
        may_open = order.with_env(self.env).has_access("read")
        # number and day are for everybody who answers
        day = fields.Datetime.context_timestamp(self, order.date_order)
        told = [order.name, format_date(self.env, day)]
        if may_open or self._sees_relationship(customer):
            told += [
                formatLang(
                    self.env, order.amount_total, currency_obj=order.currency_id
                ),
                order._crl_get_goods(),
            ]
        return [
            *super()._get_card_facts(customer),
            {
                "label": self.env._("Last order"),
                "text": " · ".join(filter(None, told)),
                "model": order._name if may_open else "",
                "id": order.id if may_open else False,
            },
        ]

    @api.model
    def _sees_relationship(self, customer):
        """Whether the user sees how the customer stands, and so what they are worth."""
        relationships = self.env["crl.relationship"]
        return relationships.has_access("read") and bool(
            relationships.search_count([("partner_id", "=", customer.id)], limit=1)
        )
