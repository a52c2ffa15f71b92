from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator import AGGREGATES, METHOD_PREFIX

#: Aggregates of no field, and those of the order of dates.
WITHOUT_MEASURE = ("count", "days_since")
WITH_DATE = ("last", "days_since")
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
        domain=[("transient", "=", False)],
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
    aggregate = fields.Selection(AGGREGATES, default="count")
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

    @api.constrains(*DEFINITION)
    def _check_definition(self):
        for indicator in self:
            if indicator.source == "computed":
                indicator._try_definition()

    def _try_definition(self):
        """Measure nobody with the user's own rights: whatever is wrong is told.

        :raises ValidationError: what is wrong, and with which field
        """
        self.ensure_one()
        asked = self.sudo(False)
        try:
            with self.env.cr.savepoint():
                self.env.execute_query(
                    asked._get_found_sql(lambda column: SQL("%s IS NULL", column))
                )
        except AccessError as error:
            raise ValidationError(
                self.env._("You may not read what this measures. %s", error)
            ) from error
        except UserError:
            raise
        except Exception as error:
            raise ValidationError(
                self.env._(
                    "%(indicator)s cannot be measured like this: %(error)s",
                    indicator=self.name or self.env._("This indicator"),
                    error=error,
                )
            ) from error

    # ---- From the definition to SQL ----

    def _get_found_sql(self, within):
        """What each customer measures: ``indicator_id, partner_id, raw, company_id``.

        :param within: takes a column of customers and returns the condition, as SQL,
            that it is one of those asked for
        """
        self.ensure_one()
        relationships = self.env["crl.relationship"]
        of_company = (
            [("company_id", "in", [self.company_id.id, False])]
            if self.company_id
            else []
        )
        query = relationships._search(of_company)
        partner = SQL.identifier(query.table, "partner_id")
        query.add_where(within(partner))
        query.add_join(
            "LEFT JOIN",
            "measured",
            SQL("(%s)", self._get_measured_sql(within)),
            SQL("measured.partner_id = %s", partner),
        )
        raw = SQL("measured.raw")
        if self.aggregate in ZERO_WITHOUT:
            raw = SQL("COALESCE(%s, 0)", raw)
        else:
            query.add_where(SQL("%s IS NOT NULL", raw))
        return query.select(
            SQL("%s AS indicator_id", self._origin.id or 0),
            SQL("%s AS partner_id", partner),
            # sums of fractions depend on the order they are added in
            SQL("ROUND((%s)::numeric, 6)::double precision AS raw", raw),
            SQL("%s AS company_id", SQL.identifier(query.table, "company_id")),
        )

    def _get_measured_sql(self, within):
        """``partner_id, raw`` of the customers with such records."""
        if self.method:
            return self._get_method()(within)
        model = self._get_model()
        path = self._check_path(model)
        measure = self._check_measure(model)
        moment = self._check_date_field(model)
        query = model._search(self._get_domain(model))
        partner = model._read_group_groupby(model._table, path, query)
        query.add_where(within(partner))
        date = moment and model._field_to_sql(model._table, moment.name, query)
        if self.aggregate == "count":
            raw = SQL("COUNT(*)")
        elif self.aggregate == "days_since":
            raw = self._get_days_since_sql(SQL("MAX(%s)", date), moment.type)
            query.add_where(SQL("%s IS NOT NULL", date))
        elif self.aggregate == "last":
            value = model._field_to_sql(model._table, measure.name, query)
            query.add_where(SQL("%s IS NOT NULL", value))
            raw = SQL(
                "(ARRAY_AGG(%s ORDER BY %s DESC NULLS LAST, %s DESC))[1]",
                value,
                date,
                SQL.identifier(model._table, "id"),
            )
        else:
            # amounts of several currencies are added up in the company's
            function = (
                "sum_currency"
                if self.aggregate == "sum" and measure.type == "monetary"
                else self.aggregate
            )
            raw = model._read_group_select(f"{measure.name}:{function}", query)
        query.groupby = partner
        return query.select(SQL("%s AS partner_id", partner), SQL("%s AS raw", raw))

    def _get_days_since_sql(self, moment, kind):
        """Days from a moment, or a day, until today where the company is."""
        if kind == "datetime":
            tz = self._get_company()._crl_tz()
            moment = SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, tz)
        today = self._get_company()._crl_today()
        return SQL("GREATEST(%s::date - %s, 0)", today, moment)

    def _get_company(self):
        """The company whose days and hours count."""
        return self.company_id or self.env.company

    def _get_since(self):
        """The moment the window begins, naive UTC; ``None`` without one."""
        if not self.window_days:
            return None
        company = self._get_company()
        day = schedule.add_delay(company._crl_today(), -self.window_days, "days")
        return schedule.utc_at(day, 0, company._crl_tz())

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

    def _get_model(self):
        model = self.env.get(self.model_id.sudo().model)  # its name alone
        if model is None or model._abstract or not model._auto and not model._table_sql:
            raise ValidationError(self.env._("Choose which records are measured."))
        return model

    def _get_domain(self, model):
        """The administrator's filter, within the window and the company."""
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            domain.validate(model)
        except AccessError:
            raise
        except Exception as error:
            raise ValidationError(
                self.env._(
                    "“Only those”: this filter cannot be read (%(error)s).", error=error
                )
            ) from error
        since = self._get_since()
        if since:
            is_day = model._fields[self.date_field].type == "date"
            first = (
                since
                if not is_day
                else schedule.add_delay(
                    self._get_company()._crl_today(), -self.window_days, "days"
                )
            )
            domain &= Domain(self.date_field, ">=", first)
        company = model._fields.get("company_id")
        if self.company_id and company is not None and company.store:
            domain &= Domain("company_id", "in", [self.company_id.id, False])
        return domain

    def _check_path(self, model):
        """The path to the customer, as the ORM groups by.

        :raises ValidationError: when it leads elsewhere
        """
        path = self.partner_path or ""
        reached = model
        for name in filter(None, path.split(".")):
            field = reached._fields.get(name)
            if field is None:
                raise ValidationError(
                    self.env._(
                        "“Path to the customer”: %(model)s has no field “%(field)s”.",
                        model=reached._description,
                        field=name,
                    )
                )
            if field.type != "many2one" or not (field.store or field.related):
                raise ValidationError(
                    self.env._(
                        "“Path to the customer”: “%(field)s” of %(model)s is not a "
                        "stored link to one record.",
                        model=reached._description,
                        field=field.string,
                    )
                )
            reached = reached.env[field.comodel_name]
        if reached._name != "res.partner":
            raise ValidationError(
                self.env._(
                    "“Path to the customer” ends at %s: it must lead to a contact.",
                    reached._description,
                )
            )
        return ".".join(filter(None, (path, "commercial_partner_id")))

    def _check_measure(self, model):
        if self.aggregate in WITHOUT_MEASURE:
            return None
        label = self.env._("Of the field")
        return self._check_field(
            model, self.measure, ("integer", "float", "monetary"), label
        )

    def _check_date_field(self, model):
        if self.aggregate not in WITH_DATE and not self.window_days:
            return None
        return self._check_field(
            model, self.date_field, ("date", "datetime"), self.env._("By the date")
        )

    def _check_field(self, model, name, types, label):
        """A stored field of one of the types.

        :raises ValidationError: when there is none, or it is another
        """
        field = model._fields.get(name or "")
        kind = self.env._("date") if "date" in types else self.env._("number")
        if field is None:
            raise ValidationError(
                self.env._(
                    "“%(label)s”: choose a field of %(model)s.",
                    label=label,
                    model=model._description,
                )
            )
        if field.type not in types or not (field.store and field.column_type):
            raise ValidationError(
                self.env._(
                    "“%(label)s”: “%(field)s” does not do, it must be a stored "
                    "%(kind)s.",
                    label=label,
                    field=field.string,
                    kind=self.env._("date")
                    if "date" in types
                    else self.env._("number"),
                )
            )
        return field
