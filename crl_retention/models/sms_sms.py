from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        """Send what several companies queued company by company: Odoo 19 takes the
        gateway of a single one and stops its whole queue at the second."""
        if self.env.context.get("sms_api"):
            return super()._send(*args, **kwargs)
        for sms in self.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, sms)._send(*args, **kwargs)
        return None
