from odoo import api, models

from ..tools.consent import OUTSIDE, WITHDRAWN
from .crl_consent import ADDRESSES


class CrlConsent(models.Model):
    """How the ledger and Odoo's blacklists follow each other."""

    _inherit = "crl.consent"

    def _follow_to_blacklists(self):
        """Put the addresses of those who want no marketing on Odoo's blacklists, and
        take those of the others off; what came from there is there already."""
        told = self.filtered(
            lambda row: (
                row.purpose == "marketing" and row.address and row.source not in OUTSIDE
            )
        )
        for channel, model in (("email", "mail.blacklist"), ("sms", "phone.blacklist")):
            rows = told.filtered(lambda row, channel=channel: row.channel == channel)
            for status, said in rows.grouped("status").items():
                self.env[model]._crl_set(
                    {row.address: row._get_reason() for row in said},
                    status == WITHDRAWN,
                )

    def _get_reason(self):
        """How it became known, for Odoo's blacklist."""
        self.ensure_one()
        if self.source in ("unsubscribe", "one_click"):
            return self.env._(
                "Unsubscribed by the link in “%s”.", self.touchpoint_id.display_name
            )
        source = dict(self._fields["source"]._description_selection(self.env))
        return self.env._("%s: see the consents of the customer.", source[self.source])

    @api.model
    def _hear_blacklist(self, channel, addresses, status):
        """Write down what changed in Odoo's blacklist, for whoever has an address."""
        people = self.env["res.partner"].with_context(active_test=False)
        people = people.search([(ADDRESSES[channel], "in", addresses)])
        source = "mailing" if self.env.user.share else "blacklist"
        for company, persons in people.grouped(
            lambda person: person.company_id or self.env.company
        ).items():
            self._record(
                dict.fromkeys(persons, {(channel, "marketing"): status}),
                source,
                company_id=company.id,
            )
