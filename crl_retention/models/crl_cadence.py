from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrlCadence(models.Model):
    """A written procedure: ordered steps under stages."""

    _name = "crl.cadence"
    _description = "Retention Procedure"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Html(translate=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    is_main = fields.Boolean(
        "Drives the Retention Stage",
        default=True,
        help="A customer goes through one such procedure at a time; it says in which "
        "stage the customer stands.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Days",
        help="Calendar whose days off the steps avoid. Empty: the company's.",
    )
    step_ids = fields.One2many(
        "crl.cadence.step",
        "cadence_id",
        "Steps",
        domain=[("version_id", "=", False)],
        copy=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False)

    # who gets in
    auto_enroll = fields.Boolean(
        "Enroll Automatically",
        tracking=True,
        help="Customers who match the filter below are enrolled by themselves.",
    )
    enroll_domain = fields.Char("Customers to Enroll", default="[]")
    auto_enroll_from = fields.Datetime(
        "Customers Created Since",
        help="Customers who were there before are left alone; enroll them by hand.",
    )
    reenroll = fields.Selection(
        [
            ("never", "Once"),
            ("if_not_running", "Again, when not running"),
        ],
        "A Customer Can Enter",
        default="if_not_running",
        required=True,
    )
    holdout_percent = fields.Float(
        "Hold-out (%)",
        help="Share of the customers the procedure leaves alone, to learn whether it "
        "works. Unhappy customers among them are looked after all the same.",
    )

    # who goes out, and where to
    exit_domain = fields.Char(
        "Customers Leave When",
        default="[]",
        help="Customers who match leave the procedure before their next contact. "
        "Archived customers always leave.",
    )
    final_stage_id = fields.Many2one(
        "crl.stage", "Stage After the Last Step", ondelete="restrict"
    )
    next_cadence_id = fields.Many2one(
        "crl.cadence", "Followed By", ondelete="restrict", copy=False
    )
    restart_cadence_id = fields.Many2one(
        "crl.cadence",
        "After Recovery, Back To",
        ondelete="restrict",
        help="The procedure an unhappy customer goes through again. "
        "Empty: this one, from its first stage.",
    )
    max_restarts = fields.Integer(
        default=2,
        help="After so many restarts the retention manager decides what comes next.",
    )
    restart_policy = fields.Selection(
        [
            ("after_recovery", "When the customer was visited and is content"),
            ("at_once", "At once"),
        ],
        "Back to the Beginning",
        default="after_recovery",
        required=True,
    )

    enrollment_ids = fields.One2many("crl.enrollment", "cadence_id", "Enrollments")
    running_count = fields.Integer("Running", compute="_compute_running_count")
    older_count = fields.Integer("On Older Versions", compute="_compute_running_count")
    version_text = fields.Char(
        "What a Change Means", compute="_compute_running_count", exportable=False
    )

    _holdout_share = models.Constraint(
        "CHECK(holdout_percent >= 0 AND holdout_percent <= 100)",
        "The hold-out must be between 0 and 100 %.",
    )
    _max_restarts_positive = models.Constraint(
        "CHECK(max_restarts >= 0)", "The number of restarts cannot be negative."
    )

    def _compute_running_count(self):
        counts = self._count_running()
        for cadence in self:
            own = {n: count for (c, n), count in counts.items() if c == cadence}
            cadence.running_count = sum(own.values())
            cadence.older_count = cadence.running_count - own.get(cadence.version, 0)
            cadence.version_text = cadence._get_version_text(own)

    def _get_version_text(self, counts):
        """Who goes on with which version, in words.

        :param counts: ``{version: customers}``
        """
        self.ensure_one()
        if self.version == 1 and counts.get(1):
            return (
                self.env._("%s customers are on their way.", counts[1])
                if counts[1] > 1
                else self.env._("1 customer is on the way.")
            )
        return " ".join(
            self.env._(
                "%(count)s customers go on with version %(version)s.",
                count=count,
                version=version,
            )
            if count > 1
            else self.env._("1 customer goes on with version %s.", version)
            for version, count in sorted(counts.items())
            if count
        )

    @api.constrains("enroll_domain", "exit_domain")
    def _check_domains(self):
        for cadence in self:
            for name in ("enroll_domain", "exit_domain"):
                domain = cadence._parse_domain(name)
                self.env["res.partner"]._crl_try_domain(domain, cadence.name)

    @api.constrains("next_cadence_id")
    def _check_next_cadence(self):
        if self._has_cycle("next_cadence_id"):
            raise ValidationError(
                self.env._("A procedure cannot be followed by itself.")
            )

    def write(self, vals):
        if vals.get("auto_enroll") and not vals.get("auto_enroll_from"):
            vals = dict(vals, auto_enroll_from=fields.Datetime.now())
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("auto_enroll"):
                vals.setdefault("auto_enroll_from", fields.Datetime.now())
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_enrolled(self):
        # every customer counts, also those the user does not see
        everybody = self.env["crl.enrollment"].sudo()
        if everybody.search_count([("cadence_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Customers went through this procedure: archive it instead.")
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for cadence, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", self.env._("%s (copy)", cadence.name))
            vals["auto_enroll"] = False
        return vals_list

    # ---- What the engine asks ----

    def _parse_domain(self, field_name):
        """The domain on customers written in a field.

        :raises ValidationError: when it cannot be read
        """
        self.ensure_one()
        label = self.env._(
            "%(field)s of “%(cadence)s”",
            field=self._fields[field_name].string,
            cadence=self.name,
        )
        return self.env["res.partner"]._crl_parse_domain(self[field_name], label)

    def _get_steps(self, cycle, version=None):
        """The steps of a cycle, in the order of the procedure.

        :param version: a former version; empty: as it is now
        """
        self.ensure_one()
        steps = version.step_ids if version else self.step_ids
        return steps.filtered(lambda step: step._is_in_cycle(cycle)).sorted(
            lambda step: step._get_rank()
        )

    def _get_stages(self, version=None):
        """The stages of the procedure in their order, and the months of each.

        :param version: a former version; empty: as it is now
        :returns: ``(stages, [months])``
        """
        self.ensure_one()
        steps = version.step_ids if version else self.step_ids
        months = {
            step.stage_id: step.stage_months
            for step in steps.sorted(lambda s: (s.stage_sequence, s.stage_id.id))
        }
        return self.env["crl.stage"].union(*months), [*months.values()]

    # ---- Actions ----

    def action_open_enrollments(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_enrollment_action"
        )
        action["domain"] = [("cadence_id", "=", self.id)]
        action["context"] = {"default_cadence_id": self.id}
        return action

    def action_move(self):
        """Open the wizard that moves customers to the present version."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move to Version %s", self.version),
            "res_model": "crl.cadence.move",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cadence_id": self.id},
        }

    def action_preview(self):
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "crl.cadence.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cadence_id": self.id},
        }

    def action_dry_run(self):
        """Open the dry run on the customers of the filter."""
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_dry_run_action"
        )
        action["context"] = {
            "default_cadence_id": self.id,
            "default_use_domain": True,
            "dialog_size": "extra-large",
        }
        return action

    def action_enroll_matching(self):
        """Open the enrollment wizard on the customers of the filter."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enroll Customers"),
            "res_model": "crl.enroll",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cadence_id": self.id, "default_use_domain": True},
        }
