from odoo import fields, models

from ..models.crl_cadence_step import CHANNELS


class CrlDryRunLine(models.TransientModel):
    """What one rep gets to do of one channel in one week; messages are nobody's."""

    _name = "crl.dry.run.line"
    _description = "Week of a Dry Run"
    _order = "date_week, user_id, channel"

    run_id = fields.Many2one("crl.dry.run", ondelete="cascade", index=True)
    date_week = fields.Date("Week", help="Its Monday.")
    company_id = fields.Many2one("res.company", ondelete="cascade")
    user_id = fields.Many2one("res.users", "Rep", ondelete="cascade")
    channel = fields.Selection(CHANNELS)
    planned = fields.Integer("Planned Already")
    added = fields.Integer("New")
    load = fields.Integer("To Do", help="Planned already, and new.")
    capacity = fields.Integer("Can Do", help="On the days the rep works in that week.")
    excess = fields.Integer("Too Much")
    levelled = fields.Integer(
        "After Levelling", help="When contacts wait as long as their steps allow."
    )


class CrlDryRunReason(models.TransientModel):
    """A reason why customers stay out, or contacts are left out or wait."""

    _name = "crl.dry.run.reason"
    _description = "Reason of a Dry Run"
    _order = "kind, count desc, id"

    run_id = fields.Many2one("crl.dry.run", ondelete="cascade", index=True)
    kind = fields.Selection(
        [("out", "Stays out"), ("skip", "Left out"), ("hold", "Waits")]
    )
    reason = fields.Char()
    count = fields.Integer("How Many")
    partners = fields.Json(help="Ids of the customers.")
    examples = fields.Char()

    def action_open_partners(self):
        """The customers it holds for."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.reason,
            "res_model": "res.partner",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.partners or [])],
            "context": {"active_test": False},
        }
