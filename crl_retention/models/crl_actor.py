from odoo import api, models
from odoo.exceptions import ValidationError


class CrlActor(models.AbstractModel):
    """Verbs of the engine: users do not write its records, they ask for an action.

    Users have read access only; every public verb starts with ``_as_engine()``,
    which checks that the user may act on each record and returns them as the
    engine sees them. The author of what follows stays the user.
    """

    _name = "crl.actor"
    _description = "Retention Engine Verbs"

    def _as_engine(self):
        """Check that the user may act on these records and return them in sudo.

        :raises AccessError: without a role that acts, or when one is not the user's
        """
        self.check_access("read")
        # who may look may not act yet: marketing and direction look at everybody's
        self.filtered(
            lambda record: self.env.user not in record.user_id._crl_with_cover()
        ).partner_id._crl_check_mine()
        # the verbs are the only way to change records the user can but read
        return self.sudo()

    @api.model
    def _check_choice(self, field_name, value):
        """Refuse a value that is not one of the field's, in the user's words."""
        choices = dict(self._fields[field_name]._description_selection(self.env))
        if value and value not in choices:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is not a possible value of “%(field)s”. "
                    "Use one of: %(choices)s.",
                    value=value,
                    field=self._fields[field_name].string,
                    choices=", ".join(choices),
                )
            )
        return value or False

    @api.model
    def _check_text(self, value):
        """Refuse a note that is not text; ``None`` reads as no text."""
        if value and not isinstance(value, str):
            raise ValidationError(self.env._("A note or a reason must be text."))
        return (value or "").strip()
