from odoo import api, fields, models


class CrlTouchpoint(models.Model):
    """How customers end marketing messages: by a link in each of them."""

    _inherit = "crl.touchpoint"

    unsubscribe_url = fields.Char(
        "Link to Unsubscribe",
        compute="_compute_unsubscribe_url",
        groups="base.group_system",
        help="For the texts of marketing messages.",
    )

    @api.depends("access_token")
    def _compute_unsubscribe_url(self):
        for touchpoint in self:
            token = touchpoint.access_token
            touchpoint.unsubscribe_url = (
                f"{touchpoint.get_base_url()}/crl/unsubscribe/{token}"
                if token
                else False
            )

    def _get_unsubscribe_headers(self):
        """Mail headers by which mail programs offer to unsubscribe with one click, and
        large mailbox providers ask of marketing (RFC 2369, RFC 8058)."""
        self.ensure_one()
        if self.purpose != "marketing":
            return {}
        return {
            "List-Unsubscribe": f"<{self.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def _get_address(self):
        """The address or number the message went to."""
        self.ensure_one()
        notification = self.mail_message_id.notification_ids[:1]
        person = self._get_person()
        if self.medium == "sms":
            return notification.sms_number or person.phone_sanitized
        return notification.mail_email_address or person.email_normalized

    def _get_blacklist(self):
        """Odoo's blacklist the address belongs to, and the address."""
        self.ensure_one()
        address = self._get_address()
        if self.medium == "sms":
            return self.env["phone.blacklist"], "number", address
        return self.env["mail.blacklist"], "email", address

    def _is_opted_out(self):
        blacklist, field, address = self._get_blacklist()
        return bool(address and blacklist.search_count([(field, "=", address)]))

    def _opt_out(self):
        """Put the address on Odoo's blacklist, which marketing never passes.

        Once: a second time changes nothing.

        :raises LockError: while it is just being done
        """
        self.ensure_one()
        # the customer's doing, written down by the engine
        self = self.with_user(api.SUPERUSER_ID).with_context(  # noqa: PLW0642
            lang=self.company_id.partner_id.lang
        )
        self.lock_for_update()
        blacklist, _field, address = self._get_blacklist()
        if not address or self._is_opted_out():
            return
        reason = self.env._("Unsubscribed by the link in “%s”.", self.display_name)
        if self.medium == "sms":
            blacklist.add(address, message=reason)
        else:
            blacklist._add(address, message=reason)
        self._log("opted_out", "unsubscribe", address)
