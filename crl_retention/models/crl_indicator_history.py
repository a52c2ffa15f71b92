from odoo import fields, models

from .crl_relationship import BANDS


class CrlIndicatorHistory(models.Model):
    """How values, and the health as a whole, stood when a week began.

    A week without a row was like the one before it; where days are counted, ``raw`` is
    as of that Monday and went on by one a day. Without a score the customer had no
    value any more.
    """

    _name = "crl.indicator.history"
    _description = "History of an Indicator"
    _inherit = ["crl.sheet"]
    _order = "week desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="restrict"
    )
    indicator_id = fields.Many2one(
        "crl.indicator", ondelete="cascade", help="Empty: the health as a whole."
    )
    company_id = fields.Many2one("res.company")
    week = fields.Date(required=True, help="Its Monday, where the company is.")
    raw = fields.Float("Value", aggregator="avg")
    score = fields.Float(aggregator="avg")
    band = fields.Selection(BANDS)
    dedup_key = fields.Char(required=True, copy=False)

    _dedup_key_uniq = models.Constraint(
        "UNIQUE(dedup_key)", "An indicator has one line a week and customer."
    )
    _partner_indicator_week = models.Index("(partner_id, indicator_id, week)")
    # those of an indicator go with it
    _indicator = models.Index("(indicator_id) WHERE indicator_id IS NOT NULL")
