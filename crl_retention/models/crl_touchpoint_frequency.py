from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL, format_datetime

from .crl_cadence_step import HUMAN_CHANNELS
from .crl_touchpoint_rules import Decision

WEEK = timedelta(days=7)


class Message(NamedTuple):
    """A message a customer got, or is to get: ours, or one of a mailing.

    :param address: normalized email or number
    :param customer: id of the commercial partner; none for mailings
    """

    key: str
    medium: str
    address: str
    customer: int
    moment: object
    is_marketing: bool


class CrlTouchpoint(models.Model):
    """Nobody is written to too often, whatever procedures and mailings they are in.

    Of two workers who would write to the same customer at the same time, the second
    fails on the customer's relationship, which both write, and asks anew. Two customers
    with one address, written to in the same moment, it does not tell apart.
    """

    _inherit = "crl.touchpoint"

    def _rule_frequency(self):
        """Messages wait until the last one to the customer, or to the same address, is
        old enough. They are postponed, never left out; what answers a case is not."""
        asked = self.filtered(
            lambda t: (
                t.channel not in HUMAN_CHANNELS
                and not t.case_id
                and t.company_id._crl_limits_messages()
            )
        )
        decisions = {}
        if not asked:
            return decisions
        now = fields.Datetime.now()
        holidays = cache(lambda company: company._crl_holidays())
        heard = defaultdict(set)
        for message in asked._get_recent_messages(now):
            heard[message.address].add(message)
            heard[message.customer].add(message)
        for touchpoint in asked:
            person = touchpoint._get_person()
            customer = touchpoint.partner_id.id
            email, number = person.email_normalized, person.phone_sanitized
            had = heard[customer] | heard[email] | heard[number]
            # one that is sent again does not wait for itself
            had = {m for m in had if m.key != f"contact{touchpoint.id}"}
            free, note = touchpoint._get_free_moment(had, now)
            if free > now:
                free = touchpoint._get_open_moment(free, holidays) or free
                decisions[touchpoint.id] = Decision(
                    "postpone",
                    "frequency",
                    self.env._(
                        "%(why)s Goes %(moment)s.",
                        why=note,
                        moment=touchpoint._show_moment(free),
                    ),
                    free,
                )
                continue
            # the next one of this batch counts it
            message = Message(
                key=f"new{touchpoint.id}",
                medium=touchpoint.medium,
                address=email if touchpoint.medium == "email" else number,
                customer=customer,
                moment=now,
                is_marketing=touchpoint.purpose == "marketing",
            )
            heard[message.address].add(message)
            heard[message.customer].add(message)
        return decisions

    def _get_free_moment(self, messages, now):
        """When the next message may go after these, naive UTC, and why not before.

        :param now: the moment the rule asks, which is the answer when nothing is in
            the way: the clock goes on while a batch is judged
        """
        self.ensure_one()
        company = self.company_id
        is_email = self.medium == "email"
        gap = company.crl_email_gap_hours if is_email else company.crl_sms_gap_hours
        moments = [m.moment for m in messages if m.medium == self.medium]
        free, note = now, ""
        if gap and moments and max(moments) + timedelta(hours=gap) > free:
            free = max(moments) + timedelta(hours=gap)
            before = self._show_moment(max(moments))
            note = (
                self.env._("The customer got an email on %s.", before)
                if is_email
                else self.env._("The customer got an SMS on %s.", before)
            )
        most = company.crl_weekly_marketing
        offers = sorted(m.moment for m in messages if m.is_marketing)
        is_full = most and self.purpose == "marketing" and len(offers) >= most
        if is_full and offers[-most] + WEEK > free:
            free = offers[-most] + WEEK
            note = self.env._(
                "The customer had %s marketing messages in a week.", len(offers)
            )
        return free, note

    def _show_moment(self, moment):
        """A moment on the customer's clock, for people."""
        self.ensure_one()
        tz = self._get_person()._crl_tz(self.company_id)
        return format_datetime(self.env, moment, tz=tz, dt_format="short")

    def _get_recent_messages(self, now):
        """What these customers, and whoever has their addresses, were sent in the time
        that counts: one query for our messages and Odoo's mailings."""
        companies = self.company_id
        hours = companies.mapped("crl_email_gap_hours")
        hours += companies.mapped("crl_sms_gap_hours")
        since = now - timedelta(hours=max(hours))
        if any(companies.mapped("crl_weekly_marketing")):
            since = min(since, now - WEEK)
        people = self.partner_id | self.contact_id
        emails = tuple(filter(None, people.mapped("email_normalized"))) or ("",)
        numbers = tuple(filter(None, people.mapped("phone_sanitized"))) or ("",)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'contact' || t.id, t.medium,
                       CASE t.medium WHEN 'sms' THEN p.phone_sanitized
                                     ELSE p.email_normalized END,
                       t.partner_id, m.moment, t.purpose = 'marketing'
                  FROM crl_touchpoint t
                  JOIN LATERAL (
                       -- one that was tried again arrived later than it was written
                       SELECT CASE WHEN t.date_done > date + interval '1 hour'
                                   THEN t.date_done ELSE date END AS moment
                         FROM mail_message WHERE id = t.mail_message_id) m ON TRUE
                  JOIN res_partner p ON p.id = COALESCE(t.contact_id, t.partner_id)
                 WHERE (t.state IN ('open', 'done') OR t.fate = 'unclear')
                   AND t.medium IS NOT NULL AND m.moment >= %(since)s
                   AND t.partner_id IN (
                       SELECT commercial_partner_id FROM res_partner
                        WHERE id IN %(customers)s OR email_normalized IN %(emails)s
                           OR phone_sanitized IN %(numbers)s)
             UNION ALL
                SELECT 'mailing' || r.id,
                       CASE r.trace_type WHEN 'sms' THEN 'sms' ELSE 'email' END,
                       CASE r.trace_type WHEN 'sms' THEN r.sms_number ELSE r.email END,
                       NULL, COALESCE(r.sent_datetime, r.create_date), TRUE
                  FROM mailing_trace r
                 WHERE r.trace_status NOT IN ('error', 'cancel')
                   AND r.is_test_trace IS NOT TRUE
                   AND COALESCE(r.sent_datetime, r.create_date) >= %(since)s
                   AND (r.email IN %(emails)s OR r.sms_number IN %(numbers)s)
                """,
                since=since,
                customers=tuple(self.partner_id.ids),
                emails=emails,
                numbers=numbers,
            )
        )
        return [Message(*row) for row in rows]
