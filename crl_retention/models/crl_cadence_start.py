from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrlCadence(models.Model):
    """A procedure that begins by itself: as a playbook, when an alert opens, or every
    year (``crl_cadence_yearly.py``).

    Each alert starts one procedure at most, when it opens; those that are open when it
    is switched on are left alone.
    """

    _inherit = "crl.cadence"

    start_on = fields.Selection(
        [
            ("band", "A customer is at risk"),
            ("indicator", "An indicator reaches a limit"),
            ("yearly", "A day of the customer comes round"),
        ],
        "Starts When",
        tracking=True,
        copy=False,
        help="The procedure begins by itself for the customer: when they have been at "
        "risk for the days of the settings, also after a knock-out; at once when an "
        "indicator reaches the limit; or every year on a day of theirs. Empty: it does "
        "not.",
    )
    start_indicator_id = fields.Many2one(
        "crl.indicator", "Indicator", index="btree_not_null", ondelete="restrict"
    )
    start_score = fields.Float(
        "Score at or Below", help="Points of the indicator, from 0 to 100."
    )
    start_from = fields.Datetime(
        "Begins Since",
        copy=False,
        help="Customers whose alert was open before, or whose day was, are left alone; "
        "enroll them by hand.",
    )

    _start_score_range = models.Constraint(
        "CHECK(start_score BETWEEN 0 AND 100)",
        "The score a procedure starts at goes from 0 to 100 points.",
    )

    @api.constrains("start_on", "start_indicator_id")
    def _check_start(self):
        for cadence in self:
            if cadence.start_on == "indicator" and not cadence.start_indicator_id:
                raise ValidationError(
                    self.env._(
                        "Choose the indicator “%s” starts with.", cadence.display_name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._date_start_from(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._date_start_from(vals))

    @api.model
    def _date_start_from(self, vals):
        # switched on, by what it starts with or by being taken out of the archive
        if vals.get("start_on") or vals.get("active"):
            vals = {"start_from": fields.Datetime.now(), **vals}
        return vals
