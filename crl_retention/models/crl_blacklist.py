from odoo import api, models

from ..tools.consent import LIFTED, WITHDRAWN


class CrlBlacklist(models.AbstractModel):
    """Odoo's blacklists tell the ledger what changes in them, and take from it what
    customers told us."""

    _name = "crl.blacklist"
    _description = "Blacklist That Tells the Ledger"

    def _crl_get_channel(self):
        """The channel of the ledger."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        # Odoo comes here with those that are new alone
        entries = super().create(vals_list)
        entries.filtered("active")._crl_tell(WITHDRAWN)
        return entries

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda entry: entry.active != vals["active"])
        result = super().write(vals)
        changed._crl_tell(WITHDRAWN if vals["active"] else LIFTED)
        return result

    def unlink(self):
        self.filtered("active")._crl_tell(LIFTED)
        return super().unlink()

    def _crl_tell(self, status):
        # what the ledger itself asked for it knows; too many bounces are no word of
        # the customer
        if self and not self.env.context.get("crl_no_word"):
            # the proof is written whoever may change a blacklist
            self.env["crl.consent"].sudo()._hear_blacklist(
                self._crl_get_channel(), self.mapped(self._rec_name), status
            )

    @api.model
    def _crl_set(self, reasons, is_listed):
        """Add addresses to the list, or take them off.

        :param reasons: ``{address: sentence}``
        """
        # the customer's word counts, whoever wrote it down
        entries = self.sudo().with_context(active_test=False, crl_no_word=True)
        domain = [(self._rec_name, "in", list(reasons))]
        entries = entries.search(domain)
        changed = entries.filtered(lambda entry: entry.active != is_listed)
        changed.write({"active": is_listed})
        if is_listed:
            listed = set(entries.mapped(self._rec_name))
            changed += entries.create(
                [{self._rec_name: new} for new in reasons if new not in listed]
            )
        changed._message_log_batch(
            {entry.id: reasons[entry[self._rec_name]] for entry in changed}
        )
