from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import base

#: What is measured when a target is set, and no value to choose.
MEASURED = {"baseline", "date_from", "date_to"}


class CrlBaseTarget(models.Model):
    """Keep so many points more of the customers within a year.

    Measured in percentage points over the share of customers of a year before who are
    still customers: the *baseline*, which is written down when the target is set and
    stays what it was, whatever is corrected afterwards.
    """

    _name = "crl.base.target"
    _description = "Target of the Customer Base"
    _inherit = ["crl.actor"]
    _order = "date_from desc, id desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    points = fields.Float(
        required=True,
        digits=(5, 1),
        help="Percentage points: from 60 %, 5 points lead to 65 %.",
    )
    date_from = fields.Date(
        "Set As Of",
        readonly=True,
        required=True,
        help="The end of the last month that was over when the target was set.",
    )
    date_to = fields.Date("Until", compute="_compute_date_to", store=True)
    baseline = fields.Float(
        "Retention Then (%)",
        readonly=True,
        required=True,
        digits=(5, 2),
        help="The share of the customers of a year before who were still customers.",
    )
    goal = fields.Float("Retention to Reach (%)", compute="_compute_goal")

    _points_possible = models.Constraint(
        "CHECK(points > 0 AND baseline + points <= 100)",
        "A target is more than 0 points, and leads to 100 % at the most.",
    )
    _company_date = models.Index("(company_id, date_to)")

    @api.depends("date_from")
    def _compute_date_to(self):
        for target in self:
            target.date_to = target.date_from + relativedelta(years=1)

    @api.depends("baseline", "points")
    def _compute_goal(self):
        for target in self:
            target.goal = target.baseline + target.points

    @api.depends("points", "date_to")
    def _compute_display_name(self):
        for target in self:
            target.display_name = self.env._(
                "Retention +%(points)s points until %(day)s",
                points=f"{target.points:g}",
                day=target.date_to,
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._add_baseline(vals) for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            fixed = MEASURED | {"company_id"}
            vals = {name: value for name, value in vals.items() if name not in fixed}
        return super().write(vals)

    @api.model
    def _add_baseline(self, vals):
        """The values with where the company stands now, whatever users say of it.

        :raises UserError: when there was no customer a year ago
        """
        if self.env.su and vals.get("baseline") and vals.get("date_from"):
            return vals
        vals = {name: value for name, value in vals.items() if name not in MEASURED}
        company = self._check_named("res.company", vals.get("company_id"))
        company = company or self.env.company
        # the company's figure is that of all its customers
        rate, day = self.env["crl.base"].sudo().with_company(company)._get_year_rate()
        if rate is None:
            raise UserError(
                self.env._(
                    "A year ago there was no customer yet, so there is nothing to "
                    "compare with: set the target when there was."
                )
            )
        return {
            **vals,
            "company_id": company.id,
            "date_from": day,
            "baseline": round(rate, 2),
        }

    @api.model
    def _get_present(self, company):
        """The company's target that is not over yet, the one that was set last."""
        today = company._crl_today()
        return self.search(
            [("company_id", "=", company.id), ("date_to", ">=", today)], limit=1
        )

    def _get_expected(self, day):
        """What the rate would be on a day, if it rose evenly (per cent)."""
        self.ensure_one()
        return base.expected(self.baseline, self.points, self.date_from, day)
