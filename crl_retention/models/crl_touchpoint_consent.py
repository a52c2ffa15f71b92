from datetime import timedelta
from functools import cache

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, is_html_empty

from ..tools import placeholders, quiet_hours
from ..tools.consent import GRANTED, WITHDRAWN
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_touchpoint_rules import Decision
from .res_partner_address import MAX_BOUNCES

#: Where a step has the text of a medium.
TEMPLATES = {"email": "mail_template_id", "sms": "sms_template_id"}
#: Fields of the links, which are made just before the message is written.
LINKS = {"feedback_url", "unsubscribe_url", "preferences_url"}


class CrlTouchpoint(models.Model):
    """The one door to mail and SMS: who gets a message, when, and by what."""

    _inherit = "crl.touchpoint"

    def _rule_message(self):
        """Consent, addresses, hours and text: whether a message may go, and how."""
        decisions = {}
        now = fields.Datetime.now()
        needs = cache(self._get_needed_paths)
        holidays = cache(lambda company: company._crl_holidays())
        faults = cache(self._get_text_fault)
        for touchpoint in self.filtered(lambda t: t.channel not in HUMAN_CHANNELS):
            medium, refusals = touchpoint._choose_medium()
            if not medium:
                decisions[touchpoint.id] = Decision(
                    "skip", "consent", " ".join(refusals)
                )
                continue
            window = touchpoint._wait_for_hours(now, holidays)
            if window:
                decisions[touchpoint.id] = window
                continue
            touchpoint.medium = medium
            template = touchpoint._get_template(TEMPLATES[medium])
            fault = faults(template, touchpoint._get_lang())
            if fault:
                decisions[touchpoint.id] = Decision(
                    "hold", "missing", fault, now + timedelta(days=1)
                )
                continue
            missing = touchpoint._get_missing_fields(needs(template))
            if missing:
                decisions[touchpoint.id] = Decision(
                    "hold",
                    "missing",
                    self.env._("The text needs what is empty: %s.", ", ".join(missing)),
                    now + timedelta(days=1),
                )
        return decisions

    def _wait_for_hours(self, moment, holidays):
        """The hours of the step and the quiet hours of the customer's country, on the
        customer's clock.

        :param holidays: function that gives a company's test for public holidays
        :returns: a decision, or nothing when the message may go at the moment
        """
        self.ensure_one()
        open_at = self._get_open_moment(moment, holidays)
        country = self._get_country().name or self.env._("the customer's country")
        if not open_at:
            return Decision(
                "skip",
                "hours",
                self.env._(
                    "The step's hours lie within the quiet hours of %s.", country
                ),
            )
        if open_at <= moment:
            return None
        if self._get_open_moment(moment, None) > moment:
            return Decision(
                "hold", "hours", self.env._("Outside the hours for messages."), open_at
            )
        return Decision(
            "hold",
            "quiet",
            self.env._(
                "Quiet hours or a day off in %(country)s: goes on %(moment)s.",
                country=country,
                moment=format_datetime(
                    self.env,
                    open_at,
                    tz=self._get_person()._crl_tz(self.company_id),
                    dt_format="short",
                ),
            ),
            open_at,
        )

    def _get_open_moment(self, moment, holidays):
        """The first moment a message may go by the clock; none when hours never meet.

        :param holidays: as above; ``None`` when only the step's own hours count
        """
        self.ensure_one()
        company, step = self.company_id, self._get_step()
        quiet = None
        if holidays and company.crl_quiet_hours:
            quiet = quiet_hours.of_country(self._get_country().code)
        return quiet_hours.first_moment(
            moment,
            step.hour_from,
            step.hour_to,
            self._get_person()._crl_tz(company),
            quiet,
            holidays(company) if quiet and quiet.days_off else None,
        )

    def _get_country(self):
        """The country whose quiet hours hold: the person's, else the customer's, else
        the company's."""
        self.ensure_one()
        person = self._get_person()
        return (
            person.country_id
            or self.partner_id.country_id
            or self.company_id.country_id
        )

    def _choose_medium(self):
        """What a message goes by, or why by nothing.

        :returns: ``('email' | 'sms' | False, [sentence of each refusal])``
        """
        self.ensure_one()
        person = self._get_person()
        media = [self.channel]
        if self.channel == "message":
            first = person.crl_preferred_channel or self.company_id.crl_message_order
            media = ["sms", "email"] if first == "sms" else ["email", "sms"]
        refusals = []
        for medium in media:
            if not self._get_template(TEMPLATES[medium]):
                continue
            refusal = self._refuse(person, medium) or self._refuse_dead(person, medium)
            if not refusal:
                return medium, refusals
            refusals.append(refusal)
        return False, refusals or [self.env._("The step has no text.")]

    def _get_words(self, person):
        """What the person agreed to, as far as it holds for the company."""
        return person.with_company(self.company_id).crl_consents or {}

    def _is_kept_back(self, person, channel, purpose):
        """Whether Odoo's blacklist keeps messages from the person.

        - An entry that the ledger made stands for what the ledger knows more exactly.
        - Others stop service messages as well, unless the company or, since then, the
          customer says otherwise.
        """
        listed = {"email": "is_blacklisted", "sms": "phone_sanitized_blacklisted"}
        if channel not in listed or not person[listed[channel]]:
            return False
        words = self._get_words(person)
        told = words.get(f"{channel}.marketing", {})
        service = words.get(f"{channel}.service", {})
        if told.get("is_ours"):
            return False
        return purpose == "marketing" or not (
            self.company_id.crl_service_ignores_blacklist
            or (
                service.get("status") == GRANTED
                and service["date"] >= told.get("date", "9")
            )
        )

    def _refuse_consent(self, person, channel, purpose=None):
        """Why the person is not written to or called by a channel, as a sentence; ''
        when they may be.

        :param purpose: that of the contact when empty
        """
        key = channel, purpose or self.purpose
        word = self._get_words(person).get(".".join(key), {})
        if word.get("status") == WITHDRAWN:
            return self.env._(
                "%(person)s said no to %(what)s, on %(day)s.",
                person=person.display_name,
                what=self.env["crl.consent"]._get_labels()[key],
                day=format_date(self.env, word["date"]),
            )
        if (
            key[1] == "marketing"
            and channel != "letter"
            and word.get("status") != GRANTED
            and self.company_id._crl_needs_yes(self._get_country())
        ):
            return self.env._(
                "%(person)s has not said yes to %(what)s.",
                person=person.display_name,
                what=self.env["crl.consent"]._get_labels()[key],
            )
        return ""

    def _rule_consent(self):
        """Calls and letters the customer wants none of; what answers a case is owed to
        them, and a visit is agreed with them."""
        decisions = {}
        for touchpoint in self.filtered(
            lambda t: t.channel in ("call", "letter") and not t.case_id
        ):
            refusal = touchpoint._refuse_consent(
                touchpoint._get_person(), touchpoint.channel
            )
            if refusal:
                decisions[touchpoint.id] = Decision("skip", "consent", refusal)
        return decisions

    def _refuse(self, person, medium):
        """Why the person gets nothing by a medium, as a sentence; '' when they may."""
        if medium == "email":
            return self._refuse_email(person)
        return self._refuse_sms(person)

    def _refuse_email(self, person):
        """Why the person gets no email, as a sentence; '' when they may."""
        if person.crl_do_not_contact or self.partner_id.crl_do_not_contact:
            return self.env._("The customer does not want to be contacted.")
        if not person.email_normalized:
            return self.env._("%s has no valid email address.", person.display_name)
        if self._is_kept_back(person, "email", self.purpose):
            return self.env._("%s is blacklisted.", person.email_normalized)
        refusal = self._refuse_consent(person, "email")
        if refusal:
            return refusal
        if person.message_bounce >= MAX_BOUNCES:
            return self.env._("Mail to %s keeps bouncing.", person.email_normalized)
        return ""

    def _refuse_sms(self, person):
        """Why the person gets no SMS, as a sentence; '' when they may."""
        if person.crl_do_not_contact or self.partner_id.crl_do_not_contact:
            return self.env._("The customer does not want to be contacted.")
        if not person.phone_sanitized:
            return self.env._("%s has no valid phone number.", person.display_name)
        if self._is_kept_back(person, "sms", self.purpose):
            return self.env._("%s is blacklisted.", person.phone_sanitized)
        return self._refuse_consent(person, "sms")

    def _refuse_dead(self, person, medium):
        """Why no message goes to an address that was refused for good; '' when not."""
        if medium == "email" and person.crl_email_is_dead:
            return self.env._("%s does not work: correct it.", person.email_normalized)
        if medium == "sms" and person.crl_phone_is_dead:
            return self.env._("%s does not work: correct it.", person.phone_sanitized)
        return ""

    @api.model
    def _get_text_fault(self, template, lang):
        """Why a text cannot be sent as it is, as a sentence; '' when it can."""
        template = template.with_context(lang=lang)
        if template._name == "sms.template":
            is_empty = not (template.body or "").strip()
        else:
            is_empty = not template.subject or is_html_empty(template.body_html)
            if not template.active:
                return self.env._("The text “%s” is archived.", template.name)
        return self.env._("The text “%s” is empty.", template.name) if is_empty else ""

    @api.model
    def _get_needed_paths(self, template):
        """Paths of the fields a text cannot do without."""
        if template._name == "sms.template":
            return placeholders.inline_paths(template.body) - LINKS
        paths = placeholders.inline_paths(template.subject)
        return (paths | placeholders.qweb_paths(template.body_html)) - LINKS

    def _get_missing_fields(self, paths):
        """Labels of the fields among ``paths`` that are empty."""
        self.ensure_one()
        missing = []
        for path in sorted(paths):
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
