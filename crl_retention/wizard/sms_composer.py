from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    def _get_optout_record_ids(self, records, recipients_info):
        """A mailing to contacts leaves out who wants no marketing by SMS."""
        refused = super()._get_optout_record_ids(records, recipients_info)
        if self.mailing_id and records._name == "res.partner":
            refused += records._crl_refuse_marketing("sms").ids
        return refused
