from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL

from .crl_touchpoint_rules import Decision


class CrlTouchpoint(models.Model):
    """What takes a customer out of a procedure, or lets it rest, before a contact."""

    _inherit = "crl.touchpoint"

    def _get_exit_events(self):
        """What may end or pause a procedure, asked in this order:
        ``{field of the procedure: [method, sentence]}``.

        The field says what follows (stay, pause, exit). The method is asked of the
        contacts whose procedure does not stay, with the earliest naive UTC moment that
        counts, and returns ``{customer id: moment it last happened}`` in one query.
        A bridge adds its own.
        """
        # lists: after a term, Odoo's export takes the next parentheses for a term too
        return {
            "on_complaint": [
                "_find_complaints",
                self.env._("The customer has an open complaint."),
            ],
            "on_opt_out": [
                "_find_opt_outs",
                self.env._("The customer's email or phone is on the blacklist."),
            ],
            "on_reply": ["_find_replies", self.env._("The customer wrote to us.")],
            "on_meeting": [
                "_find_meetings",
                self.env._("Somebody met the customer, or agreed to."),
            ],
        }

    def _rule_exit(self):
        """Archived customers, those who asked for it, those the procedure's exit
        filter finds, and those to whom something it names happened since the cycle
        began or went on. What answers a case stays."""
        asked = self.filtered(lambda t: t.enrollment_id and not t.case_id)
        decisions = {}
        for cadence, touchpoints in asked.grouped("cadence_id").items():
            leaving = cadence._filter_leaving(touchpoints.partner_id)
            for touchpoint in touchpoints:
                note = ""
                if not touchpoint.partner_id.active:
                    note = self.env._("The customer is archived.")
                elif touchpoint.partner_id.crl_do_not_contact:
                    note = self.env._("The customer does not want to be contacted.")
                elif touchpoint.partner_id in leaving:
                    note = self.env._("The customer matches the exit rule.")
                if note:
                    decisions[touchpoint.id] = Decision("exit", "exit", note)
        for name, (method, note) in self._get_exit_events().items():
            rest = asked.filtered(
                lambda t, name=name: (
                    t.id not in decisions and t.cadence_id[name] in ("pause", "exit")
                )
            )
            if not rest:
                continue
            since = {e: e._get_events_start() for e in rest.enrollment_id}
            last = getattr(rest, method)(min(since.values()))
            for touchpoint in rest:
                moment = last.get(touchpoint.partner_id.id)
                if moment and moment >= since[touchpoint.enrollment_id]:
                    decisions[touchpoint.id] = Decision(
                        touchpoint.cadence_id[name], name.removeprefix("on_"), note
                    )
        return decisions

    def _find_complaints(self, since):
        """Open complaints, by the moment of the last words."""
        found = self.env["crl.case"]._read_group(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("kind", "=", "complaint"),
                ("state", "in", ("open", "planned")),
            ],
            ["partner_id"],
            ["date_open:max"],
        )
        return {partner.id: moment for partner, moment in found}

    def _find_opt_outs(self, since):
        """Whoever is blacklisted now, the customer or the person who is written to."""
        now = fields.Datetime.now()
        return {
            touchpoint.partner_id.id: now
            for touchpoint in self
            if any(
                person.is_blacklisted or person.phone_sanitized_blacklisted
                for person in touchpoint.partner_id | touchpoint.contact_id
            )
        }

    def _find_replies(self, since):
        """What the customer or one of its people wrote, as it stands in their chatter.

        Bounces never get there; automatic replies are told by ``mail.thread``.
        """
        return self._find_last(
            SQL(
                """SELECT p.commercial_partner_id, MAX(m.date)
                     FROM mail_message m
                     JOIN res_partner p ON p.id = m.res_id
                     JOIN res_partner author ON author.id = m.author_id
                    WHERE m.model = 'res.partner' AND m.date >= %s
                      AND m.message_type IN ('email', 'sms')
                      AND p.commercial_partner_id IN %s
                      AND author.commercial_partner_id = p.commercial_partner_id
                 GROUP BY p.commercial_partner_id""",
                since,
                tuple(self.partner_id.ids),
            )
        )

    def _find_meetings(self, since):
        """Meetings that people booked with the customer, or held, but for the visits
        the engine asked for."""
        return self._find_last(
            SQL(
                """SELECT p.commercial_partner_id, MAX(GREATEST(e.create_date,
                              CASE WHEN e.start <= %(now)s THEN e.start END))
                     FROM calendar_event e
                     JOIN calendar_event_res_partner_rel r
                       ON r.calendar_event_id = e.id
                     JOIN res_partner p ON p.id = r.res_partner_id
                    WHERE e.active AND e.create_uid != %(engine)s
                      AND (e.create_date >= %(since)s OR e.start >= %(since)s)
                      AND p.commercial_partner_id IN %(customers)s
                      AND NOT EXISTS (SELECT FROM mail_activity a
                                       WHERE a.calendar_event_id = e.id AND a.automated)
                      AND NOT EXISTS (SELECT FROM calendar_attendee g
                                       WHERE g.event_id = e.id AND g.partner_id = p.id
                                         AND g.state = 'declined')
                 GROUP BY p.commercial_partner_id""",
                now=fields.Datetime.now(),
                engine=SUPERUSER_ID,
                since=since,
                customers=tuple(self.partner_id.ids),
            )
        )

    def _find_last(self, query):
        self.env.flush_all()
        return dict(self.env.execute_query(query))
