from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Tell what a machine wrote (out of office, acknowledgments; RFC 3834) from
        what a person did: an automatic reply is no reply of the customer."""
        values = super().message_parse(message, save_original=save_original)
        submitted = (message.get("Auto-Submitted") or "no").strip().lower()
        if submitted != "no" or message.get("X-Autoreply"):
            values["message_type"] = "auto_comment"
        return values

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """An address that Odoo blacklists because it bounces too often objected to
        nothing."""
        self = self.with_context(crl_no_word=True)  # noqa: PLW0642
        return super()._routing_handle_bounce(email_message, message_dict)
