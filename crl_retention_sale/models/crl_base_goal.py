from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrlBase(models.AbstractModel):
    """The target of the base, beside the figures it is about."""

    _inherit = "crl.base"

    @api.model
    def get_months(self, months=13, filters=None):
        result = super().get_months(months, filters)
        Target = self.env["crl.base.target"]
        target = Target
        # it is about all customers
        if Target.has_access("read") and not any((filters or {}).values()):
            target = Target._get_present(self.env.company)
        for row in result["rows"]:
            day = fields.Date.to_date(row["month"]) + relativedelta(months=1)
            row["expected"] = (
                target._get_expected(day)
                if target and day >= target.date_from
                else None
            )
        return {
            **result,
            "can_set_target": Target.has_access("create"),
            "target": target
            and {
                "id": target.id,
                "name": target.display_name,
                "points": target.points,
                "baseline": target.baseline,
                "goal": target.goal,
                "date_to": fields.Date.to_string(target.date_to),
            }
            or None,
        }

    @api.model
    def set_target(self, points):
        """Set the company's target anew, from where it stands now: so many percentage
        points more of the customers are to be kept within 12 months. 0 takes it away.

        :raises AccessError: unless for a portfolio administrator or a manager
        """
        Target = self.env["crl.base.target"]
        if isinstance(points, bool) or not isinstance(points, int | float):
            raise UserError(self.env._("Write the points as a number."))
        if not 0 <= points <= 100:
            raise UserError(self.env._("A target is 0 to 100 points."))
        Target.check_access("unlink" if not points else "create")
        Target._get_present(self.env.company).unlink()
        if points:
            Target.create({"points": points})
        return True
