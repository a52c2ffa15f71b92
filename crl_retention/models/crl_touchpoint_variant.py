from odoo import api, fields, models

from ..tools import holdout
from .crl_cadence_step_variant import PAIRS
from .crl_touchpoint_consent import TEMPLATES


class CrlTouchpoint(models.Model):
    """Which of two texts a customer gets, where a step has two."""

    _inherit = "crl.touchpoint"

    variant = fields.Selection(
        [("a", "First text"), ("b", "Second text")],
        "Text",
        help="Of a step with two texts: the one that went out.",
    )

    _variant = models.Index("(step_id, variant) WHERE variant IS NOT NULL")

    def _get_template(self, name):
        template = super()._get_template(name)
        second = not self.tried_id and self._get_step()[PAIRS[name]]
        return second if second and self._draw_variant() == "b" else template

    @api.model
    def _get_variant_salt(self):
        uuid = self.env["ir.config_parameter"].get_param("database.uuid", "")
        return f"variant:{uuid}"

    def _draw_variant(self):
        """The text of the customer: always the same for one step, also after a restart
        or a change of the procedure."""
        self.ensure_one()
        step = self._get_step()
        is_second = holdout.is_held_out(
            self._get_variant_salt(),
            step._get_origin().id,
            self.partner_id.id,
            step.variant_share,
        )
        return "b" if is_second else "a"

    def _send(self):
        """Note which text goes out, in the transaction that queues it."""
        for touchpoint in self.filtered(lambda t: t.step_id and not t.tried_id):
            if touchpoint._get_step()[PAIRS[TEMPLATES[touchpoint.medium]]]:
                touchpoint.variant = touchpoint._draw_variant()
        return super()._send()
