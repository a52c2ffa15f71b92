from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Purchases are those of the customer somebody belongs to, whoever that is."""

    _inherit = "res.partner"

    def write(self, vals):
        if not {"parent_id", "is_company", "country_id"} & vals.keys():
            return super().write(vals)
        former = self.commercial_partner_id
        result = super().write(vals)
        # the engine's rows follow whoever may change the customer
        (former | self.commercial_partner_id).sudo()._crl_note_purchases(former)
        return result

    def _crl_note_purchases(self, buyers=None):
        """Let purchases of customers be counted anew, where some of them have any.

        :param buyers: who may have purchases; any of them without
        """
        Purchase = self.env["crl.purchase"]
        bought = Purchase.search_fetch(
            [("partner_id", "in", (buyers or self).ids)], ["company_id"], limit=1
        )
        if bought:
            self.env["crl.order.event"]._note_for(
                "changed", [(None, customer, bought.company_id) for customer in self]
            )

    # ---- Several become one ----

    def _crl_join(self, sources):
        result = super()._crl_join(sources)
        # days of all that are one now: counted anew, as they are each the only one
        self.env.execute_query(
            SQL(
                "DELETE FROM crl_purchase WHERE partner_id = ANY(%s) RETURNING id",
                sources.ids,
            )
        )
        self.env["crl.purchase"].invalidate_model(flush=False)
        return result

    def _crl_settle(self):
        result = super()._crl_settle()
        customers = self.commercial_partner_id
        self.env["crl.purchase"]._recount(customers | self)
        # and once more when nobody else is at it
        customers._crl_note_purchases()
        return result

    # ---- What a customer may ask for ----

    def _crl_get_dealing(self):
        purchases = self.env["crl.purchase"]._read_group(
            [("partner_id", "in", self.ids)], ["company_id"]
        )
        return super()._crl_get_dealing().union(*(company for (company,) in purchases))

    @api.model
    def _crl_get_exported(self):
        return {
            **super()._crl_get_exported(),
            "crl.purchase": ["company_id", "date", "order_count", "amount", "user_id"],
        }
