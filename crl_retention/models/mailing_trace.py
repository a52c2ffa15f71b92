from odoo import models


class MailingTrace(models.Model):
    """Mailings count when customers were written to last: found by their addresses."""

    _inherit = "mailing.trace"

    _crl_email = models.Index("(email) WHERE email IS NOT NULL")
    _crl_sms_number = models.Index("(sms_number) WHERE sms_number IS NOT NULL")
