from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crl_relationship import VERDICTS
from ..models.crl_touchpoint import OUTCOMES
from ..tools.text import clean_words


class CrlTouchpointResult(models.TransientModel):
    """Asks what came of a contact, from wherever the rep says "done"."""

    _name = "crl.touchpoint.result"
    _description = "Result of a Contact"

    touchpoint_id = fields.Many2one("crl.touchpoint", "Contact")
    activity_id = fields.Many2one("mail.activity")
    partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_contact", compute_sudo=True
    )
    title = fields.Char(compute="_compute_contact", compute_sudo=True)
    channel = fields.Char(compute="_compute_contact", compute_sudo=True)
    script = fields.Html(compute="_compute_contact", compute_sudo=True)
    last_words = fields.Text(compute="_compute_contact", compute_sudo=True)
    case_id = fields.Many2one(
        "crl.case", compute="_compute_contact", compute_sudo=True
    )
    outcome = fields.Selection(OUTCOMES, required=True, default="reached")
    verdict = fields.Selection(VERDICTS)
    score = fields.Selection(
        [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")],
        help="From 1, very unhappy, to 5, very content.",
    )
    cause_ids = fields.Many2many("crl.case.cause", string="Troubles")
    note = fields.Text("In Their Words")
    date_next = fields.Datetime("Call Back On")

    @api.depends("touchpoint_id", "activity_id")
    def _compute_contact(self):
        for wizard in self:
            touchpoint = wizard.touchpoint_id or wizard.activity_id.crl_touchpoint_ids[:1]
            activity = wizard.activity_id
            partner = touchpoint.partner_id
            if not partner and activity.res_model == "res.partner":
                partner = self.env["res.partner"].browse(activity.res_id)
            wizard.partner_id = partner
            wizard.title = touchpoint._get_title() if touchpoint else activity.summary
            wizard.channel = touchpoint.channel or activity.activity_type_id.crl_channel
            wizard.script = touchpoint.script
            wizard.last_words = touchpoint.last_words
            wizard.case_id = touchpoint.case_id

    def action_confirm(self):
        """Record the result, as whoever may do the activity or the contact."""
        self.ensure_one()
        touchpoint = self._get_touchpoint()
        score = int(self.score or 0)
        if self.outcome == "reached" and touchpoint.step_id.ask_feedback:
            if not (self.verdict or score):
                raise UserError(
                    self.env._("What does the customer think? Choose a verdict.")
                )
        if self.outcome == "call_back" and self.date_next:
            self._check_date_next()
        touchpoint._close(
            self.outcome,
            self.verdict or touchpoint._get_verdict(score),
            clean_words(self.note),
            score,
            self.cause_ids,
        )
        if self.outcome == "call_back" and self.date_next:
            touchpoint._reschedule(self.date_next)
        return {"type": "ir.actions.act_window_close"}

    def _check_date_next(self):
        if self.date_next < fields.Datetime.now() - timedelta(minutes=5):
            raise UserError(self.env._("Choose a time still to come."))

    def _get_touchpoint(self):
        """The contact to close, made now when no procedure asked for it.

        :raises AccessError: when the user may neither do the activity nor the contact
        """
        activity = self.activity_id
        if activity:
            activity.check_access("write")
            # whoever may do the activity closes its contact
            touchpoint = activity.sudo().crl_touchpoint_ids[:1]
            touchpoint = touchpoint or activity._crl_create_touchpoints()
        else:
            touchpoint = self.touchpoint_id._as_engine()
        if not touchpoint:
            raise UserError(self.env._("This contact is gone already."))
        return touchpoint
