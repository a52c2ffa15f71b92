from odoo import Command, api, fields, models
from odoo.exceptions import UserError

#: The most customers the table shows.
MAX_LINES = 200


class CrlEnroll(models.TransientModel):
    """Enrolls a selection of customers, after showing who gets in and who does not.

    The table is for reading: who gets in is found out anew when the user confirms.
    """

    _name = "crl.enroll"
    _inherit = ["crl.choice"]
    _description = "Enroll Customers"

    # for the user who asks, not for everybody as stored fields usually are
    line_ids = fields.One2many(
        "crl.enroll.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    chosen_count = fields.Integer(
        "Chosen", compute="_compute_line_ids", compute_sudo=False, store=True
    )
    accepted_count = fields.Integer(
        "Get In", compute="_compute_line_ids", compute_sudo=False, store=True
    )
    refused_count = fields.Integer(
        "Stay Out", compute="_compute_line_ids", compute_sudo=False, store=True
    )
    hidden_count = fields.Integer(compute="_compute_texts")
    button_label = fields.Char(compute="_compute_texts")

    @api.depends("cadence_id", "partner_ids", "use_domain", "segment_id")
    def _compute_line_ids(self):
        for wizard in self:
            accepted, refused = self.env["res.partner"], {}
            if wizard.cadence_id:
                accepted, refused = wizard._sort_out()
            vals_list = [
                {"partner_id": partner.id, "accepted": False, "reason": reason}
                for partner, reason in refused.items()
            ][:MAX_LINES]
            vals_list += [
                {"partner_id": partner.id, "accepted": True}
                for partner in accepted[: MAX_LINES - len(vals_list)]
            ]
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in vals_list),
            ]
            wizard.chosen_count = len(accepted) + len(refused)
            wizard.accepted_count = len(accepted)
            wizard.refused_count = len(refused)

    @api.depends("accepted_count", "refused_count")
    def _compute_texts(self):
        for wizard in self:
            wizard.hidden_count = max(0, wizard.chosen_count - MAX_LINES)
            wizard.button_label = (
                self.env._("Enroll 1 customer")
                if wizard.accepted_count == 1
                else self.env._("Enroll %s customers", wizard.accepted_count)
            )

    def action_enroll(self):
        """Enroll those who get in, and show their enrollments."""
        self.env["crl.actor"]._check_one(self)
        accepted, refused = self._sort_out()
        if not accepted:
            raise UserError(
                "\n".join([*refused.values()][:10])
                or self.env._("Choose the customers to enroll.")
            )
        ids = []
        for day, customers in self._get_starts(accepted):
            ids += customers.crl_enroll(self.cadence_id.id, day)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrolled"),
            "res_model": "crl.enrollment",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
        }


class CrlEnrollLine(models.TransientModel):
    _name = "crl.enroll.line"
    _description = "Customer to Enroll"
    _order = "accepted, id"

    wizard_id = fields.Many2one("crl.enroll", ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    accepted = fields.Boolean("Gets In")
    reason = fields.Char("Why Not")
