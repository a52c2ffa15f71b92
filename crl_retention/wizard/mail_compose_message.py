from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _get_optout_emails(self, mail_values_dict):
        """A mailing to contacts leaves out who wants no marketing by email."""
        emails = super()._get_optout_emails(mail_values_dict)
        if self.mass_mailing_id and self.model == "res.partner":
            people = self.env["res.partner"].browse(mail_values_dict)
            refused = people._crl_refuse_marketing("email")
            emails += [email for email in refused.mapped("email_normalized") if email]
        return emails
