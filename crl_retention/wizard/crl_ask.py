from odoo import fields, models

#: The record each verb is for, and what it is told before the reason.
VERBS = {
    "skip": ("touchpoint_id", None),
    "pause": ("enrollment_id", "day"),
    "exit": ("enrollment_id", None),
    "restart": ("enrollment_id", None),
    "recovered": ("case_id", None),
    "not_recovered": ("case_id", None),
    "cancel": ("case_id", None),
    "reopen": ("case_id", None),
}


class CrlAsk(models.TransientModel):
    """Asks when and why before a verb that says so in the log."""

    _name = "crl.ask"
    _description = "When and Why"

    verb = fields.Selection(
        [
            ("skip", "Skip"),
            ("pause", "Pause"),
            ("exit", "End"),
            ("restart", "Restart"),
            ("recovered", "Recovered"),
            ("not_recovered", "Not recovered"),
            ("cancel", "Cancel"),
            ("reopen", "Reopen"),
        ],
        required=True,
        readonly=True,
    )
    touchpoint_id = fields.Many2one("crl.touchpoint", "Contact", readonly=True)
    enrollment_id = fields.Many2one("crl.enrollment", readonly=True)
    case_id = fields.Many2one("crl.case", readonly=True)
    day = fields.Date("Until", help="Empty: until somebody resumes it.")
    reason = fields.Char(help="It is kept in the log.")

    def action_confirm(self):
        """Do it, as the user who was asked."""
        self.env["crl.actor"]._check_one(self)
        field_name, asked = VERBS[self.verb]
        verb = getattr(self[field_name], f"action_{self.verb}")
        if asked:
            verb(self[asked], self.reason)
        else:
            verb(self.reason)
        return {"type": "ir.actions.act_window_close"}
