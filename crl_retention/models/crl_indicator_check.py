from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator_definition import DEFINITION

#: Aggregates of no field, and those of the order of dates.
WITHOUT_MEASURE = ("count", "days_since")
WITH_DATE = ("last", "days_since")


class CrlIndicator(models.Model):
    """What may be wrong with a definition, told while it is written."""

    _inherit = "crl.indicator"

    @api.constrains(*DEFINITION)
    def _check_definition(self):
        for indicator in self:
            # what an addon computes is its own matter
            if indicator.source == "computed" and not indicator.method:
                indicator._try_definition()

    def _try_definition(self):
        """Measure nobody with the user's own rights: whatever is wrong is told.

        :raises ValidationError: what is wrong, and with which field
        """
        self.ensure_one()
        asked = self.sudo(False)
        try:
            # nothing is written, and what is typed stays as it is
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    asked._get_found_sql(lambda column: SQL("%s IS NULL", column)),
                    log_exceptions=False,
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

    def _get_model(self):
        model = self.env.get(self.model_id.sudo().model)  # its name alone
        if model is None or model._abstract or model._transient:
            raise ValidationError(self.env._("Choose which records are measured."))
        return model

    def _get_domain(self, model):
        """The administrator's filter, within the window and the company."""
        domain = self.env["res.partner"]._crl_parse_domain(
            self.domain, self.env._("Only those"), model
        )
        since = self._get_since()
        if since:
            moment = self._check_date_field(model)
            tz = self._get_company()._crl_tz()
            is_day = moment.type == "date"
            first = schedule.local_day(since, tz) if is_day else since
            domain &= Domain(moment.name, ">=", first)
        company = model._fields.get("company_id")
        if self.company_id and company is not None and company.store:
            domain &= Domain("company_id", "in", [self.company_id.id, False])
        return domain

    def _get_path(self, model):
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
        if path and model._name.startswith("crl."):
            # ours name the customer itself, not its people
            return path
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
        if field is None:
            raise ValidationError(
                self.env._(
                    "“%(label)s”: choose a field of %(model)s.",
                    label=label,
                    model=model._description,
                )
            )
        is_stored = field.store and field.column_type and not field.company_dependent
        if field.type not in types or not is_stored:
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
