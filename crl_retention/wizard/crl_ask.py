from odoo import fields, models

#: The record each verb is for, and what it is told.
VERBS = {
    "skip": ("touchpoint_id", "reason"),
    "pause": ("enrollment_id", "day", "reason"),
    "exit": ("enrollment_id", "reason"),
    "restart": ("enrollment_id", "reason"),
    "recovered": ("case_id", "reason"),
    "not_recovered": ("case_id", "reason"),
    "cancel": ("case_id", "reason"),
    "reopen": ("case_id", "reason"),
    "keep_promise": ("case_id", "reason"),
    "break_promise": ("case_id", "reason"),
    "hand_over": ("case_id", "user", "reason", "deadline"),
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
            ("keep_promise", "Kept"),
            ("break_promise", "Broken"),
            ("hand_over", "Hand over"),
        ],
        required=True,
        readonly=True,
    )
    touchpoint_id = fields.Many2one("crl.touchpoint", "Contact", readonly=True)
    enrollment_id = fields.Many2one("crl.enrollment", readonly=True)
    case_id = fields.Many2one("crl.case", readonly=True)
    day = fields.Date("Until", help="Empty: until somebody resumes it.")
    user_id = fields.Many2one(
        "res.users",
        "To",
        domain="[('share', '=', False)]",
        help="Who does it from now.",
    )
    deadline = fields.Datetime(
        "Their Part Until",
        help="When they do but a part of it: it comes back to whoever has it now. "
        "Empty: they do all of it, until the moment the customer was told.",
    )
    reason = fields.Char(help="It is kept in the log.")

    def action_confirm(self):
        """Do it, as the user who was asked."""
        self.env["crl.actor"]._check_one(self)
        field_name, *asked = VERBS[self.verb]
        told = {
            "reason": self.reason,
            "day": self.day,
            "user": self.user_id.id,
            "deadline": self.deadline,
        }
        verb = getattr(self[field_name], f"action_{self.verb}")
        verb(*(told[name] for name in asked))
        return {"type": "ir.actions.act_window_close"}
