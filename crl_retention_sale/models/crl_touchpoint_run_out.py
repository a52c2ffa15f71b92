from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_list

from odoo.addons.crl_retention.models.crl_touchpoint_rules import Decision

#: Products a short text names; of more it says how many.
MAX_NAMES = 3


class CrlTouchpoint(models.Model):
    """A contact about what runs out: asked again at the last moment, and its words."""

    _inherit = "crl.touchpoint"

    run_out_ids = fields.Many2many(
        "crl.run.out",
        compute="_compute_run_out",
        compute_sudo=True,
        string="Running Out",
    )
    run_out_names = fields.Char(
        "What Runs Out",
        compute="_compute_run_out",
        compute_sudo=True,
        help="The first three products, in the language of the text.",
    )

    @api.depends("enrollment_id.run_out_ids", "partner_id", "step_id")
    @api.depends_context("lang")
    def _compute_run_out(self):
        tried = self._get_tried_run_outs()
        for touchpoint in self:
            rows = touchpoint.enrollment_id._get_needed() | tried.get(
                touchpoint, touchpoint.run_out_ids.browse()
            )
            touchpoint.run_out_ids = rows
            touchpoint.run_out_names = touchpoint._get_names(rows.product_id)

    def _get_tried_run_outs(self):
        """What contacts that are only tried out, without an enrollment, would be about:
        ``{contact: what runs out first, and together with it}``."""
        tried = self.filtered(
            lambda t: (
                not t.enrollment_id and t.step_id.cadence_id.order_trigger == "run_out"
            )
        )
        if not tried:
            return {}
        rows = self.env["crl.run.out"].search(
            [("partner_id", "in", tried.partner_id.ids), ("date_run_out", "!=", False)]
        )
        rows = rows.filtered(lambda row: not row._is_asked())
        found = {}
        for touchpoint in tried:
            own = rows.filtered(
                lambda row, t=touchpoint: (
                    (row.partner_id, row.company_id) == (t.partner_id, t.company_id)
                )
            )
            __, more_days = touchpoint.step_id.cadence_id._get_run_out_days()
            days = timedelta(days=more_days)
            found[touchpoint] = own.filtered(
                lambda row, own=own, days=days: (
                    row.date_run_out <= own[0].date_run_out + days
                )
            )
        return found

    @api.model
    def _get_names(self, products):
        """Names of products in a text; of many it says how many more there are."""
        names = products._crl_get_names()
        more = len(names) - MAX_NAMES
        if more > 1:
            names = [*names[:MAX_NAMES], self.env._("%s more", more)]
        return format_list(self.env, names)

    def _get_rules(self):
        rules = super()._get_rules()
        rules.insert(rules.index("_rule_exit") + 1, "_rule_run_out")
        return rules

    def _rule_run_out(self):
        """Nobody is asked about what they have ordered again, be it a moment ago."""
        asking = self.filtered(
            lambda t: t.cadence_id.order_trigger == "run_out" and not t.case_id
        )
        if not asking:
            return {}
        self.env["crl.run.out"]._refresh(asking.partner_id)
        return {
            touchpoint.id: Decision("exit", "run_out", enrollment._get_supplied_text())
            for enrollment, touchpoints in asking.grouped("enrollment_id").items()
            if not enrollment._get_needed()
            for touchpoint in touchpoints
        }

    def _get_briefing(self, last_words):
        """What runs out, and since when the customer has it, before all else."""
        briefing = super()._get_briefing(last_words)
        if not self.run_out_ids:
            return briefing
        lines = Markup().join(
            Markup("<li>%s</li>") % row._get_sentence() for row in self.run_out_ids
        )
        return Markup("<ul>%s</ul>%s") % (lines, briefing)
