from datetime import date, datetime

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError, ValidationError

from ..tools.text import clean_words, tidy_words

#: The largest id PostgreSQL takes.
MAX_ID = 2**31 - 1
#: Years in which the days of a procedure can lie.
YEARS = range(1990, 2100)


def _quote(value):
    """What was sent, short enough and safe to show in a message."""
    return tidy_words(str(value), 60)


class CrlActor(models.AbstractModel):
    """Verbs of the engine: users do not write its records, they ask for an action.

    Users have read access only; every public verb starts with ``_as_engine()``,
    which checks that the user may act on each record and returns them as the
    engine sees them. The author of what follows stays the user.
    """

    _name = "crl.actor"
    _description = "Retention Engine Verbs"
    _inherit = ["crl.sheet"]

    def _as_engine(self):
        """Check that the user may act on these records and return them in sudo.

        :raises AccessError: without a role that acts, or when one is not the user's
        """
        self._check_ids(self)
        self.check_access("read")
        # who may look may not act yet: marketing and direction look at everybody's
        self.filtered(
            lambda record: self.env.user not in record.user_id._crl_with_cover()
        ).partner_id._crl_check_mine()
        # the verbs are the only way to change records the user can but read
        return self.sudo()

    # ---- What other systems send: refused with a sentence, never with a crash ----

    @api.model
    def _check_ids(self, records):
        """Refuse what cannot be the ids of records.

        :raises ValidationError: for text, fractions, lists and the like
        """
        for number in records._ids:
            if not self._is_id(number):
                raise ValidationError(
                    self.env._("“%s” is not the number of a record.", _quote(number))
                )

    @api.model
    def _is_id(self, value):
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and 0 < value <= MAX_ID
        )

    @api.model
    def _read_id(self, value):
        """The id that a text spells, or None."""
        # Python reads no number of thousands of digits
        if isinstance(value, str) and value.isdecimal() and len(value) < 11:
            value = int(value)
        return value if self._is_id(value) else None

    @api.model
    def _check_one(self, records):
        """Refuse none, several, what is gone and what the user may not see: a dialog
        is about one record."""
        self._check_ids(records)
        if len(records) != 1:
            raise UserError(self.env._("Choose one record."))
        # nobody has a right to what has no table
        records.browse().check_access("read")
        if not records.exists():
            raise MissingError(self.env._("This record was deleted."))
        records.check_access("read")

    @api.model
    def _check_record(self, model, value):
        """The record an argument names; none when there is no such record."""
        records = self.env[model]
        return records.browse(value).exists() if self._is_id(value) else records

    @api.model
    def _check_named(self, model, value):
        """As ``_check_record``, but only who names nobody gets none.

        :raises UserError: for what is no such record
        """
        record = self._check_record(model, value)
        if value and not record:
            raise UserError(
                self.env._("“%s” is not the number of a record.", _quote(value))
            )
        return record

    @api.model
    def _check_choice(self, field_name, value):
        """Refuse a value that is not one of the field's, in the user's words."""
        choices = dict(self._fields[field_name]._description_selection(self.env))
        if value and not (isinstance(value, str) and value in choices):
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of “%(field)s”. "
                    "Use one of: %(choices)s.",
                    value=_quote(value),
                    field=self._fields[field_name].string,
                    choices=", ".join(choices),
                )
            )
        return value or False

    @api.model
    def _check_text(self, value, limit=4000):
        """A note or a reason, safe to keep; ``None`` reads as no text.

        :param int limit: characters after which it is cut
        :raises ValidationError: when it is not text
        """
        if value and not isinstance(value, str):
            raise ValidationError(self.env._("A note or a reason must be text."))
        return clean_words(value or "", limit)

    @api.model
    def _check_day(self, value):
        """Read a day given by a user or another system; ``None`` when empty.

        :raises ValidationError: when it is none, or out of this century
        """
        day = self._read_time(fields.Date.to_date, value)
        if value and not day:
            raise ValidationError(
                self.env._("“%s” is not a date: write it as 2026-12-31.", _quote(value))
            )
        return day

    @api.model
    def _check_moment(self, value):
        """Read a UTC moment given by a user or another system.

        :raises ValidationError: when it is none, or out of this century
        """
        moment = self._read_time(fields.Datetime.to_datetime, value)
        if not isinstance(moment, datetime):
            raise ValidationError(
                self.env._(
                    "“%s” is not a date and time: write it as 2026-12-31 09:30:00.",
                    _quote(value),
                )
            )
        return moment

    @api.model
    def _read_time(self, reader, value):
        """The value as a day or a moment, or None."""
        if isinstance(value, str | date):
            try:
                value = reader(value)
            except ValueError:
                return None
        return value if getattr(value, "year", 0) in YEARS else None
