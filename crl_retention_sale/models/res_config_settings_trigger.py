from odoo import api, fields, models
from odoo.exceptions import UserError

#: Switches for the procedures that most companies want orders to begin.
SWITCHES = {
    "crl_first_order": ("crl_retention.cadence_new_account", "first_order"),
    "crl_after_purchase": ("crl_retention_sale.cadence_after_purchase", "every_order"),
}


class ResConfigSettings(models.TransientModel):
    """The procedures that orders begin, one switch each."""

    _inherit = "res.config.settings"

    crl_first_order = fields.Boolean("New Customers Enter With Their First Order")
    crl_after_purchase = fields.Boolean("Customers Are Thanked for a Purchase")
    crl_service_phone = fields.Char(
        related="company_id.crl_service_phone", readonly=False
    )
    crl_return_reaction = fields.Selection(
        related="company_id.crl_return_reaction", readonly=False
    )

    @api.model
    def get_values(self):
        values = super().get_values()
        for name, (xml_id, trigger) in SWITCHES.items():
            cadence = self._crl_find_cadence(xml_id)
            values[name] = cadence.active and cadence.order_trigger == trigger
        return values

    def set_values(self):
        before = self.get_values()
        result = super().set_values()
        for name, (xml_id, trigger) in SWITCHES.items():
            if self[name] == before[name]:
                continue
            cadence = self._crl_find_cadence(xml_id)
            if not cadence:
                raise UserError(
                    self.env._(
                        "The procedure that came with the app is gone: choose what "
                        "begins yours on its page, under “Who Gets In”."
                    )
                )
            if self[name]:
                cadence.write({"active": True, "order_trigger": trigger})
            else:
                cadence.order_trigger = False
        return result

    @api.model
    def _crl_find_cadence(self, xml_id):
        found = self.env.ref(xml_id, raise_if_not_found=False)
        return (found or self.env["crl.cadence"]).with_context(active_test=False)
