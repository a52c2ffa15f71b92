from odoo import api, fields, models

HAND_STATES = [("done", "Done"), ("now", "Now"), ("next", "Next")]


class CrlCaseHand(models.Model):
    """One colleague in the chain of those who keep a promise, one after the other.

    Without a beginning it is who gets it next; without an end who has it now.
    """

    _name = "crl.case.hand"
    _description = "Hand of a Promise"
    # who is next has no beginning yet, and comes last
    _order = "date_from, id"

    case_id = fields.Many2one("crl.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id")
    user_id = fields.Many2one("res.users", "Who", index=True)
    note = fields.Char("What")
    date_from = fields.Datetime("Since")
    deadline = fields.Datetime(
        "Until", help="Until when this colleague does their part."
    )
    date_to = fields.Datetime("Passed On")
    state = fields.Selection(HAND_STATES, compute="_compute_state")

    @api.depends("date_from", "date_to")
    def _compute_state(self):
        for hand in self:
            hand.state = "done" if hand.date_to else "now" if hand.date_from else "next"
