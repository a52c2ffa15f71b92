from odoo import fields, models


class CrlCampaign(models.Model):
    """What a campaign shows, and the mailings under it."""

    _inherit = "crl.campaign"

    listed_count = fields.Integer(compute="_compute_counts")
    held_out_count = fields.Integer(compute="_compute_counts")
    left_out_count = fields.Integer(compute="_compute_counts")
    answer_count = fields.Integer("Answers", compute="_compute_answer_count")

    def _compute_counts(self):
        counts = {
            (campaign.id, state): count
            for campaign, state, count in self.env["crl.campaign.member"]._read_group(
                [("campaign_id", "in", self.ids)],
                ["campaign_id", "state"],
                ["__count"],
            )
        }
        for campaign in self:
            listed = [counts.get((campaign.id, s), 0) for s in ("accepted", "active")]
            campaign.listed_count = sum(listed)
            campaign.held_out_count = counts.get((campaign.id, "held_out"), 0)
            campaign.left_out_count = counts.get((campaign.id, "left_out"), 0)

    def _compute_answer_count(self):
        counts = dict(
            self.env["crl.campaign.answer"]._read_group(
                [("campaign_id", "in", self.ids), ("value", "!=", False)],
                ["campaign_id"],
                ["__count"],
            )
        )
        for campaign in self:
            campaign.answer_count = counts.get(campaign._origin, 0)

    def action_answers(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_campaign_answer_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        return action

    def action_members(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_campaign_member_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        # whatever the button asks for
        action["context"] = dict(self.env.context)
        return action

    def action_mail(self):
        """Open Odoo's mass mailing on the campaign's customers."""
        return self._get_mailing("mail")

    def action_sms(self):
        """Open Odoo's mass SMS on the campaign's customers."""
        return self._get_mailing("sms")

    def _get_mailing(self, kind):
        campaign = self._as_planner()
        if not campaign.utm_campaign_id:
            campaign.utm_campaign_id = self.env["utm.campaign"].create(
                {"title": campaign.name, "user_id": campaign.user_id.id or self.env.uid}
            )
        return self.segment_id._get_mailing(
            self.name, self._get_audience(), kind, campaign.utm_campaign_id
        )

    def _get_audience(self):
        """Whom a mailing of the campaign goes to: the segment while the list is not
        frozen, then who is on it. Never who is held out, also when a mailing that was
        made of the draft goes after the release."""
        self.ensure_one()
        if self.state == "draft":
            held = [("campaign_id", "=", self.id), ("state", "=", "held_out")]
            return [
                *self.segment_id._get_mailing_audience(),
                ("crl_campaign_member_ids", "not any", held),
            ]
        listed = [("campaign_id", "=", self.id), ("state", "=", "active")]
        return [("crl_campaign_member_ids", "any", listed)]


class CrlCampaignMember(models.Model):
    """What one can do with a customer of a campaign."""

    _inherit = "crl.campaign.member"

    def action_open_partner(self):
        self.env["crl.actor"]._check_one(self)
        return self.partner_id._crl_open()

    def action_open_contact(self):
        """Ask for the result of the customer's call, or open their contacts."""
        self.env["crl.actor"]._check_one(self)
        if self.touchpoint_id.state in ("planned", "open"):
            return self.touchpoint_id.action_open_result()
        return self.partner_id.action_crl_touchpoints()

    def action_new_opportunity(self):
        """Open a new opportunity with the customer, under the campaign."""
        self.env["crl.actor"]._check_one(self)
        campaign = self.campaign_id
        return self.partner_id._crl_new_opportunity(
            name=f"{campaign.name} – {self.partner_id.display_name}",
            user_id=self.user_id.id or self.env.uid,
            campaign_id=campaign.utm_campaign_id.id,
            description=campaign.offer or False,
        )
