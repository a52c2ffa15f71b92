from odoo import models
from odoo.tools import formataddr

from ..tools.text import one_line


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Keep line ends of names out of the headers.

        Odoo 19 puts the name of a recipient into *To* as it is, so that a customer's
        name could add headers of its own; in a subject it stops the mail.
        """
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        for email in emails:
            email["subject"] = one_line(email["subject"])
            person = email["partner_id"]
            if person and person.name != one_line(person.name):
                email["email_to"] = [
                    formataddr((one_line(person.name), address))
                    for address in email["email_to_normalized"]
                ]
        return emails
