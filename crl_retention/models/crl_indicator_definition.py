from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator import AGGREGATES, METHOD_PREFIX

#: Of customers without any records there are none, and no more.
ZERO_WITHOUT = ("count", "sum")
DEFINITION = [
    "source",
    "model_id",
    "partner_path",
    "domain",
    "aggregate",
    "measure",
    "date_field",
    "window_days",
]


class CrlIndicator(models.Model):
    """How a computed indicator is measured, said without code.

    Records of any model that leads to a customer, found by a filter of the
    administrator, are counted or added up by customer. The statement is made by the
    ORM; what administrators may not read they cannot measure.
    """

    _inherit = "crl.indicator"

    model_id = fields.Many2one(
        "ir.model",
        "Records",
        domain=[("transient", "=", False), ("abstract", "=", False)],
        ondelete="cascade",
        help="What is counted, added up or looked at.",
    )
    model = fields.Char("Technical Name", related="model_id.model")
    partner_path = fields.Char(
        "Path to the Customer",
        help="How one gets from such a record to its customer, like partner_id or "
        "order_id.partner_id. Empty: the records are the customers.",
    )
    domain = fields.Char("Only Those", default="[]")
    aggregate = fields.Selection(AGGREGATES, "What Is Taken", default="count")
    measure = fields.Char("Of the Field")
    date_field = fields.Char("By the Date")
    window_days = fields.Integer(
        "In the Last (Days)", help="How far back it looks. 0: records of all times."
    )
    method = fields.Char(
        readonly=True, copy=False, help="How an addon computes it in its own way."
    )

    _window_days_positive = models.Constraint(
        "CHECK(window_days BETWEEN 0 AND 36500)",
        "The days an indicator looks back go from 0 to 36500.",
    )

    def _has_field_access(self, field, operation):
        # what is called comes from an addon, never from a user
        if field.name == "method" and operation == "write":
            return self.env.su
        return super()._has_field_access(field, operation)

    @api.onchange("model_id")
    def _onchange_model_id(self):
        """The way to the customer that the records most likely have."""
        self.measure = self.date_field = False
        self.domain = "[]"
        model = self.env.get(self.model)
        links = model._fields if model is not None else ()
        paths = ("partner_id", "commercial_partner_id", "customer_id")
        self.partner_path = next(
            (
                name
                for name in paths
                if name in links
                and links[name].comodel_name == "res.partner"
                and self.model != "res.partner"
            ),
            False,
        )

    # ---- From the definition to SQL ----

    def _get_found_sql(self, within, measured=None, customers=None):
        """What each customer measures: ``indicator_id, partner_id, raw, since,
        company_id``. ``raw`` is empty where there is no value; days are counted from
        the day ``since``, others have none.

        :param within: takes a column of customers and returns the condition, as SQL,
            that it is one of those asked for
        :param measured: a query as of ``_get_measured_sql``, when that was made before
        :param customers: a table of those asked for and their companies, likewise
        """
        self.ensure_one()
        if customers is None:
            query = self.env["crl.relationship"]._search([])
            partner = SQL.identifier(query.table, "partner_id")
            query.add_where(within(partner))
            company = SQL.identifier(query.table, "company_id")
            customers = SQL("(%s)", query.select(partner, company))
        raw, since = SQL("measured.raw"), SQL("NULL::date")
        if self.aggregate == "days_since" and not self.method:
            since = raw
            raw = self.env["crl.indicator.value"]._get_days_sql(
                since, self._get_company()._crl_today()
            )
        if self.aggregate in ("sum", "avg"):
            # sums of fractions depend on the order they are added in
            raw = SQL("ROUND(%s::numeric, 6)", raw)
        if self.aggregate in ZERO_WITHOUT:
            raw = SQL("COALESCE(%s, 0)", raw)
        if self.company_id:
            # customers of another company have no value of it
            own = self.company_id.id
            raw = SQL(
                "CASE WHEN COALESCE(c.company_id, %s) = %s THEN %s END", own, own, raw
            )
        return SQL(
            """SELECT %s AS indicator_id, c.partner_id, (%s)::double precision AS raw,
                      %s AS since, c.company_id
                 FROM %s c LEFT JOIN (%s) measured ON measured.partner_id = c.partner_id
            """,
            self._origin.id or 0,
            raw,
            since,
            customers,
            measured or self._get_measured_sql(within),
        )

    def _get_measured_sql(self, within):
        """``partner_id, raw`` of the customers with such records; where days are
        counted, ``raw`` is the day they are counted from."""
        if self.method:
            return self._get_method()(within)
        query, partner = self._get_rows()
        raw = self._get_aggregated_sql(query)
        query.add_where(within(partner))
        query.groupby = partner
        return query.select(SQL("%s AS partner_id", partner), SQL("%s AS raw", raw))

    def _share_readings(self, within):
        """Measure many at once: those that count the rows of one table, or look for
        the latest, read it together.

        :returns: ``{indicator id: query as of _get_measured_sql}`` of those that share,
            and the tables it takes, ``name AS MATERIALIZED (…)``
        """
        readings = defaultdict(list)
        for indicator in self:
            if not indicator.method and indicator.aggregate in ("count", "days_since"):
                query, partner = indicator._get_rows()
                where = query.where_clause or SQL("TRUE")
                raw = indicator._get_aggregated_sql(
                    query, SQL(" FILTER (WHERE %s)", where)
                )
                place = readings[query.from_clause, partner]
                place.append((indicator.id, where, raw))
        measured, tables = {}, []
        for (rows, partner), of_rows in readings.items():
            if len(of_rows) < 2:
                continue
            name = SQL.identifier(f"reading_{len(tables)}")
            columns = [SQL("%s AS partner_id", partner)]
            for number, __, raw in of_rows:
                column = SQL.identifier(f"raw_{number}")
                columns.append(SQL("%s AS %s", raw, column))
                measured[number] = SQL(
                    "SELECT partner_id, %s AS raw FROM %s", column, name
                )
            tables.append(
                SQL(
                    """%s AS MATERIALIZED (
                       SELECT %s FROM %s WHERE %s AND (%s) GROUP BY %s)""",
                    name,
                    SQL(", ").join(columns),
                    rows,
                    within(partner),
                    SQL(" OR ").join(SQL("(%s)", where) for __, where, __ in of_rows),
                    partner,
                )
            )
        return measured, tables

    def _get_rows(self):
        """The rows that a definition looks at, and their column with the customer."""
        model = self._get_model()
        path = self._get_path(model)
        query = model._search(self._get_domain(model))
        partner = model._read_group_groupby(model._table, path, query)
        value = None
        if self.aggregate == "days_since":
            value = self._check_date_field(model)
        elif self.aggregate == "last":
            value = self._check_measure(model)
        if value is not None:
            column = model._field_to_sql(model._table, value.name, query)
            query.add_where(SQL("%s IS NOT NULL", column))
        return query, partner

    def _get_aggregated_sql(self, query, condition=None):
        """What is measured of the rows of a customer.

        :param condition: a ``FILTER``, for a count or the latest day
        """
        model, condition = self._get_model(), condition or SQL()
        measure = self._check_measure(model)
        moment = self._check_date_field(model)
        date = moment and model._field_to_sql(model._table, moment.name, query)
        if self.aggregate == "count":
            return SQL("COUNT(*)%s", condition)
        if self.aggregate == "days_since":
            raw = SQL("MAX(%s)%s", date, condition)
            if moment.type == "datetime":
                tz = self._get_company()._crl_tz()
                raw = SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", raw, tz)
            return raw
        if self.aggregate == "last":
            return SQL(
                "(ARRAY_AGG(%s ORDER BY %s DESC NULLS LAST, %s DESC))[1]",
                model._field_to_sql(model._table, measure.name, query),
                date,
                SQL.identifier(model._table, "id"),
            )
        # amounts of several currencies are added up in the company's
        function = (
            "sum_currency"
            if self.aggregate == "sum" and measure.type == "monetary"
            else self.aggregate
        )
        return model._read_group_select(f"{measure.name}:{function}", query)

    def _get_company(self):
        """The company whose days and hours count."""
        return self.company_id or self.env.company

    def _get_since(self, now=None):
        """The moment the window begins, naive UTC; ``None`` without one.

        :param now: another moment to look back from
        """
        if not self.window_days:
            return None
        tz = self._get_company()._crl_tz()
        today = schedule.local_day(now or fields.Datetime.now(), tz)
        day = schedule.add_delay(today, -self.window_days, "days")
        return schedule.utc_at(day, 0, tz)

    def _get_method(self):
        """What an addon computes it by.

        :raises ValidationError: when there is no such method
        """
        is_ours = self.method.startswith(METHOD_PREFIX)
        method = getattr(self, self.method, None) if is_ours else None
        if method is None:
            raise ValidationError(
                self.env._(
                    "%(indicator)s is computed by an addon that is not there.",
                    indicator=self.name,
                )
            )
        return method
