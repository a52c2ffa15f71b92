from odoo import api, models


class ResUsers(models.Model):
    """Quotations of a colleague who leaves go on with who looks after the customer.

    Confirmed orders stay with whoever sold them.
    """

    _inherit = "res.users"

    @api.model
    def _crl_get_handed_models(self):
        return [*super()._crl_get_handed_models(), "sale.order"]

    def _crl_hand_over_rest(self, heir):
        quotations = (
            self.env["sale.order"]
            .with_context(tracking_disable=True)
            .search([("user_id", "=", self.id), ("state", "in", ("draft", "sent"))])
        )

        def follow(order):
            salesperson = order.partner_id.commercial_partner_id.user_id
            if salesperson != self and salesperson._crl_can_work(order.company_id):
                return salesperson
            return self._crl_get_heir(heir, order.company_id)

        for owner, group in quotations.grouped(follow).items():
            # without anybody the former salesperson shows whose they were
            if owner:
                group.user_id = owner
        return super()._crl_hand_over_rest(heir)
