from odoo import Command, api, fields, models
from odoo.tools import formataddr, plaintext2html

from ..tools.text import one_line
from .ir_qweb import CompiledBodies

HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF",
}
#: Who reads the fields of the links: Odoo renders a text for who writes it.
WRITERS = "base.group_system,crl_retention.crl_retention_group_manager"


class CrlTouchpoint(models.Model):
    """The texts of messages, and how they get into Odoo's own queues.

    They are queued in the transaction that opens the contact; nothing else in the
    product sends to customers. Whether a message may go at all is decided in
    ``crl_touchpoint_consent.py``.
    """

    _inherit = "crl.touchpoint"

    feedback_url = fields.Char(
        "Link to the Feedback Page",
        compute="_compute_feedback_url",
        groups=WRITERS,
    )
    greeting = fields.Char(compute="_compute_greeting")

    @api.depends("access_token")
    @api.depends_context("uid")
    def _compute_feedback_url(self):
        for touchpoint in self:
            touchpoint.feedback_url = touchpoint._get_link("feedback")

    def _get_link(self, page):
        """The address of a page only the customer may open, or False.

        Managers write texts and look at what they become: theirs opens nothing, or
        they would answer for the customer.
        """
        self.ensure_one()
        token = self.access_token if self.env.is_system() else "example"
        return f"{self.get_base_url()}/crl/{page}/{token}" if token else False

    @api.depends("contact_id.name", "partner_id.name")
    @api.depends_context("lang")
    def _compute_greeting(self):
        """How the message begins, in its language; never "Dear False"."""
        for touchpoint in self:
            person = touchpoint._get_person()
            name = one_line(person.name)
            touchpoint.greeting = (
                self.env._("Dear %s,", name) if name else self.env._("Hello,")
            )

    def _get_person(self):
        self.ensure_one()
        return self.contact_id or self.partner_id

    def _get_lang(self):
        """Code of the language the customer is written to in."""
        self.ensure_one()
        return self._get_person()._crl_lang()

    def _send(self):
        """Queue the messages of contacts that passed every rule."""
        if not self:
            return
        self.env["crl.relationship"]._claim(self.partner_id)
        self._ensure_token()
        self.filtered(lambda t: t.medium == "email")._queue_mails()
        self.filtered(lambda t: t.medium == "sms")._queue_sms()
        self.write({"state": "open", "hold_reason": False, "fate": False, "tries": 0})
        self._log("opened", "queued")

    def _render(self, template_field, texts):
        """The texts of these contacts, each in the customer's language.

        A template is compiled and rendered once a language, for all contacts it goes
        to.

        :param template_field: the step's field with the template
        :param texts: ``[(field of the template, engine)]``
        :returns: ``{touchpoint id: {field: text}}``
        """
        result = {touchpoint.id: {} for touchpoint in self}
        groups = self.grouped(
            lambda t: (t._get_template(template_field), t._get_lang())
        )
        for (template, lang), touchpoints in groups.items():
            template = template.with_context(lang=lang, crl_compiled=CompiledBodies())
            for field, engine in texts:
                rendered = template._render_template(
                    template[field],
                    self._name,
                    touchpoints.ids,
                    engine=engine,
                    options={"post_process": engine == "qweb"},
                )
                for touchpoint_id, text in rendered.items():
                    result[touchpoint_id][field] = text
        return result

    def _queue_mails(self):
        if not self:
            return
        texts = self._render(
            "mail_template_id", [("subject", "inline_template"), ("body_html", "qweb")]
        )
        messages = self.env["mail.message"].create(
            [
                {
                    **touchpoint._prepare_message(texts[touchpoint.id]["body_html"]),
                    "subject": one_line(texts[touchpoint.id]["subject"]),
                    "message_type": "email_outgoing",
                }
                for touchpoint in self
            ]
        )
        mails = self.env["mail.mail"].create(
            [
                {
                    "mail_message_id": message.id,
                    "body_html": texts[touchpoint.id]["body_html"],
                    "recipient_ids": [Command.link(touchpoint._get_person().id)],
                    "auto_delete": False,
                    "state": "outgoing",
                    "headers": repr(
                        {**HEADERS, **touchpoint._get_unsubscribe_headers()}
                    ),
                }
                for touchpoint, message in zip(self, messages, strict=True)
            ]
        )
        self._track(
            messages,
            [
                {
                    "notification_type": "email",
                    "mail_mail_id": mail.id,
                    # the address it went to, whatever the customer's is later
                    "mail_email_address": touchpoint._get_person().email_normalized,
                }
                for touchpoint, mail in zip(self, mails, strict=True)
            ],
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _queue_sms(self):
        if not self:
            return
        texts = self._render("sms_template_id", [("body", "inline_template")])
        bodies = [str(texts[t.id]["body"]).strip() for t in self]
        messages = self.env["mail.message"].create(
            [
                {
                    **touchpoint._prepare_message(plaintext2html(body)),
                    "message_type": "sms",
                }
                for touchpoint, body in zip(self, bodies, strict=True)
            ]
        )
        queued = self.env["sms.sms"].create(
            [
                {
                    "body": body,
                    "number": touchpoint._get_person().phone_sanitized,
                    "partner_id": touchpoint._get_person().id,
                    "mail_message_id": message.id,
                }
                for touchpoint, body, message in zip(
                    self, bodies, messages, strict=True
                )
            ]
        )
        self._track(
            messages,
            [
                {
                    "notification_type": "sms",
                    "sms_number": sms.number,
                    "sms_id_int": sms.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": sms.uuid})],
                }
                for sms in queued
            ],
        )

    def _track(self, messages, vals_list):
        """Let Odoo write down what becomes of each message, bounces included."""
        for touchpoint, message, vals in zip(self, messages, vals_list, strict=True):
            touchpoint.mail_message_id = message
            vals.update(
                author_id=message.author_id.id,
                mail_message_id=message.id,
                res_partner_id=touchpoint._get_person().id,
                notification_status="ready",
                is_read=True,
            )
        self.env["mail.notification"].create(vals_list)

    def _prepare_message(self, body):
        """Values of the message as it stands in the customer's chatter.

        Without the links: the answer is the customer's alone to give.
        """
        self.ensure_one()
        links = self.feedback_url, self.unsubscribe_url, self.preferences_url
        for url in filter(None, links):
            body = body.replace(url, "#")
        company = self.company_id
        sender = self.user_id.partner_id if self.user_id.active else company.partner_id
        named = sender if sender.email_normalized else company.partner_id
        email = named.email_normalized or company.catchall_email
        address = email and formataddr((one_line(named.name), email))
        return {
            "model": "res.partner",
            "res_id": self.partner_id.id,
            "body": body,
            "author_id": sender.id,
            "email_from": address,
            "reply_to": address,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            "record_company_id": company.id,
        }
