from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crl_relationship import VERDICTS
from ..models.crl_touchpoint import OUTCOMES
from ..tools.text import clean_words


class CrlTouchpointResult(models.TransientModel):
    """Asks what came of a contact, from wherever the rep says "done".

    What it shows of the contact, it shows to whoever may do its activity: a colleague
    who stands in may not look at the customer's contacts otherwise.
    """

    _name = "crl.touchpoint.result"
    _description = "Result of a Contact"

    touchpoint_id = fields.Many2one("crl.touchpoint", "Contact")
    activity_id = fields.Many2one("mail.activity")
    partner_id = fields.Many2one("res.partner", "Customer", compute="_compute_contact")
    title = fields.Char(compute="_compute_contact")
    phone = fields.Char(compute="_compute_contact")
    channel = fields.Char(compute="_compute_contact")
    outcomes = fields.Char(compute="_compute_contact")
    script = fields.Html(compute="_compute_contact")
    last_words = fields.Text(compute="_compute_contact")
    asks_feedback = fields.Boolean(compute="_compute_contact")
    case_id = fields.Many2one("crl.case", compute="_compute_contact")
    outcome = fields.Selection(OUTCOMES, required=True, default="reached")
    verdict = fields.Selection(VERDICTS)
    score = fields.Selection(
        [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")],
        help="From 1, very unhappy, to 5, very content.",
    )
    cause_ids = fields.Many2many("crl.case.cause", string="Troubles")
    questions = fields.Json(compute="_compute_contact")
    answers = fields.Json(help="By the question's id.")
    note = fields.Text("In Their Words")
    date_next = fields.Datetime("Call Back On")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")
    consequence = fields.Text(compute="_compute_consequence")

    @api.depends("touchpoint_id", "activity_id")
    def _compute_contact(self):
        for wizard in self:
            touchpoint, activity = wizard._read_subject()
            partner = touchpoint.partner_id
            if not partner and activity.res_model == "res.partner":
                partner = partner.browse(activity.res_id)
            channel = touchpoint.channel or activity.activity_type_id.crl_channel
            outcomes = touchpoint._get_channel_outcomes(channel)
            wizard.partner_id = partner
            wizard.title = (
                touchpoint._get_title()
                if touchpoint
                else activity.summary or activity.activity_type_id.name
            )
            wizard.phone = touchpoint.phone or partner.phone
            wizard.channel = channel
            wizard.outcomes = ",".join(outcomes)
            wizard.script = touchpoint.script
            wizard.last_words = touchpoint.last_words
            wizard.asks_feedback = touchpoint._asks_verdict()
            wizard.case_id = touchpoint.case_id
            wizard.questions = touchpoint._get_questions()._show()

    def _read_subject(self):
        """The contact and the activity, in sudo; empty where the user may not."""
        self.ensure_one()
        activity = self.activity_id.exists()._filtered_access("write")
        touchpoint = self.touchpoint_id.exists()._filtered_access("read")
        # what the user may do or see was filtered just before
        activity, touchpoint = activity.sudo(), touchpoint.sudo()
        return touchpoint or activity.crl_touchpoint_ids[:1], activity

    @api.onchange("score")
    def _onchange_score(self):
        """A score says the verdict as well, unless the rep has chosen one."""
        if self.score and not self.verdict:
            self.verdict = self.env["crl.touchpoint"]._get_verdict(int(self.score))

    # ---- What will happen ----

    @api.depends("outcome", "verdict", "date_next", "touchpoint_id", "activity_id")
    def _compute_consequence(self):
        for wizard in self:
            touchpoint, __ = wizard._read_subject()
            wizard.consequence = touchpoint._get_consequence(
                wizard.partner_id, wizard.outcome, wizard.verdict, wizard.date_next
            )

    # ---- Done ----

    def action_confirm(self):
        """Record the result, as whoever may do the activity or the contact."""
        self.env["crl.actor"]._check_one(self)
        touchpoint = self._get_touchpoint()
        schedule_next = self._get_next_activity()
        attachments = touchpoint._take_attachments(self.partner_id, self.attachment_ids)
        # the date is shown, and meant, for calling back alone
        date_next = self.outcome == "call_back" and self.date_next
        touchpoint.with_context(crl_attachment_ids=attachments)._take_result(
            self.outcome,
            self.verdict,
            clean_words(self.note),
            int(self.score or 0),
            self.cause_ids,
            date_next,
            self.answers,
        )
        if self.env.context.get("crl_schedule_next") and schedule_next:
            return schedule_next
        return {"type": "ir.actions.act_window_close"}

    def action_confirm_schedule_next(self):
        return self.with_context(crl_schedule_next=True).action_confirm()

    def _get_next_activity(self):
        """Odoo's dialog for an activity after this one; none where it follows by
        itself."""
        activity = self.activity_id
        if not activity or activity.chaining_type == "trigger":
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Schedule an Activity"),
            "res_model": "mail.activity",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_previous_activity_type_id": activity.activity_type_id.id,
                "activity_previous_deadline": activity.date_deadline,
                "default_res_id": activity.res_id,
                "default_res_model": activity.res_model,
            },
        }

    def _get_touchpoint(self):
        """The contact to close, made now when no procedure asked for it.

        :raises AccessError: when the user may neither do the activity nor the contact
        :raises UserError: when somebody was faster
        """
        gone = UserError(self.env._("This contact is closed already."))
        if self.activity_id:
            activity = self.activity_id.exists()
            if not activity.active:
                raise gone
            activity.check_access("write")
            # whoever may do the activity closes its contact
            touchpoint = activity._crl_get_live()[:1]
            return touchpoint or activity._crl_filter_ad_hoc()._crl_create_touchpoints()
        touchpoint = self.touchpoint_id.exists()._as_engine()
        if not touchpoint.is_live:
            raise gone
        return touchpoint
