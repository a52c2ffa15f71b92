from odoo import api, models
from odoo.tools import html2plaintext

from ..tools import auto_reply


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Tell what a machine wrote (out of office, acknowledgments) from what a person
        did: an automatic reply is no reply of the customer. Bounces are Odoo's."""
        values = super().message_parse(message, save_original=save_original)
        if not values["is_bounce"] and auto_reply.is_automatic(
            message, values.get("subject")
        ):
            values["message_type"] = "auto_comment"
        return values

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Let messages wait for whoever says, by an automatic reply, that they are
        away."""
        if message_dict.get("message_type") == "auto_comment":
            # the mail gateway's own rights may be none
            self.env["crl.touchpoint"].sudo()._hear_absence(
                message_dict.get("parent_id"),
                message_dict.get("author_id"),
                html2plaintext(message_dict.get("body") or ""),
            )
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """An address that Odoo blacklists because it bounces too often objected to
        nothing."""
        self = self.with_context(crl_no_word=True)  # noqa: PLW0642
        return super()._routing_handle_bounce(email_message, message_dict)
