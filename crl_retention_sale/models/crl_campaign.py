from odoo import fields, models


class CrlCampaign(models.Model):
    """An order as the goal of a campaign."""

    _inherit = "crl.campaign"

    goal = fields.Selection(
        selection_add=[("ordered", "An order")], ondelete={"ordered": "set default"}
    )

    def _get_goal_domain(self):
        if self.goal != "ordered":
            return super()._get_goal_domain()
        self.ensure_one()
        orders = self.env["sale.order"].sudo()  # only numbers come of it
        found = orders._search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
                ("date_order", ">=", self.date_released),
                ("date_order", "<=", self.env["crl.purchase"]._get_latest_moment()),
            ]
        )
        return self._get_goal_customers(found)
