import math
import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formatLang

from ..tools.loading import MAX_RAW

SOURCES = [
    ("manual", "Written by people"),
    ("import", "Loaded from elsewhere"),
    ("computed", "Computed from Odoo's records"),
]
AGGREGATES = [
    ("count", "Number of records"),
    ("sum", "Sum"),
    ("avg", "Average"),
    ("min", "Smallest"),
    ("max", "Largest"),
    ("last", "Latest"),
    ("days_since", "Days since the latest"),
]
KNOCK_OUTS = [("watch", "At best Watch"), ("at_risk", "At risk")]
#: Prefix of the methods that compute what a definition cannot say.
METHOD_PREFIX = "_crl_indicator_"

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


class CrlIndicator(models.Model):
    """A measured sign of the relationship: what it is, and what a value is worth.

    The raw value is a number of any kind. ``raw_bad``, ``raw_fair`` and ``raw_good``
    map it to a score of 0, 50 and 100, straight in between; higher scores are always
    healthier, also where less is better.

    What computes one is in ``crl_indicator_definition.py``, when in
    ``crl_indicator_refresh.py``, and for whom in ``crl_indicator_follow.py``.
    """

    _name = "crl.indicator"
    _description = "Indicator"
    _inherit = ["crl.sheet"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="How other systems name it: small letters, digits and underscores.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: of all companies."
    )
    source = fields.Selection(SOURCES, required=True, default="manual")
    description = fields.Text(translate=True)
    unit = fields.Char(translate=True, help="What is counted: days, orders, hours.")
    weight = fields.Float(
        default=10,
        help="How much it counts for the health of a customer, compared with the "
        "others. 0: it is shown, but does not count.",
    )
    valid_days = fields.Integer(
        "Valid For (Days)",
        help="An older value does not count any more. 0: it holds until a new one "
        "comes. Computed ones are never out of date.",
    )
    raw_bad = fields.Float("Bad", default=0, required=True, help="Worth 0 points.")
    raw_fair = fields.Float("Fair", default=50, required=True, help="Worth 50 points.")
    raw_good = fields.Float(
        "Good", default=100, required=True, help="Worth 100 points."
    )
    knock_out = fields.Selection(
        KNOCK_OUTS,
        help="What the customer is at best, however good the others are, when this one "
        "is as low as the limit.",
    )
    knock_out_score = fields.Float(
        "Knock-out Limit", help="It acts at so many points and below."
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another indicator has this code already."
    )
    _weight_positive = models.Constraint(
        "CHECK(weight >= 0)", "The weight of an indicator cannot be negative."
    )
    _valid_days_positive = models.Constraint(
        "CHECK(valid_days >= 0)", "The days a value is valid cannot be negative."
    )
    _computed_is_valid = models.Constraint(
        "CHECK(source != 'computed' OR valid_days = 0)",
        "A computed value is never out of date: leave “Valid for” at 0, and say in the "
        "definition how far back it looks.",
    )
    _knock_out_score_range = models.Constraint(
        "CHECK(knock_out_score BETWEEN 0 AND 100)",
        "The knock-out limit goes from 0 to 100 points.",
    )

    @api.constrains("code")
    def _check_code(self):
        for indicator in self:
            if not _CODE.fullmatch(indicator.code):
                raise ValidationError(
                    self.env._(
                        "The code “%s” does not do: begin with a small letter, and use "
                        "small letters, digits and underscores, 60 at most.",
                        indicator.code,
                    )
                )

    @api.constrains("raw_bad", "raw_fair", "raw_good")
    def _check_thresholds(self):
        for indicator in self:
            bad, fair, good = indicator._get_thresholds()
            is_number = all(
                math.isfinite(raw) and abs(raw) <= MAX_RAW for raw in (bad, fair, good)
            )
            if not is_number or not (bad < fair < good or bad > fair > good):
                raise ValidationError(
                    self.env._(
                        "%(indicator)s: “fair” must lie between “bad” and “good”, "
                        "like 0, 50 and 100, or 90, 45 and 15 where less is better.",
                        indicator=indicator.name,
                    )
                )

    def _get_thresholds(self):
        self.ensure_one()
        return self.raw_bad, self.raw_fair, self.raw_good

    def _tell_raw(self, raw, unit=True):
        """A value as people read it: in their language's digits, with its unit.

        Units are words in the plural: beside a 1 they are left out, but for signs and
        short forms. What is counted stands in the name of the indicator.
        """
        self.ensure_one()
        digits = 0 if raw == int(raw) else 1 if abs(raw) >= 10 else 2
        number = formatLang(self.env, raw, digits=digits)
        is_plural = bool(self.unit) and self.unit.isalpha() and len(self.unit) > 3
        if not unit or not self.unit or (raw == 1 and is_plural):
            return number
        return f"{number} {self.unit}"

    @api.onchange("name")
    def _onchange_name(self):
        if self.name and not self.code:
            words = re.findall(r"[a-z0-9]+", self.name.lower())
            self.code = "_".join(words)[:60].lstrip("0123456789_") or False

    @api.onchange("source")
    def _onchange_source(self):
        if self.source == "computed":
            self.valid_days = 0

    # ---- ORM ----

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_values(self):
        values = self.env["crl.indicator.value"]._read_group(
            [("indicator_id", "in", self.ids)], ["indicator_id"]
        )
        used = self.browse(indicator.id for (indicator,) in values)
        if used:
            raise UserError(
                self.env._(
                    "Customers have values of %s: archive it instead.",
                    ", ".join(used.mapped("name")),
                )
            )

    def action_open_values(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_indicator_value_action"
        )
        action["domain"] = [("indicator_id", "=", self.id)]
        return action
