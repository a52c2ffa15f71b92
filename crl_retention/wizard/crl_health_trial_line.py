from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: What can be tried, and its type in the database.
NAMES = {
    "weight": "float8",
    "knock_out_score": "float8",
    "raw_bad": "float8",
    "raw_fair": "float8",
    "raw_good": "float8",
}


class CrlHealthTrialLine(models.TransientModel):
    """An indicator as it is tried."""

    _name = "crl.health.trial.line"
    _description = "Indicator to Try"

    trial_id = fields.Many2one("crl.health.trial", required=True, ondelete="cascade")
    indicator_id = fields.Many2one("crl.indicator", required=True, ondelete="cascade")
    unit = fields.Char(related="indicator_id.unit")
    knock_out = fields.Selection(related="indicator_id.knock_out")
    weight = fields.Float()
    knock_out_score = fields.Float("Knock-out Limit")
    raw_bad = fields.Float("Bad")
    raw_fair = fields.Float("Fair")
    raw_good = fields.Float("Good")

    def _get_names(self):
        return tuple(NAMES)

    def _get_changed(self):
        """What differs from the indicator as it is."""
        self.ensure_one()
        return {
            name: self[name] for name in NAMES if self[name] != self.indicator_id[name]
        }

    def _check_values(self):
        self.ensure_one()
        bad, fair, good = self.raw_bad, self.raw_fair, self.raw_good
        if not (bad < fair < good or bad > fair > good):
            raise UserError(
                self.env._(
                    "%s: “fair” must lie between “bad” and “good”.",
                    self.indicator_id.name,
                )
            )
        if self.weight < 0 or not 0 <= self.knock_out_score <= 100:
            raise UserError(
                self.env._(
                    "%s: a weight cannot be negative, and a limit goes from 0 to 100 "
                    "points.",
                    self.indicator_id.name,
                )
            )

    def _get_rules(self):
        """The indicators as they are tried, as ``crl.relationship._get_assessed``
        wants them."""
        indicators = [line.indicator_id for line in self]
        columns = {
            "id": ("int", [i.id for i in indicators]),
            "company_id": ("int", [i.company_id.id or None for i in indicators]),
            "valid_days": ("int", [i.valid_days for i in indicators]),
            "knock_out": ("text", [i.knock_out or None for i in indicators]),
            **{name: (kind, self.mapped(name)) for name, kind in NAMES.items()},
        }
        return SQL(
            "SELECT * FROM unnest(%s) AS i (%s)",
            SQL(", ").join(
                SQL("%s::%s[]", values, SQL(kind)) for kind, values in columns.values()
            ),
            SQL(", ").join(SQL.identifier(name) for name in columns),
        )
