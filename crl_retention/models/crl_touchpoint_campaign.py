from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty, plaintext2html

from .crl_touchpoint_rules import Decision


class CrlTouchpoint(models.Model):
    """What a contact takes from its campaign."""

    _inherit = "crl.touchpoint"

    @api.depends(
        "campaign_id.script", "campaign_id.offer", "campaign_id.question_ids.name"
    )
    def _compute_script(self):
        result = super()._compute_script()
        for touchpoint in self.filtered("campaign_id"):
            if touchpoint._is_human():
                parts = [touchpoint.script, *touchpoint.campaign_id._get_briefing()]
                touchpoint.script = Markup().join(filter(None, parts))
        return result

    def _hand_over(self, user):
        result = super()._hand_over(user)
        dealt = self.filtered("campaign_id")
        for owner, touchpoints in dealt.grouped("user_id").items():
            # who takes over sees the customer, who gave them away no longer does
            self.env["crl.campaign.member"].search(
                [
                    ("state", "=", "active"),
                    "|",
                    ("touchpoint_id", "in", touchpoints.ids),
                    ("enrollment_id", "in", touchpoints.enrollment_id.ids),
                ]
            ).user_id = owner
        return result

    def _rule_campaign(self):
        """A call of a campaign is not made to who asked for it in the meantime; what
        belongs to a procedure goes as the procedure does."""
        return {
            t.id: Decision(
                "skip",
                "campaign",
                self.env._("The customer does not want to be contacted."),
            )
            for t in self
            if t.campaign_id
            and not (t.enrollment_id or t.case_id)
            and t.partner_id.crl_do_not_contact
        }


class CrlCampaign(models.Model):
    """What the operators read before they call."""

    _inherit = "crl.campaign"

    def _get_briefing(self):
        """Script, offer and questions, as pieces of HTML."""
        self.ensure_one()
        if not is_html_empty(self.script):
            yield self.script
        if self.offer:
            yield Markup("<p><strong>%s</strong></p>%s") % (
                self.env._("Offer"),
                plaintext2html(self.offer),
            )
        if self.question_ids:
            yield Markup("<p><strong>%s</strong></p><ul>%s</ul>") % (
                self.env._("Ask"),
                Markup().join(
                    Markup("<li>%s</li>") % question.name
                    for question in self.question_ids
                ),
            )
