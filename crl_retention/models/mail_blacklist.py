from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["mail.blacklist", "crl.blacklist"]

    def _crl_get_channel(self):
        return "email"
