from odoo import api, fields, models

from ..tools import schedule


class CrlCadencePreview(models.TransientModel):
    """Shows on which days the contacts of a procedure would fall; writes nothing."""

    _name = "crl.cadence.preview"
    _description = "Preview of a Procedure"

    cadence_id = fields.Many2one("crl.cadence", "Procedure", required=True)
    partner_id = fields.Many2one("res.partner", "Customer")
    date_start = fields.Date(
        "Start", required=True, default=lambda self: self.env.company._crl_today()
    )
    is_restart = fields.Boolean(
        "After a Restart", help="The days of a customer who begins anew."
    )
    line_ids = fields.One2many(
        "crl.cadence.preview.line",
        "preview_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )

    @api.depends("cadence_id", "partner_id", "date_start", "is_restart")
    def _compute_line_ids(self):
        for preview in self:
            lines = [fields.Command.clear()]
            if preview.cadence_id and preview.date_start:
                lines += [fields.Command.create(vals) for vals in preview._get_lines()]
            preview.line_ids = lines

    def _get_lines(self):
        """Values of a line for each contact, in order."""
        self.ensure_one()
        # an enrollment that is never saved answers as a real one would
        cadence = self.cadence_id._origin
        partner = self.partner_id._origin
        partner.check_access("read")
        company = partner.company_id or cadence.company_id or self.env.company
        enrollment = self.env["crl.enrollment"].new(
            {
                "partner_id": partner.id,
                "cadence_id": cadence.id,
                "company_id": company.id,
                "user_id": partner.user_id.id,
                "date_start": self.date_start,
                "date_cycle": self.date_start,
                "cycle": 2 if self.is_restart else 1,
                "state": "running",
            }
        )
        steps = cadence._get_steps(enrollment.cycle)
        placements = enrollment._place(
            steps, company._crl_working_days(cadence.calendar_id), {}
        )
        lines = []
        for step, placement in zip(steps, placements, strict=True):
            owner = step._get_owner(enrollment) if partner else self.env["res.users"]
            lines.append(
                {
                    "step_id": step.id,
                    "day": placement.day,
                    "hour": step.hour_from,
                    "user_id": owner.id if step._is_human() else False,
                    "reason": self._explain(step, placement, partner, enrollment),
                }
            )
        return lines

    def _explain(self, step, placement, partner, enrollment):
        """Why the contact falls on its day, as sentences."""
        day = self.env["ir.qweb.field.date"].value_to_html
        texts = {
            "pause": self.env._("%(before)s moves to %(after)s: pause."),
            "gap": self.env._(
                "%(before)s moves to %(after)s: days to keep after the step before."
            ),
            "roll": self.env._("%(before)s is a day off: moves to %(after)s."),
            "fixed": self.env._("%(before)s was moved by hand to %(after)s."),
        }
        sentences = [step._get_delay_text() + "."]
        for reason in placement.reasons:
            sentences.append(
                texts[reason.code]
                % {"before": day(reason.before, {}), "after": day(reason.after, {})}
            )
        if partner and not partner.filtered_domain(step._parse_condition()):
            sentences.append(
                self.env._("Skipped: the customer does not match its condition.")
            )
        today = enrollment.company_id._crl_today()
        catch_up = enrollment.company_id.crl_catch_up_days
        if placement.day < schedule.add_delay(today, -catch_up, "days"):
            sentences.append(self.env._("Skipped: the day is past."))
        return " ".join(sentences)


class CrlCadencePreviewLine(models.TransientModel):
    _name = "crl.cadence.preview.line"
    _description = "Previewed Contact"

    preview_id = fields.Many2one("crl.cadence.preview", ondelete="cascade", index=True)
    step_id = fields.Many2one("crl.cadence.step", "Contact", ondelete="cascade")
    stage_id = fields.Many2one(related="step_id.stage_id")
    channel = fields.Selection(related="step_id.channel")
    day = fields.Date()
    hour = fields.Float("From")
    user_id = fields.Many2one("res.users", "Done By", ondelete="cascade")
    reason = fields.Char("Why This Day")
