from odoo import api, fields, models
from odoo.exceptions import UserError


class CrlEnroll(models.TransientModel):
    """Enrolls a selection of customers, after showing who gets in and who does not."""

    _name = "crl.enroll"
    _description = "Enroll Customers"

    cadence_id = fields.Many2one(
        "crl.cadence",
        "Procedure",
        required=True,
        default=lambda self: self.env["crl.cadence"].search([], limit=1),
    )
    partner_ids = fields.Many2many("res.partner", string="Customers")
    use_domain = fields.Boolean(
        help="Take the customers the procedure's own filter finds."
    )
    date_start = fields.Date(
        "Start", required=True, default=lambda self: self.env.company._crl_today()
    )
    line_ids = fields.One2many(
        "crl.enroll.line", "wizard_id", compute="_compute_line_ids", store=True
    )
    accepted_count = fields.Integer("Get In", compute="_compute_counts")
    refused_count = fields.Integer("Stay Out", compute="_compute_counts")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("active_model") == "res.partner" and "partner_ids" not in values:
            values["partner_ids"] = [fields.Command.set(context.get("active_ids", []))]
        if context.get("active_model") == "crl.relationship":
            relationships = self.env["crl.relationship"].browse(
                context.get("active_ids", [])
            )
            values["partner_ids"] = [fields.Command.set(relationships.partner_id.ids)]
        return values

    def _get_partners(self):
        self.ensure_one()
        if not self.use_domain:
            return self.partner_ids
        return self.env["res.partner"].search(
            self.cadence_id._parse_domain("enroll_domain")
            & fields.Domain(
                ["|", ("is_company", "=", True), ("parent_id", "=", False)]
            )
            & fields.Domain("partner_share", "=", True),
            limit=5000,
        )

    @api.depends("cadence_id", "partner_ids", "use_domain")
    def _compute_line_ids(self):
        for wizard in self:
            lines = [fields.Command.clear()]
            if wizard.cadence_id:
                accepted, refused = self.env["crl.enrollment"]._sort_out(
                    wizard._get_partners()._origin, wizard.cadence_id._origin
                )
                lines += [
                    fields.Command.create({"partner_id": partner.id, "reason": reason})
                    for partner, reason in refused.items()
                ]
                lines += [
                    fields.Command.create({"partner_id": partner.id, "accepted": True})
                    for partner in accepted
                ]
            wizard.line_ids = lines

    @api.depends("line_ids.accepted")
    def _compute_counts(self):
        for wizard in self:
            accepted = wizard.line_ids.filtered("accepted")
            wizard.accepted_count = len(accepted)
            wizard.refused_count = len(wizard.line_ids - accepted)

    def action_enroll(self):
        """Enroll those who get in, and show their enrollments."""
        self.ensure_one()
        partners = self.line_ids.filtered("accepted").partner_id
        if not partners:
            raise UserError(self.env._("None of these customers can be enrolled."))
        ids = partners.crl_enroll(self.cadence_id.id, self.date_start)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_enrollment_action"
        )
        action["domain"] = [("id", "in", ids)]
        return action


class CrlEnrollLine(models.TransientModel):
    _name = "crl.enroll.line"
    _description = "Customer to Enroll"
    _order = "accepted, id"

    wizard_id = fields.Many2one("crl.enroll", ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    accepted = fields.Boolean("Gets In")
    reason = fields.Char("Why Not")
