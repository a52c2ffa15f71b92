from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..models.crl_relationship import BANDS
from ..tools.health import Limits

#: Customers named for each way from one band to another.
EXAMPLES = 5


class CrlHealthTrial(models.TransientModel):
    """What if: other weights, thresholds and limits, and who would change bands.

    Nothing is written until somebody says so.
    """

    _name = "crl.health.trial"
    _description = "Try Other Weights and Limits"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    at_risk = fields.Float("At Risk Up To", default=lambda self: self._get_now(0))
    watch = fields.Float("Watch Up To", default=lambda self: self._get_now(1))
    line_ids = fields.One2many(
        "crl.health.trial.line",
        "trial_id",
        "Indicators",
        default=lambda self: self._get_lines(),
    )
    moved_count = fields.Integer("Customers Who Would Change", readonly=True)
    customer_count = fields.Integer("Customers", readonly=True)
    has_result = fields.Boolean()
    result = fields.Html(readonly=True)

    @api.model
    def _get_now(self, index):
        limits = self.env.company._crl_get_health_limits()
        return (limits.at_risk, limits.watch)[index]

    @api.model
    def _get_lines(self):
        # an administrator's handful
        indicators = self.env["crl.indicator"].search([])  # pylint: disable=no-search-all
        names = self.env["crl.health.trial.line"]._get_names()
        return [
            Command.create(
                {
                    "indicator_id": indicator.id,
                    **{name: indicator[name] for name in names},
                }
            )
            for indicator in indicators
        ]

    def action_compare(self):
        """Show who would change bands."""
        self.env["crl.actor"]._check_one(self)
        self._check_values()
        rows = self._compare()
        self.write(
            {
                "has_result": True,
                "customer_count": sum(row["count"] for row in rows),
                "moved_count": sum(
                    row["count"] for row in rows if row["before"] != row["after"]
                ),
                "result": self._render(rows),
            }
        )
        return self._reopen()

    def action_apply(self):
        """Save weights, thresholds and limits; the engine looks at all customers."""
        self.env["crl.actor"]._check_one(self)
        self._check_values()
        for line in self.line_ids:
            changed = line._get_changed()
            if changed:
                line.indicator_id.write(changed)
        # sudo: managers set the limits, though the company is the administrator's
        self.company_id.sudo().write(
            {"crl_health_at_risk": self.at_risk, "crl_health_watch": self.watch}
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Saved. The bands follow in a few minutes."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _check_values(self):
        if not self.env.user.has_group("crl_retention.crl_retention_group_manager"):
            raise UserError(self.env._("Only managers can do this."))
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose one of your companies."))
        if not 0 <= self.at_risk < self.watch <= 100:
            raise UserError(
                self.env._(
                    "The limits go from 0 to 100 points, the one of risk below the one "
                    "to watch."
                )
            )
        for line in self.line_ids:
            line._check_values()

    # ---- Compare ----

    def _compare(self):
        """How many customers go from which band to which, and some of them:
        ``[{"before", "after", "count", "partner_ids"}]``."""
        relationship = self.env["crl.relationship"]
        values = self.env["crl.indicator.value"]
        raw = values._get_raw_sql(SQL("v.raw"), "v", self.company_id._crl_today())
        # the engine's tables; which customers is said below
        self.env.flush_all()
        companies = self.env.companies.ids

        def within(column):
            return SQL(
                """%s IN (SELECT partner_id FROM crl_relationship
                           WHERE COALESCE(company_id, 0) = ANY(%s))""",
                column,
                [*companies, 0],
            )

        rows = self.env.execute_query(
            SQL(
                """
                WITH limits AS (%(limits)s),
                assessed AS (%(assessed)s),
                ranked AS (
                    SELECT COALESCE(old_band, '') AS before,
                           COALESCE(band, '') AS after, partner_id,
                           COUNT(*) OVER way AS customers,
                           ROW_NUMBER() OVER (PARTITION BY old_band, band
                                              ORDER BY partner_id) AS rank
                      FROM assessed
                    WINDOW way AS (PARTITION BY old_band, band)
                )
                SELECT before, after, MAX(customers), ARRAY_AGG(partner_id)
                  FROM ranked WHERE rank <= %(examples)s
              GROUP BY before, after
                """,
                limits=relationship._get_limits(
                    (self.company_id, Limits(self.at_risk, self.watch))
                ),
                assessed=relationship._get_assessed(
                    within,
                    rules=self.line_ids._get_rules(),
                    score=values._get_score_sql(raw),
                ),
                examples=EXAMPLES,
            )
        )
        names = ("before", "after", "count", "partner_ids")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _render(self, rows):
        labels = dict(self.env["crl.relationship"]._fields["band"].selection)
        bands = [
            (band, label)
            for band, label in [*self._get_bands(), ("", self.env._("Unknown"))]
            if band in labels or any(band in (r["before"], r["after"]) for r in rows)
        ]
        counts = {(row["before"], row["after"]): row["count"] for row in rows}
        moved = sorted(
            (row for row in rows if row["before"] != row["after"]),
            key=lambda row: -row["count"],
        )
        partners = self.env["res.partner"]
        return self.env["ir.qweb"]._render(
            "crl_retention.crl_health_trial_result",
            {
                "bands": bands,
                "counts": counts,
                "moved": [
                    {
                        "before": dict(bands)[row["before"]],
                        "after": dict(bands)[row["after"]],
                        "count": row["count"],
                        # names only of those the manager may see
                        "names": partners.browse(row["partner_ids"])
                        ._filtered_access("read")
                        .mapped("display_name")
                        + ["…"] * (row["count"] > EXAMPLES),
                    }
                    for row in moved
                ],
            },
        )

    def _get_bands(self):
        field = self.env["crl.relationship"]._fields["band"]
        return field._description_selection(self.env) or BANDS
