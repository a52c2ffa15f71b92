from odoo import api, fields, models
from odoo.tools import SQL

#: A customer with whom there was a contact in these days counts as looked after.
CONTACT_DAYS = 90


class CrlRelationship(models.Model):
    """What reports tell of customers: how long in their stage, looked after or not."""

    _name = "crl.relationship"
    _inherit = ["crl.relationship", "crl.figures"]

    _figures = frozenset({"stage_days", "contacted_rate"})

    _figure_columns = ("stage_date", "last_contact_date")
    _medians = ("stage_days",)

    team_id = fields.Many2one(related="user_id.sale_team_id", string="Sales Team")
    stage_days = fields.Float(
        "Days in Stage",
        compute="_compute_figures",
        aggregator="avg",
        digits=(16, 1),
        help="Calendar days until now. Groups show the median.",
    )
    contacted_rate = fields.Float(
        "Contacted in 90 Days (%)",
        compute="_compute_figures",
        aggregator="avg",
        digits=(3, 2),
        help="There was a contact, by whatever channel, in the last 90 days.",
    )

    @api.model
    def _get_figures(self, alias):
        since, last = (
            self._get_column_sql(alias, name) for name in self._figure_columns
        )
        now = self._get_now_sql()
        return {
            "stage_days": SQL("EXTRACT(EPOCH FROM %s - %s)::float / 86400", now, since),
            "contacted_rate": self._get_rate_sql(
                SQL(
                    "COALESCE(%s >= %s - make_interval(days => %s), FALSE)",
                    last,
                    now,
                    CONTACT_DAYS,
                ),
                SQL("TRUE"),
            ),
        }
