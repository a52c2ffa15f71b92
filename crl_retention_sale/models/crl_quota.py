from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crl_retention.models.crl_quota_count import Source


class CrlQuota(models.Model):
    """New accounts are counted by what was sold."""

    _inherit = "crl.quota"

    @api.model
    def _get_new_accounts(self, company):
        """The first purchase ever of a customer at the company, for whoever sold it.

        Somebody who comes back after a long time is won back, and no new account.
        """
        return Source(
            "crl.purchase",
            Domain("is_first", "=", True) & Domain("company_id", "=", company.id),
            "date",
        )
