from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

PUNCTUALITY = [("on_time", "On time"), ("late", "Late")]


class CrlFigures(models.AbstractModel):
    """Figures that depend on what time it is, or that the ORM cannot aggregate.

    Each is one SQL expression, from which lists, filters, groups, pivots and
    spreadsheets get it, with the reader's own record rules; nothing is stored that
    would have to be written anew as time passes.
    """

    _name = "crl.figures"
    _description = "Figures of Reports"

    #: Names of the fields. Looked at for every column of every query: no work here.
    _figures = frozenset()
    #: The columns they are made of.
    _figure_columns = ()
    #: Of these groups show the median: few long cases say nothing about the others.
    _medians = ()

    @api.model
    def _get_figures(self, alias):
        """The expressions, ``{field name: SQL}``."""
        return {}

    @api.depends(lambda self: self._figure_columns)
    def _compute_figures(self):
        """Let the database tell them, as it does in groups."""
        table = self._table
        query = self.browse(self._origin.ids)._as_query(ordered=False)
        figures = self._get_figures(table)
        rows = self.env.execute_query(
            query.select(SQL.identifier(table, "id"), *figures.values())
        )
        found = {row[0]: row[1:] for row in rows}
        for record in self:
            values = found.get(record._origin.id, [None] * len(figures))
            for name, value in zip(figures, values, strict=True):
                record[name] = value or False

    def _search_punctuality(self, operator, value):
        if operator != "in":
            return NotImplemented
        values = [each or "" for each in value]

        def to_sql(model, alias, query):
            figure = model._get_figures(alias)["punctuality"]
            return SQL("COALESCE(%s, '') IN %s", figure, tuple(values))

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in self._figures:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return self._get_figures(alias)[field_expr]

    def _read_group_select(self, aggregate_spec, query):
        name, __, function = aggregate_spec.partition(":")
        if name in self._medians and function == "avg":
            return SQL(
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
                self._field_to_sql(self._table, name, query),
            )
        return super()._read_group_select(aggregate_spec, query)

    # ---- Parts of expressions ----

    @api.model
    def _get_column_sql(self, alias, name):
        """A column as an expression, whoever asks."""
        return self._fields[name].to_sql(self, alias)

    @api.model
    def _get_now_sql(self):
        return SQL("%s::timestamp", fields.Datetime.now())

    @api.model
    def _get_day_sql(self, moment, company):
        """The day a moment falls on, where the company lives.

        :param SQL moment: naive UTC
        :param SQL company: id of the company
        """
        # names of time zones, of every company there may be a record of
        companies = self.env["res.company"].sudo()
        companies = companies.search([("active", "in", (True, False))])
        zones = companies.grouped(lambda company: company._crl_tz())
        zone = SQL("CASE")
        for name, same in zones.items():
            zone = SQL("%s WHEN %s IN %s THEN %s", zone, company, tuple(same.ids), name)
        zone = SQL("%s END", zone) if len(zones) > 1 else SQL("%s", next(iter(zones)))
        return SQL("timezone(%s, timezone('UTC', %s))::date", zone, moment)

    @api.model
    def _get_rate_sql(self, condition, among):
        """1 where a condition holds, 0 where it does not, nothing for others than
        those it is asked ``among``: the average is the share."""
        return SQL(
            "CASE WHEN %s THEN CASE WHEN %s THEN 1.0 ELSE 0.0 END END", among, condition
        )
