from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.consent import WITHDRAWN
from .crl_consent import ADDRESSES
from .crl_touchpoint_message import WRITERS


class CrlTouchpoint(models.Model):
    """How customers end marketing messages: by a link in each of them."""

    _inherit = "crl.touchpoint"

    unsubscribe_url = fields.Char(
        "Link to Unsubscribe",
        compute="_compute_unsubscribe_url",
        groups=WRITERS,
        help="For the texts of marketing messages.",
    )

    @api.depends("access_token")
    @api.depends_context("uid")
    def _compute_unsubscribe_url(self):
        for touchpoint in self:
            touchpoint.unsubscribe_url = touchpoint._get_link("unsubscribe")

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

    def _get_consent_key(self):
        """What its link ends: marketing by what the message went by."""
        return ("sms" if self.medium == "sms" else "email"), "marketing"

    def _is_opted_out(self):
        """Whether no marketing goes to the address or the person any more."""
        self.ensure_one()
        channel, __ = key = self._get_consent_key()
        word = self._get_words(self._get_person()).get(".".join(key), {})
        address = self._get_address()
        model = "phone.blacklist" if channel == "sms" else "mail.blacklist"
        blacklist = self.env[model]
        return word.get("status") == WITHDRAWN or bool(
            address and blacklist.search_count([(blacklist._rec_name, "=", address)])
        )

    def _opt_out(self, source="unsubscribe", **proof):
        """Write down that the person wants no more marketing by this medium, at the
        address of the message and at the one they have now.

        Once: a second time changes nothing.

        :param proof: see ``crl.consent._record``
        :raises LockError: while it is just being done
        """
        self.ensure_one()
        # the customer's doing, written down by the engine
        self = self.with_user(api.SUPERUSER_ID).with_context(  # noqa: PLW0642
            lang=self.company_id.partner_id.lang
        )
        self.lock_for_update()
        person, key = self._get_person(), self._get_consent_key()
        if self._get_words(person).get(".".join(key), {}).get("is_ours"):
            return
        present = person[ADDRESSES[key[0]]]
        for address in {self._get_address() or present, present}:
            self.env["crl.consent"]._record(
                {person: {key: WITHDRAWN}},
                source,
                address=address,
                company_id=self.company_id.id,
                touchpoint_id=self.id,
                **proof,
            )
        self._log("opted_out", "unsubscribe", self._get_address())

    @api.model
    def _take_back_refused(self, customers):
        """Take out of Odoo's queues what may not go to these customers any more.

        What may still go by another medium is tried by that one. What has left
        meanwhile has arrived; what is just leaving makes this one look again when it
        has left.
        """
        waiting = self.search(
            Domain("partner_id", "in", customers.ids)
            & Domain("state", "=", "open")
            & Domain("medium", "!=", False)
        )
        refusals, others = {}, self.browse()
        for touchpoint in waiting:
            refusal = touchpoint._refuse(touchpoint._get_person(), touchpoint.medium)
            if refusal and touchpoint._choose_medium()[0]:
                others += touchpoint
            elif refusal:
                refusals[touchpoint.id] = refusal
        self.browse(refusals)._skip("consent", refusals)
        others._withdraw_messages()
        others.write({"fate": "retry", "date_due": fields.Datetime.now()})
        others._resend()
