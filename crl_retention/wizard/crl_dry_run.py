from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

#: The most weeks a dry run looks ahead.
MAX_WEEKS = 53


class CrlDryRun(models.TransientModel):
    """What would happen if customers entered a procedure: who gets in, what each rep
    gets to do in which week, what is left out and why. Nobody is enrolled by it.

    ``crl_dry_run_forecast.py`` finds the contacts, ``crl_dry_run_result.py`` says what
    they come to; what is shown are the lines of this dialog.
    """

    _name = "crl.dry.run"
    _inherit = ["crl.choice"]
    _description = "Dry Run"

    cadence_id = fields.Many2one(
        required=False,
        default=lambda self: self._get_default_cadence(),
        help="Empty: what is planned already, and the customers whom procedures enroll "
        "by themselves.",
    )
    horizon_weeks = fields.Integer(
        "Look Ahead (weeks)", required=True, default=13, help="From the start on."
    )
    calls = fields.Integer(
        default=25, help="Calls a day of a rep for whom no daily limit is set."
    )
    visits = fields.Integer(
        default=6, help="Visits a day of a rep for whom no daily limit is set."
    )
    letters = fields.Integer(
        default=15, help="Letters a day of a rep for whom no daily limit is set."
    )

    # what came of it
    is_done = fields.Boolean("Done")
    is_broken = fields.Boolean(
        "Too Much for Somebody", help="Somebody has more to do than they can."
    )
    break_text = fields.Text("What Breaks")
    levelling_text = fields.Text("What Levelling Does")
    spread_text = fields.Text("What Spreading Does")
    assumption_text = fields.Text("What Is Assumed")
    accepted_count = fields.Integer("Get In")
    refused_count = fields.Integer("Stay Out")
    line_ids = fields.One2many("crl.dry.run.line", "run_id")
    reason_ids = fields.One2many("crl.dry.run.reason", "run_id")
    out_ids = fields.One2many(
        "crl.dry.run.reason", "run_id", domain=[("kind", "=", "out")]
    )
    skip_ids = fields.One2many(
        "crl.dry.run.reason", "run_id", domain=[("kind", "!=", "out")]
    )
    load_html = fields.Html("Weeks", compute="_compute_html", sanitize_attributes=False)
    levelled_html = fields.Html(
        "Weeks After Levelling", compute="_compute_html", sanitize_attributes=False
    )

    @api.constrains("horizon_weeks", "calls", "visits", "letters")
    def _check_numbers(self):
        for run in self:
            if not 1 <= run.horizon_weeks <= MAX_WEEKS:
                raise ValidationError(
                    self.env._("Look 1 to %s weeks ahead.", MAX_WEEKS)
                )
            if min(run.calls, run.visits, run.letters) < 1:
                raise ValidationError(
                    self.env._("A rep does at least one call, visit and letter a day.")
                )

    @api.model
    def _get_default_cadence(self):
        """Whoever chose customers chooses a procedure for them too."""
        if self.env.context.get("active_model") not in (
            "res.partner",
            "crl.relationship",
        ):
            return self.env["crl.cadence"]
        return self.env["crl.cadence"].search([], limit=1)

    @api.depends("line_ids")
    @api.depends_context("lang")
    def _compute_html(self):
        for run in self:
            run.load_html = run._render_grid("load")
            run.levelled_html = run._render_grid("levelled")

    # ---- Actions ----

    def action_run(self):
        """Work it out, and show it in the dialog."""
        self.env["crl.actor"]._check_one(self)
        if self.partner_ids and not self.cadence_id:
            raise UserError(
                self.env._("Choose the procedure the customers would enter.")
            )
        self._run()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_open_lines(self):
        """The weeks as a table or a chart of Odoo's own."""
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_dry_run_line_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action

    def action_enroll(self):
        """Go on to the dialog that enrolls, with the same choices."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enroll Customers"),
            "res_model": "crl.enroll",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_cadence_id": self.cadence_id.id,
                "default_use_domain": self.use_domain,
                "default_partner_ids": [Command.set(self.partner_ids.ids)],
                "default_date_start": self.date_start,
                "default_spread_weeks": self.spread_weeks,
            },
        }
