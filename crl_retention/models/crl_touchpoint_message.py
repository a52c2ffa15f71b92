import secrets
from datetime import timedelta

from odoo import Command, fields, models
from odoo.tools import html2plaintext, plaintext2html

from ..tools import placeholders, schedule
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_touchpoint_rules import Decision

#: Bounces after which an address counts as dead, as Odoo's own mailings do.
MAX_BOUNCES = 5
HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF",
}


class CrlTouchpoint(models.Model):
    """The one door to mail and SMS: who gets a message, by what, with what text.

    Messages are queued here, in the transaction that opens the contact, and sent by
    Odoo's own queues; nothing else in the product sends to customers.
    """

    _inherit = "crl.touchpoint"

    feedback_url = fields.Char(
        "Link to the Feedback Page",
        compute="_compute_feedback_url",
        groups="base.group_system",
    )
    greeting = fields.Char(compute="_compute_greeting")

    def _compute_feedback_url(self):
        for touchpoint in self:
            token = touchpoint.access_token
            touchpoint.feedback_url = (
                f"{touchpoint.get_base_url()}/crl/feedback/{token}" if token else False
            )

    def _compute_greeting(self):
        """How the message begins, in its language; never "Dear False"."""
        for touchpoint in self:
            person = touchpoint._get_person()
            name = (person.name or "").strip()
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

    # ---- Whether ----

    def _rule_message(self):
        """Consent, addresses, hours and text: whether a message may go, and how."""
        decisions = {}
        now = fields.Datetime.now()
        for touchpoint in self.filtered(lambda t: t.channel not in HUMAN_CHANNELS):
            medium, refusals = touchpoint._choose_medium()
            if not medium:
                decisions[touchpoint.id] = Decision(
                    "skip", "consent", " ".join(refusals)
                )
                continue
            step = touchpoint.step_id
            moment = schedule.next_open(
                now,
                step.hour_from,
                step.hour_to,
                touchpoint._get_person()._crl_tz(touchpoint.company_id),
            )
            if moment > now:
                decisions[touchpoint.id] = Decision(
                    "hold",
                    "hours",
                    self.env._("Outside the hours for messages."),
                    moment,
                )
                continue
            touchpoint.medium = medium
            missing = touchpoint._get_missing_fields()
            if missing:
                decisions[touchpoint.id] = Decision(
                    "hold",
                    "missing",
                    self.env._("The text needs what is empty: %s.", ", ".join(missing)),
                    now + timedelta(days=1),
                )
        return decisions

    def _choose_medium(self):
        """What a message goes by, or why by nothing.

        :returns: ``('email' | 'sms' | False, [sentence of each refusal])``
        """
        self.ensure_one()
        person = self._get_person()
        step = self.step_id
        media = [self.channel]
        if self.channel == "message":
            first = person.crl_preferred_channel or self.company_id.crl_message_order
            media = ["email", "sms"] if first == "email" else ["sms", "email"]
        refusals = []
        for medium in media:
            template = step.mail_template_id if medium == "email" else step.sms_template_id
            if not template:
                continue
            refusal = (
                self._refuse_email(person)
                if medium == "email"
                else self._refuse_sms(person)
            )
            if not refusal:
                return medium, refusals
            refusals.append(refusal)
        return False, refusals or [self.env._("The step has no text.")]

    def _heeds_blacklist(self):
        return (
            self.purpose == "marketing"
            or not self.company_id.crl_service_ignores_blacklist
        )

    def _refuse_email(self, person):
        """Why the person gets no email, as a sentence; '' when they may."""
        if person.crl_do_not_contact or self.partner_id.crl_do_not_contact:
            return self.env._("The customer does not want to be contacted.")
        if not person.email_normalized:
            return self.env._("%s has no valid email address.", person.display_name)
        if person.is_blacklisted and self._heeds_blacklist():
            return self.env._("%s is blacklisted.", person.email_normalized)
        if person.message_bounce >= MAX_BOUNCES:
            return self.env._("Mail to %s keeps bouncing.", person.email_normalized)
        return ""

    def _refuse_sms(self, person):
        """Why the person gets no SMS, as a sentence; '' when they may."""
        if person.crl_do_not_contact or self.partner_id.crl_do_not_contact:
            return self.env._("The customer does not want to be contacted.")
        if not person.phone_sanitized:
            return self.env._("%s has no valid phone number.", person.display_name)
        if person.phone_sanitized_blacklisted and self._heeds_blacklist():
            return self.env._("%s is blacklisted.", person.phone_sanitized)
        return ""

    def _get_missing_fields(self):
        """Labels of the fields the text cannot do without and that are empty."""
        self.ensure_one()
        step = self.step_id
        if self.medium == "sms":
            paths = placeholders.inline_paths(step.sms_template_id.body)
        else:
            template = step.mail_template_id
            paths = placeholders.inline_paths(template.subject)
            paths |= placeholders.qweb_paths(template.body_html)
        missing = []
        # the link is made just before the message is written
        for path in sorted(paths - {"feedback_url"}):
            record = self
            for name in path.split("."):
                field = record._fields.get(name)
                record = record[name] if field else False
                if not record:
                    missing.append(
                        field._description_string(self.env) if field else path
                    )
                    break
        return missing

    # ---- What ----

    def _send(self):
        """Queue the messages of contacts that passed every rule."""
        if not self:
            return
        for touchpoint in self.filtered(lambda t: not t.access_token):
            touchpoint.access_token = secrets.token_urlsafe(16)
        self.filtered(lambda t: t.medium == "email")._queue_mails()
        self.filtered(lambda t: t.medium == "sms")._queue_sms()
        self.write({"state": "open", "hold_reason": False})
        self._log("opened", "queued")

    def _render(self, template, fields_and_engines):
        """Texts of one template for these contacts, each in the customer's language.

        :returns: ``{touchpoint id: {field: text}}``
        """
        texts = {touchpoint.id: {} for touchpoint in self}
        for lang, touchpoints in self.grouped(lambda t: t._get_lang()).items():
            translated = template.with_context(lang=lang)
            for field, engine in fields_and_engines:
                rendered = translated._render_template(
                    translated[field],
                    self._name,
                    touchpoints.ids,
                    engine=engine,
                    options={"post_process": engine == "qweb"},
                )
                for touchpoint_id, text in rendered.items():
                    texts[touchpoint_id][field] = text
        return texts

    def _queue_mails(self):
        messages_vals, mails_vals, notifications_vals = [], [], []
        for template, touchpoints in self.grouped("step_id.mail_template_id").items():
            texts = touchpoints._render(
                template, [("subject", "inline_template"), ("body_html", "qweb")]
            )
            for touchpoint in touchpoints:
                text = texts[touchpoint.id]
                messages_vals.append(
                    {
                        **touchpoint._prepare_message(text["body_html"]),
                        "subject": text["subject"],
                        "message_type": "email_outgoing",
                    }
                )
                mails_vals.append(
                    {
                        "body_html": text["body_html"],
                        "recipient_ids": [Command.link(touchpoint._get_person().id)],
                        "auto_delete": False,
                        "state": "outgoing",
                        "headers": repr(HEADERS),
                    }
                )
        order = self.browse().union(
            *self.grouped("step_id.mail_template_id").values()
        )
        messages = self.env["mail.message"].create(messages_vals)
        for message, vals in zip(messages, mails_vals, strict=True):
            vals["mail_message_id"] = message.id
        mails = self.env["mail.mail"].create(mails_vals)
        for touchpoint, message, mail in zip(order, messages, mails, strict=True):
            touchpoint.mail_message_id = message
            notifications_vals.append(
                {
                    "author_id": message.author_id.id,
                    "mail_message_id": message.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": touchpoint._get_person().id,
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,
                }
            )
        self.env["mail.notification"].create(notifications_vals)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _queue_sms(self):
        messages_vals, sms_vals, order = [], [], self.browse()
        for template, touchpoints in self.grouped("step_id.sms_template_id").items():
            texts = touchpoints._render(template, [("body", "inline_template")])
            for touchpoint in touchpoints:
                body = html2plaintext(texts[touchpoint.id]["body"]).strip()
                order += touchpoint
                messages_vals.append(
                    {
                        **touchpoint._prepare_message(plaintext2html(body)),
                        "message_type": "sms",
                    }
                )
                sms_vals.append(
                    {
                        "body": body,
                        "number": touchpoint._get_person().phone_sanitized,
                        "partner_id": touchpoint._get_person().id,
                        "state": "outgoing",
                    }
                )
        messages = self.env["mail.message"].create(messages_vals)
        for message, vals in zip(messages, sms_vals, strict=True):
            vals["mail_message_id"] = message.id
        sent = self.env["sms.sms"].create(sms_vals)
        notifications_vals = []
        for touchpoint, message, sms in zip(order, messages, sent, strict=True):
            touchpoint.mail_message_id = message
            notifications_vals.append(
                {
                    "author_id": message.author_id.id,
                    "mail_message_id": message.id,
                    "res_partner_id": sms.partner_id.id,
                    "sms_number": sms.number,
                    "notification_type": "sms",
                    "sms_id_int": sms.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": sms.uuid})],
                    "notification_status": "ready",
                    "is_read": True,
                }
            )
        self.env["mail.notification"].create(notifications_vals)

    def _prepare_message(self, body):
        """Values of the message as it stands in the customer's chatter."""
        self.ensure_one()
        company = self.company_id
        sender = self.user_id.partner_id if self.user_id.active else company.partner_id
        return {
            "model": "res.partner",
            "res_id": self.partner_id.id,
            "body": body,
            "author_id": sender.id,
            "email_from": sender.email_formatted or company.email_formatted,
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "record_company_id": company.id,
        }
