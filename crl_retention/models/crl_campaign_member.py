from odoo import api, fields, models
from odoo.tools import SQL

STATES = [
    ("waiting", "To be looked at"),
    ("accepted", "On the list"),
    ("active", "Released"),
    ("held_out", "Held out"),
    ("left_out", "Left out"),
]


class CrlCampaignMember(models.Model):
    """One customer on a campaign's list, or left out of it for a reason."""

    _name = "crl.campaign.member"
    _description = "Customer of a Campaign"
    _inherit = ["crl.sheet"]
    _order = "campaign_id desc, id"
    _rec_name = "partner_id"

    campaign_id = fields.Many2one(
        "crl.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Operator", index="btree_not_null")
    place = fields.Integer(aggregator=None, help="In the operator's list, from 1.")
    state = fields.Selection(STATES, "Status", default="waiting", required=True)
    reason = fields.Char("Why Not")
    enrollment_id = fields.Many2one(
        "crl.enrollment", index="btree_not_null", ondelete="set null"
    )
    touchpoint_id = fields.Many2one(
        "crl.touchpoint", "Call", index="btree_not_null", ondelete="set null"
    )
    # how the call went; not what was said
    contact_state = fields.Selection(related="touchpoint_id.state", string="Call is")
    outcome = fields.Selection(related="touchpoint_id.outcome")
    verdict = fields.Selection(related="touchpoint_id.verdict")
    phone = fields.Char(related="partner_id.phone")
    city = fields.Char(related="partner_id.city")

    _todo = models.Index(
        "(campaign_id, state, id) WHERE state IN ('waiting', 'accepted')"
    )
    _operator = models.Index("(user_id, partner_id) WHERE state = 'active'")

    def _sort_out(self):
        """Who of a batch gets in, who is held out, and who is left out and why."""
        campaign = self.campaign_id
        refused = campaign._get_refused(self.partner_id)
        verdicts = {}
        for member in self:
            partner = member.partner_id
            if partner in refused:
                verdicts[member.id] = ("left_out", refused[partner])
            elif campaign._holds_out(partner):
                verdicts[member.id] = ("held_out", None)
            else:
                verdicts[member.id] = ("accepted", None)
        self._write_verdicts(verdicts)

    def _write_verdicts(self, verdicts):
        """Write what was decided of members, in one statement.

        :param verdicts: ``{member id: (state, reason)}``
        """
        self.flush_model()
        self.env.execute_query(
            SQL(
                """UPDATE crl_campaign_member m
                      SET state = verdict.state, reason = verdict.reason
                     FROM unnest(%s::int[], %s::text[], %s::text[])
                       AS verdict (id, state, reason)
                    WHERE m.id = verdict.id RETURNING m.id""",
                [*verdicts],
                [state for state, __ in verdicts.values()],
                [reason for __, reason in verdicts.values()],
            )
        )
        self.invalidate_recordset(["state", "reason"], flush=False)
        if self.campaign_id.state == "released":
            out = self.filtered(lambda m: m.state in ("left_out", "held_out"))
            self._log_out(out)

    @api.model
    def _log_out(self, members):
        """A line in the log for who is not on a released list, and why."""
        Log = self.env["crl.touchpoint.log"]
        texts = {
            campaign: {
                "left_out": self.env._("“%s”:", campaign.name),
                "held_out": self.env._(
                    "“%s” leaves some customers alone on purpose, to learn whether it "
                    "works.",
                    campaign.name,
                ),
            }
            for campaign in members.campaign_id
        }
        Log._log(
            members,
            "skipped",
            "campaign",
            {
                m.id: " ".join(filter(None, [texts[m.campaign_id][m.state], m.reason]))
                for m in members
            },
        )

    def _set_aside(self, error):
        """Leave a customer out whose contacts could not be planned."""
        self._write_verdicts(
            {
                member.id: ("left_out", self.env._("Error: %s", str(error)[:500]))
                for member in self
            }
        )
