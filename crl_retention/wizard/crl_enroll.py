from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

#: The most customers one go takes, and the most the table shows of them.
MAX_CUSTOMERS = 5000
MAX_LINES = 200


class CrlEnroll(models.TransientModel):
    """Enrolls a selection of customers, after showing who gets in and who does not.

    The table is for reading: who gets in is found out anew when the user confirms.
    """

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
        "By the Procedure's Filter",
        help="Take the customers the procedure's own filter finds.",
    )
    date_start = fields.Date(
        "Start", required=True, default=lambda self: self.env.company._crl_today()
    )
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

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if "partner_ids" not in fields_list or "partner_ids" in values:
            return values
        if context.get("active_model") == "res.partner":
            values["partner_ids"] = [Command.set(context.get("active_ids", []))]
        if context.get("active_model") == "crl.relationship":
            relationships = self.env["crl.relationship"].browse(
                context.get("active_ids", [])
            )
            values["partner_ids"] = [Command.set(relationships.partner_id.ids)]
        return values

    def _get_partners(self):
        self.ensure_one()
        if not self.use_domain:
            return self.partner_ids._origin
        return self.env["res.partner"].search(
            self.cadence_id._parse_domain("enroll_domain")
            & fields.Domain(["|", ("is_company", "=", True), ("parent_id", "=", False)])
            & fields.Domain("partner_share", "=", True),
            limit=MAX_CUSTOMERS,
            order="id",
        )

    def _sort_out(self):
        """Who gets in, and who does not and why, for this user.

        :returns: ``(commercial partners, {commercial partner: sentence})``
        """
        self.ensure_one()
        accepted, refused = self.env["crl.enrollment"]._sort_out(
            self._get_partners(), self.cadence_id._origin
        )
        for customers in accepted.grouped("user_id").values():
            try:
                customers._crl_check_mine()
            except AccessError as error:
                refused.update(dict.fromkeys(customers, str(error)))
                accepted -= customers
        return accepted, refused

    @api.depends("cadence_id", "partner_ids", "use_domain")
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
        self.ensure_one()
        accepted, refused = self._sort_out()
        if not accepted:
            raise UserError(
                "\n".join([*refused.values()][:10])
                or self.env._("Choose the customers to enroll.")
            )
        ids = accepted.crl_enroll(self.cadence_id.id, self.date_start)
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
