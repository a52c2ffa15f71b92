from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..tools import difference

#: What is counted of a campaign's contacts: the values that count, by field.
FIGURES = {
    "todo": {"state": {"planned", "open"}},
    "reached": {"state": {"done"}, "outcome": {"reached"}},
    "refused": {"state": {"done"}, "outcome": {"refused"}},
    "no_answer": {
        "state": {"planned", "open", "failed"},
        "outcome": {"no_answer", "absent", "wrong_number"},
    },
    "positive": {"verdict": {"positive"}},
    "negative": {"verdict": {"negative"}},
}


class CrlCampaign(models.Model):
    """How far a campaign is, and what it changed.

    The customers held out are the measure: what they did without us would have happened
    anyway. Marketing reads the numbers, not the contacts behind them.
    """

    _inherit = "crl.campaign"

    todo_count = fields.Integer("To Do", compute="_compute_figures")
    reached_count = fields.Integer("Reached", compute="_compute_figures")
    refused_count = fields.Integer("Refused", compute="_compute_figures")
    no_answer_count = fields.Integer("Not Reached Yet", compute="_compute_figures")
    positive_count = fields.Integer("Content", compute="_compute_figures")
    negative_count = fields.Integer("Unhappy", compute="_compute_figures")
    progress = fields.Integer(
        "Done (%)",
        compute="_compute_figures",
        help="Of the contacts that were planned.",
    )
    goal = fields.Selection(
        [
            ("opportunity", "A new opportunity"),
            ("won", "An opportunity won"),
            ("healthy", "Healthy again"),
        ],
        default="opportunity",
        required=True,
        help="What counts as success, of the customers on the list and of those held "
        "out alike. Counted from the release on.",
    )
    goal_count = fields.Integer("Reached the Goal", compute="_compute_result")
    goal_rate = fields.Float("Share", compute="_compute_result")
    control_count = fields.Integer(
        "Held Out and Reached the Goal", compute="_compute_result"
    )
    control_rate = fields.Float("Share of the Held Out", compute="_compute_result")
    result = fields.Char("What It Changed", compute="_compute_result")

    def _compute_figures(self):
        groups = (
            self.env["crl.touchpoint"]
            .sudo()  # whoever reads the campaign reads its numbers
            ._read_group(
                [("campaign_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["campaign_id", "state", "outcome", "verdict"],
                ["__count"],
            )
        )
        for campaign in self:
            own = [
                ({"state": state, "outcome": outcome, "verdict": verdict}, count)
                for group, state, outcome, verdict, count in groups
                if group.id == campaign.id
            ]
            for name, wanted in FIGURES.items():
                campaign[f"{name}_count"] = sum(
                    count
                    for values, count in own
                    if all(values[field] in those for field, those in wanted.items())
                )
            total = sum(count for __, count in own)
            closed = total - campaign.todo_count
            campaign.progress = 100 * closed // total if total else 0

    # ---- Against those held out ----

    def _get_goal_domain(self):
        """Which customers have reached the goal, as a domain on them. A bridge adds its
        own goals."""
        self.ensure_one()
        since = self.date_released
        if self.goal == "healthy":
            return Domain("crl_band", "=", "healthy")
        wanted = Domain("create_date", ">=", since)
        if self.goal == "won":
            wanted = Domain([("won_status", "=", "won"), ("date_closed", ">=", since)])
        # sudo: only numbers come of it; lost ones count as opportunities too
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        found = leads._search(wanted & Domain("type", "=", "opportunity"))
        return self._get_goal_customers(found)

    @api.model
    def _get_goal_customers(self, found):
        """The customers of documents with a ``partner_id``, as a domain on customers.

        :param found: a query on the documents
        """
        partners = Domain("id", "in", found.subselect("partner_id"))
        people = self.env["res.partner"].sudo()._search(partners)  # only numbers
        return Domain("id", "in", people.subselect("commercial_partner_id"))

    def _find_goal(self, state):
        """The customers of a campaign who reached the goal, and how many there are.

        :param state: of the members, ``active`` or ``held_out``
        """
        self.ensure_one()
        # whoever reads the campaign reads its numbers
        members = self.env["crl.campaign.member"].sudo()
        listed = Domain([("campaign_id", "=", self.id), ("state", "=", state)])
        reached = Domain("partner_id", "any", self._get_goal_domain())
        return members.search(listed & reached), members.search_count(listed)

    @api.depends("goal", "state")
    def _compute_result(self):
        for campaign in self:
            hits = total = others = others_total = 0
            if campaign.date_released:
                found, total = campaign._find_goal("active")
                held, others_total = campaign._find_goal("held_out")
                hits, others = len(found), len(held)
            campaign.goal_count, campaign.control_count = hits, others
            campaign.goal_rate = hits / total if total else 0
            campaign.control_rate = others / others_total if others_total else 0
            campaign.result = campaign._get_result(hits, total, others, others_total)

    @api.model
    def _get_result(self, hits, total, others, others_total):
        """What two shares tell, in a plain sentence."""
        if not others_total:
            return self.env._(
                "Nobody was held out: nobody knows what would have happened anyway."
            )
        verdict = difference.judge(hits, total, others, others_total)
        if verdict == "few":
            return self.env._(
                "Not enough data yet: at least %s customers of each kind are needed.",
                difference.MIN_SAMPLE,
            )
        low, high = difference.newcombe(hits, total, others, others_total)
        ends = sorted((abs(low), abs(high))) if verdict != "same" else (-low, high)
        span = dict(
            zip(
                ("first", "last"),
                (formatLang(self.env, 100 * end, digits=1) for end in ends),
                strict=True,
            )
        )
        texts = {
            "same": self.env._(
                "No difference can be told: of 100 customers, between %(first)s fewer "
                "and %(last)s more reached the goal than without the campaign."
            ),
            "more": self.env._(
                "Of 100 customers, %(first)s to %(last)s more reached the goal than "
                "without the campaign."
            ),
            "less": self.env._(
                "Of 100 customers, %(first)s to %(last)s fewer reached the goal than "
                "without the campaign."
            ),
        }
        return texts[verdict] % span

    # ---- Figures open what they count ----

    def action_figure(self):
        """Open the contacts a figure counts (context ``crl_figure``)."""
        self.env["crl.actor"]._check_one(self)
        name = self.env.context.get("crl_figure")
        if name not in FIGURES:
            raise UserError(self.env._("Choose a figure."))
        self.env["crl.touchpoint"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_touchpoint_action"
        )
        action["name"] = self._fields[f"{name}_count"]._description_string(self.env)
        action["domain"] = [
            ("campaign_id", "=", self.id),
            ("state", "!=", "cancelled"),
            *((field, "in", sorted(those)) for field, those in FIGURES[name].items()),
        ]
        action["context"] = {"search_default_filter_all": 1}
        return action

    def action_goal(self):
        """Open who reached the goal."""
        return self._open_goal("active")

    def action_control(self):
        """Open who was held out and reached the goal all the same."""
        return self._open_goal("held_out")

    def _open_goal(self, state):
        action = self.action_members()
        found, __ = self._find_goal(state)
        action["domain"] = [("id", "in", found.ids)]
        action["context"] = {}
        return action
