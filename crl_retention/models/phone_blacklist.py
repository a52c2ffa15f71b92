from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "crl.blacklist"]

    def _crl_get_channel(self):
        return "sms"
