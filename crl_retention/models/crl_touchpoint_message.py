import secrets
from datetime import timedelta

from odoo import Command, fields, models
from odoo.tools import plaintext2html

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

    def _render(self, template_field, texts):
        """The texts of these contacts, each in the customer's language.

        A template is rendered once a language, for all contacts it goes to.

        :param template_field: the step's field with the template
        :param texts: ``[(field of the template, engine)]``
        :returns: ``{touchpoint id: {field: text}}``
        """
        result = {touchpoint.id: {} for touchpoint in self}
        groups = self.grouped(lambda t: (t.step_id[template_field], t._get_lang()))
        for (template, lang), touchpoints in groups.items():
            template = template.with_context(lang=lang)
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
                    "subject": texts[touchpoint.id]["subject"],
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
                    "headers": repr(HEADERS),
                }
                for touchpoint, message in zip(self, messages, strict=True)
            ]
        )
        self._track(
            messages,
            [
                {"notification_type": "email", "mail_mail_id": mail.id}
                for mail in mails
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
