from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

BANDS = [("healthy", "Healthy"), ("watch", "Watch"), ("at_risk", "At risk")]
TRENDS = [("up", "Up"), ("same", "Same"), ("down", "Down")]
VERDICTS = [
    ("positive", "Content"),
    ("neutral", "So-so"),
    ("negative", "Unhappy"),
]


class CrlRelationship(models.Model):
    """The state of one customer's relationship with us: one row a customer.

    Narrow and written by the engine alone, so that mass updates neither lock nor
    bloat the partner's own row.
    """

    _name = "crl.relationship"
    _description = "Customer Relationship"
    _inherit = ["crl.actor"]
    _order = "next_contact_date, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    dedup_key = fields.Char(required=True, copy=False)
    company_id = fields.Many2one("res.company", index="btree_not_null")
    # indexed below, as stages are: every score that moves writes every index
    user_id = fields.Many2one("res.users", "Salesperson")
    enrollment_id = fields.Many2one(
        "crl.enrollment", index="btree_not_null", ondelete="set null"
    )
    stage_id = fields.Many2one(
        "crl.stage",
        ondelete="restrict",
        group_expand="_read_group_stage_ids",
    )
    stage_date = fields.Datetime(
        "In Stage Since",
        help="Empty: the customer was there before stages were written down.",
    )
    score = fields.Float("Health", digits=(5, 2), aggregator="avg")
    band = fields.Selection(BANDS)
    trend = fields.Selection(TRENDS)
    confidence = fields.Integer("Confidence (%)", aggregator="avg")
    last_contact_date = fields.Datetime("Last Contact")
    next_contact_date = fields.Datetime("Next Contact", index=True)
    last_verdict = fields.Selection(VERDICTS)
    open_case_count = fields.Integer("Open Cases")
    open_promise_count = fields.Integer("Open Promises", help="Of the open cases.")
    customer_since = fields.Date()

    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    city = fields.Char(related="partner_id.city")
    country_id = fields.Many2one(related="partner_id.country_id")
    color = fields.Integer(compute="_compute_color")

    _dedup_key_uniq = models.Constraint(
        "UNIQUE(dedup_key)", "A customer has one relationship."
    )
    _user_next = models.Index("(user_id, next_contact_date)")
    # with the id, which lists sort by last: else a page sorts thousands of equal scores
    _stage_score_id = models.Index("(stage_id, score, id)")
    _band_score_id = models.Index("(band, score, id)")

    @api.depends("last_verdict", "open_case_count", "open_promise_count")
    def _compute_color(self):
        colors = {"positive": 10, "neutral": 3, "negative": 1}
        for relationship in self:
            relationship.color = (
                1
                if relationship._has_complained()
                else colors.get(relationship.last_verdict, 0)
            )

    def _has_complained(self):
        """Whether a case is open that is no promise of ours."""
        return self.open_case_count > self.open_promise_count

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        # every stage is a column, for managers and reps alike
        return stages.search([])  # pylint: disable=no-search-all

    @api.model
    def _ensure(self, partners):
        """The relationships of customers, made where there is none yet.

        :param partners: commercial partners
        """
        missing = partners.filtered(lambda partner: not partner.crl_relationship_id)
        if missing:
            created = self.create(
                [
                    {
                        "partner_id": partner.id,
                        "dedup_key": f"partner:{partner.id}",
                        "company_id": partner.company_id.id,
                        "user_id": partner.user_id.id,
                        "customer_since": fields.Date.context_today(partner),
                    }
                    for partner in missing
                ]
            )
            self.env.flush_all()
            # past the ORM: a write on the wide partner table a customer is dear
            self.env.execute_query(
                SQL(
                    """UPDATE res_partner p SET crl_relationship_id = r.id
                         FROM crl_relationship r
                        WHERE r.partner_id = p.id AND r.id IN %s
                    RETURNING p.id""",
                    tuple(created.ids),
                )
            )
            missing.invalidate_recordset()
        return partners.crl_relationship_id

    @api.model
    def _refresh(self, partners, stage=None):
        """Write what enrollments, touchpoints and cases now say of customers.

        One statement for all of them, which touches only the rows that change:
        the stage is that of the live main enrollment, or stays where it was. Changes
        of it go into ``crl.stage.change``, in the same statement.

        :param stage: where customers without a live main enrollment stand from now on
        """
        if not partners:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH facts AS (
                    SELECT r.id,
                           e.id AS enrollment_id,
                           r.stage_id AS former_id, r.stage_date AS former_date,
                           COALESCE(e.stage_id, %(stage)s, r.stage_id) AS stage_id,
                           t.last_contact, t.next_contact, v.verdict,
                           c.cases, c.promises
                      FROM crl_relationship r
                 LEFT JOIN LATERAL (
                           SELECT e.id, e.stage_id FROM crl_enrollment e
                             JOIN crl_cadence d ON d.id = e.cadence_id AND d.is_main
                            WHERE e.partner_id = r.partner_id AND e.is_live
                         ORDER BY e.id DESC LIMIT 1) e ON TRUE
                 LEFT JOIN LATERAL (
                           SELECT MAX(t.date_done) FILTER (
                                      WHERE t.state = 'done') AS last_contact,
                                  MIN(t.date_planned) FILTER (
                                      WHERE t.state = 'open'
                                         OR t.date_due IS NOT NULL
                                  ) AS next_contact
                             FROM crl_touchpoint t
                            WHERE t.partner_id = r.partner_id) t ON TRUE
                 LEFT JOIN LATERAL (
                           SELECT t.verdict FROM crl_touchpoint t
                            WHERE t.partner_id = r.partner_id
                              AND t.verdict IS NOT NULL
                         ORDER BY COALESCE(t.feedback_date, t.date_done) DESC, t.id DESC
                            LIMIT 1) v ON TRUE
                 LEFT JOIN LATERAL (
                           SELECT COUNT(*) AS cases,
                                  COUNT(*) FILTER (
                                      WHERE c.kind = 'promise') AS promises
                             FROM crl_case c
                            WHERE c.partner_id = r.partner_id
                              AND c.state IN ('open', 'planned')) c ON TRUE
                     WHERE r.partner_id IN %(partners)s
                ), changed AS (
                UPDATE crl_relationship r
                   SET enrollment_id = f.enrollment_id, stage_id = f.stage_id,
                       stage_date = CASE
                           WHEN f.stage_id IS NOT DISTINCT FROM f.former_id
                           THEN r.stage_date ELSE %(now)s END,
                       last_contact_date = f.last_contact,
                       next_contact_date = f.next_contact,
                       last_verdict = f.verdict, open_case_count = f.cases,
                       open_promise_count = f.promises
                  FROM facts f
                 WHERE f.id = r.id
                   AND (r.enrollment_id, r.stage_id, r.last_contact_date,
                        r.next_contact_date, r.last_verdict, r.open_case_count,
                        r.open_promise_count)
                       IS DISTINCT FROM
                       (f.enrollment_id, f.stage_id, f.last_contact,
                        f.next_contact, f.verdict, f.cases, f.promises)
             RETURNING r.id, r.partner_id, r.company_id, r.user_id, r.stage_id,
                       f.former_id, f.former_date
                ), moved AS (%(moved)s)
                SELECT id FROM changed
                """,
                stage=stage.id if stage else None,
                now=fields.Datetime.now(),
                partners=tuple(partners.ids),
                moved=self.env["crl.stage.change"]._get_insert(),
            )
        )
        if rows:
            self.browse(row[0] for row in rows).invalidate_recordset()
            partners.invalidate_recordset(self._get_partner_fields())

    @api.model
    def _claim(self, partners):
        """Write customers' rows as they are: of two workers who are about to write to
        the same customer the second fails here, and sees what the first one did."""
        self.env.execute_query(
            SQL(
                """UPDATE crl_relationship SET dedup_key = dedup_key
                    WHERE partner_id IN %s RETURNING id""",
                tuple(partners.ids) or (0,),
            )
        )

    @api.model
    def _get_partner_fields(self):
        """Names of the partner's fields that show a relationship's."""
        return [
            name
            for name, field in self.env["res.partner"]._fields.items()
            if field.related and field.related.startswith("crl_relationship_id.")
        ]

    # ---- Verbs ----

    def action_set_stage(self, stage_id, reason=None):
        """Put customers aside by hand: dormant, lost, won back, at risk, set-up.

        Their procedures end; where a procedure is to run, enroll them instead.

        :param int stage_id: a stage that no procedure drives
        :raises UserError: for a stage of a procedure
        """
        relationships = self._as_engine()
        stage = self._check_record("crl.stage", stage_id)
        kinds = ("setup", "at_risk", "dormant", "lost", "won_back")
        if stage.kind not in kinds:
            raise UserError(
                self.env._("Customers get to this stage through a procedure only.")
            )
        live = relationships.partner_id.crl_enrollment_ids.filtered("is_live")
        live._exit(self._check_text(reason) or stage.name, "stage")
        relationships._refresh(relationships.partner_id, stage)
        return True

    def action_open_partner(self):
        self._check_one(self)
        return self.partner_id._crl_open()
