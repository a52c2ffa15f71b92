from odoo import api, models
from odoo.exceptions import AccessError, MissingError, ValidationError

from .crl_actor import _quote


class CrlDesk(models.AbstractModel):
    """My Desk: what reps and operators do all day, contact after contact.

    Each call answers with all its screen shows. What a user sees and does here is what
    their record rules and the verbs allow; moments are UTC, as ISO text without a zone.
    The list is in ``crl_desk_worklist.py``, what is shown of the customer in
    ``crl_desk_card.py``, the result in ``crl_desk_result.py``, promises in
    ``crl_desk_promise.py``.
    """

    _name = "crl.desk"
    _description = "My Desk"
    _inherit = ["crl.screen"]

    @api.model
    def _check_worker(self):
        """:raises AccessError: for who does not work contacts"""
        if not self.env.user.has_group("crl_retention.crl_retention_group_user"):
            raise AccessError(
                self.env._("Only users of Customer Retention can do this.")
            )

    @api.model
    def _find(self, model, number):
        """The record of a number the browser sent, as the user may see it.

        :raises MissingError: when it is gone
        :raises AccessError: when it is not for the user
        """
        self._check_worker()
        if not self._is_id(number):
            raise ValidationError(
                self.env._("“%s” is not the number of a record.", _quote(number))
            )
        record = self.env[model].browse(number)
        if not record.exists():
            raise MissingError(self.env._("This record was deleted."))
        record.check_access("read")
        return record

    @api.model
    def _may_act(self, record):
        """Whether the user may do more than look at a contact or case."""
        try:
            record._as_engine()
        except AccessError:
            return False
        return True

    # ---- One contact ----

    @api.model
    def open_contact(self, touchpoint_id, take=True):
        """All a desk shows of a contact; it is taken for 15 minutes.

        :param take: False only looks
        :returns: ``{"contact", "customer", "script", "form"}``. Where
            ``contact["taken_by"]`` (``{"id", "name"}``) is set a colleague has it,
            where ``contact["can_act"]`` is False it is not for the user to do: only
            look. ``contact["taken_until"]``: until when it is the user's.
        """
        touchpoint = self._find("crl.touchpoint", touchpoint_id)
        if take and touchpoint.is_live and self._may_act(touchpoint):
            touchpoint.sudo()._take()  # allowed just above
        return self._show_contact(touchpoint)

    @api.model
    def keep(self, touchpoint_id):
        """Go on with a contact that is taken: 15 minutes more.

        :returns: ``{"taken_by": None | {"id", "name"}, "taken_until": …}``;
            ``taken_by`` is the colleague who has it now, if it is no longer the user's
        """
        touchpoint = self._find("crl.touchpoint", touchpoint_id)
        if touchpoint.is_live:
            touchpoint._as_engine()._take()
        return self._show_lock(touchpoint)

    @api.model
    def release(self, touchpoint_id):
        """Let go of a contact without a result. Harmless when it is not taken."""
        self._find("crl.touchpoint", touchpoint_id).sudo()._release()  # one's own lock
        return True

    # ---- A shared list ----

    @api.model
    def take_next(self, view=None):
        """Take the first contact of a list that nobody has, and open it.

        Two who ask at the same moment never get the same one.

        :param view: as for ``get_worklist``; a shared list is the scope 'all', for who
            sees all customers, or 'team', for its leader
        :returns: as ``open_contact``, or False when nothing is left
        """
        self._check_worker()
        return self._take_first(self._read_view(view))

    @api.model
    def _take_first(self, view):
        free = self._get_free(view)
        taken = free.sudo()._take()  # those the user may act on
        return self._show_contact(taken.with_env(self.env)) if taken else False
