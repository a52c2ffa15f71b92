from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import schedule
from .crl_campaign_release import AT_ONCE, CALL


class CrlCampaign(models.Model):
    """On which days a campaign calls, and how it ends."""

    _inherit = "crl.campaign"

    def _get_call_days(self):
        """The working days of the campaign still to come; its first day when it has
        none."""
        is_working = self.company_id._crl_working_days()
        first = max(self.date_from, self.company_id._crl_today())
        days = [
            first + timedelta(days=number)
            for number in range((self.date_to - first).days + 1)
        ]
        return [day for day in days if is_working(day)] or [first]

    # ---- The end ----

    def _end(self, state):
        """Close or cancel: what is ahead is cancelled, with a line in the log."""
        self.write({"state": state, "is_working": True})
        members = self.env["crl.campaign.member"]
        members.flush_model(["state", "reason"])
        self.env.execute_query(
            SQL(
                """UPDATE crl_campaign_member SET state = 'left_out', reason = %s
                    WHERE campaign_id = %s AND state IN ('waiting', 'accepted')
                RETURNING id""",
                self.env._("The campaign is over."),
                self.id,
            )
        )
        members.invalidate_model(["state", "reason"], flush=False)
        live = self.env["crl.touchpoint"].search_count(
            self._get_live_domain(), limit=AT_ONCE + 1
        )
        self._begin(live)

    @api.model
    def _close_due(self, limit):
        """Close the campaigns whose last day is over where their company is; those of a
        procedure when nobody goes through it any more.

        :returns: how many
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id FROM crl_campaign c
                    WHERE c.state = 'released' AND NOT c.is_working
                      AND c.date_to <= %s
                      AND NOT EXISTS (SELECT FROM crl_enrollment e
                                       WHERE e.campaign_id = c.id AND e.is_live)
                 ORDER BY c.id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                now.date(),
                limit,
            )
        )
        over = self.browse(row[0] for row in rows).filtered(
            lambda campaign: campaign.date_to < campaign.company_id._crl_today()
        )
        self.env["crl.engine"]._isolate(
            over, lambda campaigns: [each._end("closed") for each in campaigns]
        )
        return len(over)

    def _get_live_domain(self):
        return [("campaign_id", "=", self.id), ("state", "in", ("planned", "open"))]

    def _take_back(self, limit):
        """Cancel a batch of what is ahead.

        :returns: how many customers it was
        """
        note = self.env._("The campaign “%s” is over.", self.name)
        enrollments = self.env["crl.enrollment"].search(
            [("campaign_id", "=", self.id), ("is_live", "=", True)],
            limit=limit,
            order="id",
        )
        if enrollments:
            enrollments._exit(note, "campaign")
            self.env["crl.relationship"]._refresh(enrollments.partner_id)
            return len(enrollments)
        touchpoints = self.env["crl.touchpoint"].search(
            [*self._get_live_domain(), ("case_id", "=", False)], limit=limit, order="id"
        )
        if touchpoints:
            touchpoints._cancel("campaign", note)
            self.env["crl.relationship"]._refresh(touchpoints.partner_id)
            return len(touchpoints)
        self.is_working = False
        return 0


class CrlCampaignMember(models.Model):
    """What the release makes of a batch of the list."""

    _inherit = "crl.campaign.member"

    def _carry_out(self):
        """Give customers to their operators, or into the procedure; who cannot get in
        any more is left out."""
        campaign = self.campaign_id
        refused = campaign._get_refused(self.partner_id)
        out = self.filtered(lambda member: member.partner_id in refused)
        out._write_verdicts(
            {member.id: ("left_out", refused[member.partner_id]) for member in out}
        )
        members = self - out
        # browsed: read together, also after what follows forgets what was read
        partners = self.env["res.partner"].browse(members.partner_id.ids)
        self.env["crl.relationship"]._ensure(partners)
        if campaign.cadence_id:
            members._enroll(campaign)
        else:
            members._plan_calls(campaign)
        members.filtered(lambda m: m.state == "accepted").state = "active"
        self.env["crl.relationship"]._refresh(partners)

    def _enroll(self, campaign):
        start = max(campaign.date_from, campaign.company_id._crl_today())
        values = {
            member.partner_id: {
                "campaign_id": campaign.id,
                "user_id": (member.user_id or member.partner_id.user_id).id,
            }
            for member in self
        }
        enrollments = self.env["crl.enrollment"]._enroll(
            self.partner_id,
            campaign.cadence_id,
            start,
            company=campaign.company_id,
            values=values,
        )
        by_partner = {e.partner_id: e for e in enrollments}
        for member in self:
            member.enrollment_id = by_partner[member.partner_id]
        held = self.filtered(lambda member: member.enrollment_id.is_holdout)
        held.state = "held_out"

    def _plan_calls(self, campaign):
        """Plan a call for each, spread evenly over the operator's days; how many a day
        the engine's daily limit says."""
        days = campaign._get_call_days()
        counts = dict(
            self._read_group(
                [
                    ("campaign_id", "=", campaign.id),
                    ("user_id", "in", self.user_id.ids),
                ],
                ["user_id"],
                ["place:max"],
            )
        )
        contacts = self.env["crl.enrollment"]._get_contacts(self.partner_id)
        vals_list = []
        for member in self:
            user = member.user_id
            turn = (member.place - 1) * len(days) // counts[user]
            moment = schedule.utc_at(
                days[min(turn, len(days) - 1)],
                9.0,
                user._crl_get_tz(campaign.company_id),
            )
            person = contacts[member.partner_id]
            vals_list.append(
                {
                    "partner_id": member.partner_id.id,
                    "contact_id": person.id if person != member.partner_id else False,
                    "company_id": campaign.company_id.id,
                    "campaign_id": campaign.id,
                    **CALL,
                    "user_id": user.id,
                    "date_planned": moment,
                    "date_due": moment,
                    "dedup_key": f"campaign:{campaign.id}:{member.partner_id.id}",
                }
            )
        touchpoints = self.env["crl.touchpoint"].create(vals_list)
        touchpoints._log("planned", "campaign", campaign.name)
        for member, touchpoint in zip(self, touchpoints, strict=True):
            member.touchpoint_id = touchpoint
