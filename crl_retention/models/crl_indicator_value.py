from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .crl_indicator import SOURCES
from .res_partner import INSIDERS


class CrlIndicatorValue(models.Model):
    """What an indicator says of one customer now: one row for each of both.

    Narrow and written by the engine alone, in statements for many rows. Users ask for
    a value (``res.partner.crl_set_indicator``, ``crl.indicator.load_values``).
    """

    _name = "crl.indicator.value"
    _description = "Value of an Indicator"
    _inherit = ["crl.sheet"]
    _order = "indicator_id, score, id"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    indicator_id = fields.Many2one("crl.indicator", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", help="The indicator's, or else the customer's."
    )
    raw = fields.Float("Value", aggregator="avg")
    since = fields.Date(
        "Counted From",
        readonly=True,
        help="The day that days are counted from. Such a value grows by one a day, and "
        "nothing is written for it.",
    )
    score = fields.Float(
        required=True, aggregator="avg", help="0 is bad, 50 fair, 100 good."
    )
    date = fields.Datetime(
        "As Of", required=True, help="When it was so; when a computed one last changed."
    )
    user_id = fields.Many2one("res.users", "Author", index="btree_not_null")
    source = fields.Selection(SOURCES, required=True)
    note = fields.Text(groups=INSIDERS)
    dedup_key = fields.Char(required=True, copy=False)
    history_score = fields.Float(help="The score that was last put into the history.")

    unit = fields.Char(related="indicator_id.unit")
    is_stale = fields.Boolean("Out of Date", compute="_compute_is_stale")

    _dedup_key_uniq = models.Constraint(
        "UNIQUE(dedup_key)", "A customer has one value of an indicator."
    )
    # a range of customers at a time
    _indicator_partner = models.Index("(indicator_id, partner_id)")

    def init(self):
        # a quarter of each page is free: a night writes the values that change on the
        # page they are on, and no index hears of it
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 75)", SQL.identifier(self._table))
        )
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create(vals_list)
        # the night looks at customers with a relationship alone
        self.env["crl.relationship"]._ensure(values.partner_id)
        return values

    def _field_to_sql(self, alias, field_expr, query=None):
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr == "raw":
            sql = self._get_raw_sql(sql, alias, self.env.company._crl_today())
        return sql

    @api.model
    def _get_raw_sql(self, raw, alias, today):
        """The value of a row as of a day, as SQL: ``raw``, or the days it counts."""
        days = self._get_days_sql(SQL.identifier(alias, "since"), today)
        return SQL("COALESCE(%s, %s)", raw, days)

    @api.model
    def _get_days_sql(self, since, today):
        """Days from a day until today, none before it, as SQL."""
        return SQL(
            "(GREATEST(%(today)s::date, %(since)s) - %(since)s)::double precision",
            since=since,
            today=today,
        )

    @api.depends("date", "indicator_id.valid_days")
    def _compute_is_stale(self):
        now = fields.Datetime.now()
        for value in self:
            days = value.indicator_id.valid_days
            value.is_stale = bool(
                days and value.date and value.date + timedelta(days=days) < now
            )

    @api.model
    def _get_score_sql(self, raw):
        """The score of a raw value by the thresholds of the indicator ``i``, as SQL:
        ``value_score`` of ``tools/health.py`` for many rows.

        The value is cut at the thresholds first, so that no huge one overflows.
        """
        return SQL(
            """CASE WHEN i.raw_good > i.raw_bad
                    THEN CASE WHEN %(raw)s <= i.raw_fair
                         THEN 50 * (GREATEST(%(raw)s, i.raw_bad) - i.raw_bad)
                              / (i.raw_fair - i.raw_bad)
                         ELSE 50 + 50 * (LEAST(%(raw)s, i.raw_good) - i.raw_fair)
                              / (i.raw_good - i.raw_fair) END
                    ELSE CASE WHEN %(raw)s >= i.raw_fair
                         THEN 50 * (i.raw_bad - LEAST(%(raw)s, i.raw_bad))
                              / (i.raw_bad - i.raw_fair)
                         ELSE 50 + 50 * (i.raw_fair - GREATEST(%(raw)s, i.raw_good))
                              / (i.raw_fair - i.raw_good) END
                END""",
            raw=raw,
        )
