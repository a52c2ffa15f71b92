from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers merges their procedures, cases and facts."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # as below
        partners = self.env["res.partner"].sudo().browse(partner_ids).exists()
        names = {partner.id: partner.display_name for partner in partners}
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        customer = partners.exists()
        if len(customer) == 1 < len(partners):
            names.pop(customer.id)
            customer._crl_settle()
            if customer.commercial_partner_id.crl_relationship_id:
                customer.message_post(
                    body=self.env._(
                        "Merged with %s. Contacts, cases and their log are all here; "
                        "where both went through a procedure, one goes on.",
                        ", ".join(names.values()),
                    )
                )
        return result

    def _update_foreign_keys(self, src_partners, dst_partner):
        # the engine's rows follow whoever may merge the customers
        dst_partner.sudo()._crl_join(src_partners.sudo())
        # while it can still be told who said what
        dst_partner.sudo()._crl_join_consents(src_partners.sudo())
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_reference_fields(self, src_partners, dst_partner):
        # what our messages and mailings came to is looked up by the customer
        self.env["mailing.trace"].sudo().search(
            [("model", "=", "res.partner"), ("res_id", "in", src_partners.ids)]
        ).res_id = dst_partner.id
        return super()._update_reference_fields(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        # the link to the facts is no value a user may write: it was put right before
        customer = dst_partner.sudo()
        link = customer.crl_relationship_id
        customer.crl_relationship_id = False
        result = super()._update_values(src_partners, dst_partner)
        customer.crl_relationship_id = link
        return result

    def _log_merge_operation(self, src_partners, dst_partner):
        # as above
        self._crl_keep_opt_out(src_partners.sudo(), dst_partner.sudo())
        return super()._log_merge_operation(src_partners, dst_partner)

    def _crl_keep_opt_out(self, sources, customer):
        """Who was not to be written to under one address is not under another; what
        the ledger knows of is done already."""
        note = self.env._("Merged with a contact that was on the blacklist.")
        email, number = (
            sources.filtered(
                lambda source, key=key, listed=listed: (
                    source[listed]
                    and not (source.crl_consents or {}).get(key, {}).get("is_ours")
                )
            )
            for key, listed in (
                ("email.marketing", "is_blacklisted"),
                ("sms.marketing", "phone_sanitized_blacklisted"),
            )
        )
        if email and customer.email_normalized and not customer.is_blacklisted:
            sources.env["mail.blacklist"]._add(customer.email_normalized, message=note)
        if (
            number
            and customer.phone_sanitized
            and not customer.phone_sanitized_blacklisted
        ):
            sources.env["phone.blacklist"]._add(
                [customer.phone_sanitized], message=note
            )
