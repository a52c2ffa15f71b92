from odoo import models
from odoo.exceptions import UserError


class CrlActor(models.AbstractModel):
    """A win-back or more business, from wherever one sees that it is due."""

    _inherit = "crl.actor"

    def action_new_opportunity(self):
        """Open a new opportunity with the customer, filled in."""
        self._check_one(self)
        if "partner_id" not in self._fields:
            raise UserError(self.env._("Choose the customers."))
        return self.partner_id._crl_new_opportunity()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _crl_new_opportunity(self, **values):
        """Odoo's form of a new opportunity with the customer.

        :param values: what else is filled in
        """
        self.ensure_one()
        values = {
            "name": self.env._("%s: back to us", self.display_name),
            "type": "opportunity",
            "partner_id": self.id,
            "user_id": self.user_id.id or self.env.uid,
            **values,
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Opportunity"),
            "res_model": "crm.lead",
            "view_mode": "form",
            "views": [(self.env.ref("crm.crm_lead_view_form").id, "form")],
            "context": {f"default_{name}": value for name, value in values.items()},
        }
