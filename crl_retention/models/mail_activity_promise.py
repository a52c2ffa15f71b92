from odoo import fields, models

from ..tools.text import clean_words
from .res_partner import INSIDERS


class MailActivity(models.Model):
    """What is done to the activity of a promise anywhere in Odoo holds for the promise,
    also by a colleague who has no role here."""

    _inherit = "mail.activity"

    crl_case_ids = fields.One2many(
        "crl.case", "activity_id", "Promise", groups=INSIDERS
    )

    def _crl_get_promises(self):
        """The open promises that these activities are to keep."""
        # own activity, maybe a case its user may not read
        return self.sudo().crl_case_ids.filtered(lambda case: case._is_live())

    def _action_done(self, feedback=False, attachment_ids=False):
        if self._crl_is_engine():
            return super()._action_done(feedback, attachment_ids)
        promises = self.filtered("active")._crl_get_promises()
        promises.activity_id = False
        result = super()._action_done(feedback, attachment_ids)
        promises._fulfil(clean_words(feedback or ""))
        return result

    def write(self, vals):
        promises = self.browse()._crl_get_promises()
        if vals.get("user_id") and not self._crl_is_engine():
            given = self.filtered(lambda a: a.user_id.id != vals["user_id"])
            promises = given._crl_get_promises()
        result = super().write(vals)
        for promise in promises:
            # who stands in gives it back: it was never another's
            if promise.user_id != promise.activity_id.user_id:
                promise._pass_to(promise.activity_id.user_id)
        return result
