from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import transitions

STATES = [
    ("draft", "Draft"),
    ("released", "Released"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
#: What says who is on the list and what happens to them: it stays once released.
FROZEN = {"segment_id", "cadence_id", "operator_ids", "company_id", "holdout_percent"}


class CrlCampaign(models.Model):
    """A segment, what is done with its customers, by whom, until when.

    A draft shows who would be on the list; the release makes the list anew and freezes
    it (``crl_campaign_release.py``). What came of it is in ``crl_campaign_result.py``.
    """

    _name = "crl.campaign"
    _description = "Retention Campaign"
    _inherit = ["mail.thread", "crl.sheet"]
    _order = "date_from desc, id desc"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user
    )
    segment_id = fields.Many2one(
        "crl.segment", required=True, index=True, ondelete="restrict"
    )
    cadence_id = fields.Many2one(
        "crl.cadence",
        "Procedure",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: one call to each customer.",
    )
    operator_ids = fields.Many2many(
        "res.users",
        string="Operators",
        help="Share the customers evenly; who looks after a customer already keeps "
        "them. While the campaign runs, each sees the customers dealt to them.",
    )
    offer = fields.Text(help="What the customers are offered.")
    script = fields.Html(help="What the operator reads before the call.")
    question_ids = fields.One2many(
        "crl.campaign.question", "campaign_id", "Questions", copy=True
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._crl_today()
    )
    date_to = fields.Date(
        "To",
        required=True,
        default=lambda self: self.env.company._crl_today() + timedelta(days=14),
        help="Calls are spread evenly over the working days.",
    )
    holdout_percent = fields.Float(
        "Hold-out (%)",
        help="Share of the customers who are left alone, to learn whether the campaign "
        "works.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    date_released = fields.Datetime("Released On", readonly=True, copy=False)
    is_working = fields.Boolean(
        readonly=True,
        copy=False,
        help="The engine is making the list, carrying it out, or taking it back.",
    )
    utm_campaign_id = fields.Many2one(
        "utm.campaign",
        "Mailings and Statistics",
        copy=False,
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    member_ids = fields.One2many("crl.campaign.member", "campaign_id", "Customers")

    _dates_in_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The campaign cannot end before it begins."
    )
    _holdout_share = models.Constraint(
        "CHECK(holdout_percent >= 0 AND holdout_percent <= 100)",
        "The hold-out must be between 0 and 100 %.",
    )
    _working = models.Index("(id) WHERE is_working")

    @api.constrains("company_id", "segment_id", "cadence_id")
    def _check_companies(self):
        for campaign in self:
            for record in (campaign.segment_id, campaign.cadence_id):
                if record.company_id not in (
                    campaign.company_id,
                    record.company_id[:0],
                ):
                    raise ValidationError(
                        self.env._("“%s” belongs to another company.", record.name)
                    )

    @api.constrains("operator_ids", "company_id")
    def _check_operators(self):
        role = "crl_retention.crl_retention_group_user"
        for campaign in self:
            # who may work is asked of users the author may not look at
            for user in campaign.operator_ids.sudo():
                if not user._crl_can_work(campaign.company_id) or not user.has_group(
                    role
                ):
                    raise ValidationError(
                        self.env._(
                            "%s cannot be an operator: choose active users with a "
                            "role in Customer Retention.",
                            user.name,
                        )
                    )

    def write(self, vals):
        if "state" in vals:
            self._check_state(vals["state"])
        if FROZEN & vals.keys():
            for campaign in self.filtered(lambda campaign: campaign.state != "draft"):
                raise UserError(
                    self.env._(
                        "“%s” is released: its list stays as it is.", campaign.name
                    )
                )
        result = super().write(vals)
        if "name" in vals:
            # the campaign and its mailings go by one name
            self.utm_campaign_id.sudo().title = vals["name"]
        return result

    def _check_state(self, state):
        """Users change the state through the verbs alone."""
        for campaign in self:
            if campaign.state != state and not (
                self.env.su
                and transitions.is_allowed(transitions.CAMPAIGN, campaign.state, state)
            ):
                raise UserError(
                    self.env._("“%s” cannot be changed so.", campaign.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals.pop("state", None)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._(
                    "Customers were on this campaign's list: archive it instead."
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for campaign, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", self.env._("%s (copy)", campaign.name))
        return vals_list

    # ---- Verbs ----

    def _as_planner(self):
        """Check that the user may plan this campaign, and return it as the engine sees
        it.

        :raises AccessError: without the right to write campaigns
        """
        self.env["crl.actor"]._check_one(self)
        self.check_access("write")
        # who may write campaigns need not see the customers' contacts
        return self.sudo()

    def action_preview(self):
        """Make the list as it would be released now, to look at."""
        campaign = self._as_planner()
        if campaign.state != "draft":
            raise UserError(self.env._("“%s” is released already.", campaign.name))
        campaign._make_list()
        return True

    def action_release(self):
        """Make the list, freeze it, and give it to the operators."""
        campaign = self._as_planner()
        if campaign.state != "draft":
            raise UserError(self.env._("“%s” is released already.", campaign.name))
        if not campaign.cadence_id and not campaign.operator_ids:
            raise UserError(
                self.env._("Choose the operators who call, or a procedure.")
            )
        if campaign.cadence_id and not campaign.cadence_id.active:
            raise UserError(self.env._("Choose an active procedure."))
        campaign._check_operators()
        if campaign.date_to < campaign.company_id._crl_today():
            raise UserError(self.env._("The campaign's last day is past."))
        campaign.write({"state": "released", "date_released": fields.Datetime.now()})
        campaign._make_list()
        return True

    def action_close(self):
        """End a campaign: what is still planned is cancelled."""
        self._as_planner()._end("closed")
        return True

    def action_cancel(self):
        """Call a campaign off: what is still planned is cancelled."""
        self._as_planner()._end("cancelled")
        return True
