from odoo import api, fields, models
from odoo.fields import Domain

#: Who reads the facts of a relationship on the customer.
READERS = (
    "crl_retention.crl_retention_group_user,"
    "crl_retention.crl_retention_group_marketing,"
    "crl_retention.crl_retention_group_direction"
)
#: Who reads what was said and done.
INSIDERS = (
    "crl_retention.crl_retention_group_user,crl_retention.crl_retention_group_direction"
)
#: A fact of the relationship: each user reads those they may see, others are empty
#: (``res_partner_facts.py``).
FACT = {"groups": READERS, "related_sudo": False, "depends_context": ("uid",)}


class ResPartner(models.Model):
    _inherit = "res.partner"

    crl_relationship_id = fields.Many2one(
        "crl.relationship",
        "Relationship",
        copy=False,
        ondelete="set null",
        groups=READERS,
    )
    crl_enrollment_id = fields.Many2one(
        related="crl_relationship_id.enrollment_id",
        string="Retention Procedure",
        search="_search_crl_enrollment_id",
        **FACT,
    )
    crl_stage_id = fields.Many2one(
        related="crl_relationship_id.stage_id",
        string="Retention Stage",
        search="_search_crl_stage_id",
        **FACT,
    )
    crl_score = fields.Float(
        related="crl_relationship_id.score",
        string="Health",
        search="_search_crl_score",
        **FACT,
    )
    crl_band = fields.Selection(
        related="crl_relationship_id.band",
        string="Health Band",
        search="_search_crl_band",
        **FACT,
    )
    crl_trend = fields.Selection(
        related="crl_relationship_id.trend",
        string="Health Trend",
        search="_search_crl_trend",
        **FACT,
    )
    crl_confidence = fields.Integer(
        related="crl_relationship_id.confidence",
        string="Health Confidence",
        search="_search_crl_confidence",
        **FACT,
    )
    crl_last_contact_date = fields.Datetime(
        related="crl_relationship_id.last_contact_date",
        string="Last Contact",
        search="_search_crl_last_contact_date",
        **FACT,
    )
    crl_next_contact_date = fields.Datetime(
        related="crl_relationship_id.next_contact_date",
        string="Next Contact",
        search="_search_crl_next_contact_date",
        **FACT,
    )
    crl_last_verdict = fields.Selection(
        related="crl_relationship_id.last_verdict",
        string="Last Verdict",
        search="_search_crl_last_verdict",
        **FACT,
    )
    crl_open_case_count = fields.Integer(
        related="crl_relationship_id.open_case_count",
        string="Open Cases",
        search="_search_crl_open_case_count",
        **FACT,
    )
    crl_customer_since = fields.Date(
        related="crl_relationship_id.customer_since",
        string="Customer Since",
        search="_search_crl_customer_since",
        **FACT,
    )
    crl_health_panel = fields.Json(
        related="crl_relationship_id.health_panel", string="Why the Health", **FACT
    )
    crl_alert_ids = fields.One2many(
        "crl.alert", "partner_id", "Alerts", groups=INSIDERS
    )
    crl_touchpoint_ids = fields.One2many(
        "crl.touchpoint", "partner_id", "Contacts with the Customer", groups=INSIDERS
    )
    crl_ahead_ids = fields.One2many(
        "crl.touchpoint",
        "partner_id",
        "Contacts Ahead",
        domain=[("state", "in", ("planned", "open"))],
        groups=INSIDERS,
    )
    crl_enrollment_ids = fields.One2many(
        "crl.enrollment", "partner_id", "Enrollments", groups=INSIDERS
    )
    crl_case_ids = fields.One2many("crl.case", "partner_id", "Cases", groups=INSIDERS)
    crl_touchpoint_count = fields.Integer(
        "Number of Contacts", compute="_compute_crl_touchpoint_count", groups=INSIDERS
    )

    # lists of active customers are counted without a look at the customers themselves
    _crl_relationship_active = models.Index(
        "(crl_relationship_id, active) WHERE crl_relationship_id IS NOT NULL"
    )
    # who else has an address is asked of every batch, and by Odoo of every email
    _crl_email_normalized = models.Index(
        # also of an email that begins so
        "(email_normalized text_pattern_ops) WHERE email_normalized IS NOT NULL"
    )
    _crl_phone_sanitized = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )

    crl_preferred_channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS")],
        "Prefers",
        help="How the customer likes to get our messages. Empty: as the company says.",
    )
    crl_do_not_contact = fields.Boolean(
        "Do Not Contact",
        tracking=True,
        help="No message, call or visit of a procedure. Cases are looked after all the "
        "same.",
    )

    @api.depends_context("uid")
    def _compute_crl_touchpoint_count(self):
        counts = dict(
            self.env["crl.touchpoint"]._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("state", "in", ("open", "done")),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.crl_touchpoint_count = counts.get(partner.commercial_partner_id, 0)

    # ---- Search: through the link, so that an index of the narrow table serves ----

    def _crl_search(self, name, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        found = Domain("crl_relationship_id", "any", [(name, operator, value)])
        empty = operator == "in" and (False in value or None in value)
        return found | Domain("crl_relationship_id", "=", False) if empty else found

    def _search_crl_enrollment_id(self, operator, value):
        return self._crl_search("enrollment_id", operator, value)

    def _search_crl_stage_id(self, operator, value):
        return self._crl_search("stage_id", operator, value)

    def _search_crl_score(self, operator, value):
        return self._crl_search("score", operator, value)

    def _search_crl_band(self, operator, value):
        return self._crl_search("band", operator, value)

    def _search_crl_trend(self, operator, value):
        return self._crl_search("trend", operator, value)

    def _search_crl_confidence(self, operator, value):
        return self._crl_search("confidence", operator, value)

    def _search_crl_last_contact_date(self, operator, value):
        return self._crl_search("last_contact_date", operator, value)

    def _search_crl_next_contact_date(self, operator, value):
        return self._crl_search("next_contact_date", operator, value)

    def _search_crl_last_verdict(self, operator, value):
        return self._crl_search("last_verdict", operator, value)

    def _search_crl_open_case_count(self, operator, value):
        return self._crl_search("open_case_count", operator, value)

    def _search_crl_customer_since(self, operator, value):
        return self._crl_search("customer_since", operator, value)

    # ---- ORM ----

    def _has_field_access(self, field, operation):
        # the link is the engine's: who could move it would show another's facts
        if field.name == "crl_relationship_id" and operation == "write":
            return self.env.su
        return super()._has_field_access(field, operation)

    def write(self, vals):
        if not {"user_id", "company_id"} & vals.keys():
            return super().write(vals)
        before = {partner: (partner.user_id, partner.company_id) for partner in self}
        result = super().write(vals)
        self.filtered(
            lambda partner: before[partner] != (partner.user_id, partner.company_id)
        )._crl_follow_owner()
        return result

    def _crl_follow_owner(self):
        """Hand the open contacts and cases of customers to the salesperson they have
        now; what is done stays with who did it."""
        # the engine's rows follow whoever may change the customer
        customers = self.sudo().filtered("crl_relationship_id")
        for (owner, company), partners in customers.grouped(
            lambda partner: (partner.user_id, partner.company_id)
        ).items():
            cases = partners.crl_case_ids._get_salespersons()
            partners.crl_relationship_id.write(
                {"user_id": owner.id, "company_id": company.id}
            )
            partners._crl_follow_indicators(company)
            if company:
                partners._crl_follow_company(company)
            # a campaign's customers stay with the operator they were dealt to
            partners.crl_enrollment_ids.filtered(
                lambda e: e.is_live and not e.campaign_id
            ).user_id = owner
            partners.crl_touchpoint_ids.filtered(
                lambda t: (
                    t.is_live
                    and not t.campaign_id
                    and (not t.step_id or t._get_step().owner_rule == "salesperson")
                )
            )._hand_over(owner)
            partners.crl_alert_ids.filtered("dedup_key")._hand_over(owner, company)
            if owner:
                cases.write({"user_id": owner.id})

    def _crl_follow_company(self, company):
        """Take what is ahead of customers along to their company, but the procedures of
        another; what is done stays where it was done."""
        live = self.crl_enrollment_ids.filtered(
            lambda e: e.is_live and e.company_id != company
        )
        foreign = live.filtered(
            lambda e: e.cadence_id.company_id not in (company, company.browse())
        )
        foreign._exit(
            self.env._("The customer belongs to %s now.", company.name), "company"
        )
        (live - foreign).company_id = company
        for records in (
            self.crl_touchpoint_ids.filtered("is_live"),
            self.crl_case_ids.filtered(lambda case: case._is_live()),
        ):
            records.filtered(lambda r: r.company_id != company).company_id = company
