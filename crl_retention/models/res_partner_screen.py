from odoo import api, fields, models

from .res_partner import FACT, INSIDERS


class ResPartner(models.Model):
    """What the customer's own page shows of the retention procedure."""

    _inherit = "res.partner"

    crl_cadence_id = fields.Many2one(
        related="crl_relationship_id.enrollment_id.cadence_id",
        string="Procedure",
        **FACT,
    )
    crl_side_cadences = fields.Char(
        "Also Goes Through", compute="_compute_crl_side_cadences", groups=INSIDERS
    )
    crl_last_words = fields.Text(
        "Last Words", compute="_compute_crl_last_words", groups=INSIDERS
    )

    @api.depends_context("lang", "uid")
    @api.depends("crl_enrollment_ids.state")
    def _compute_crl_side_cadences(self):
        """Procedures beside the main one: playbooks, those of an order or a segment."""
        for partner in self:
            live = partner.crl_enrollment_ids.filtered("is_live").cadence_id
            side = live.filtered(lambda cadence: not cadence.is_main)
            partner.crl_side_cadences = ", ".join(side.mapped("name"))

    def _compute_crl_last_words(self):
        touchpoints = self.env["crl.touchpoint"].search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        words = touchpoints._get_last_words()
        for partner in self:
            partner.crl_last_words = words.get(partner.commercial_partner_id.id)

    def _crl_open(self):
        """What opens the customer, for lists of something else."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_crl_cases(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_case_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.commercial_partner_id.id}
        return action

    def action_crl_open_enrollment(self):
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "crl.enrollment",
            "res_id": self.crl_enrollment_id.id,
            "view_mode": "form",
        }
