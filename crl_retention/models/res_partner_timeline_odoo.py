from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from .res_partner_timeline import Source

#: Messages people wrote, or that went to the customer; the others are Odoo's notes.
MESSAGE_TYPES = ("email", "email_outgoing", "comment", "sms", "out_of_office")


class ResPartner(models.Model):
    """Odoo's rows of the timeline: messages, meetings, opportunities."""

    _inherit = "res.partner"

    def _crl_get_timeline_sources(self):
        people = self._crl_get_people()
        leads = self._crl_get_leads(people)
        return {
            **super()._crl_get_timeline_sources(),
            "message": Source(
                "mail.message",
                "date",
                self._crl_get_message_domain(people, leads),
                "_crl_tell_messages",
                *("message", self.env._("Messages"), "fa-envelope-o"),
            ),
            "meeting": Source(
                "calendar.event",
                "start",
                self._crl_get_meeting_domain(people, leads),
                "_crl_tell_meetings",
                *("meeting", self.env._("Meetings"), "fa-calendar"),
            ),
            "lead": Source(
                "crm.lead",
                "create_date",
                Domain("id", "in", leads.ids) & Domain("active", "in", (True, False)),
                "_crl_tell_leads",
                *("lead", self.env._("Opportunities"), "fa-star-o"),
            ),
        }

    def _crl_get_people(self):
        """The customer and its people, those who have left included."""
        return self.with_context(active_test=False).search(
            [("commercial_partner_id", "=", self.id)]
        )

    @api.model
    def _crl_get_leads(self, people):
        """The opportunities of people that the user may open, lost ones included."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        if not leads.has_access("read"):
            return leads
        return leads.search([("partner_id", "in", people.ids)])

    def _crl_get_own(self, column):
        """What contacts the user sees already stand for, and is not told twice."""
        Touchpoint = self.env["crl.touchpoint"]
        if not Touchpoint.has_access("read"):
            return SQL("(SELECT 0 WHERE FALSE)")
        query = Touchpoint._search(
            [("partner_id", "=", self.id), (column, "!=", False)]
        )
        return query.subselect(SQL.identifier(query.table, column))

    # ---- Messages ----

    def _crl_get_message_domain(self, people, leads):
        threads = Domain.OR(
            Domain("model", "=", records._name) & Domain("res_id", "in", records.ids)
            for records in (people, leads)
        )
        own = self._crl_get_own("mail_message_id")

        def is_told_already(model, alias, query):
            return SQL("%s NOT IN %s", SQL.identifier(alias, "id"), own)

        return (
            threads
            & Domain("message_type", "in", MESSAGE_TYPES)
            & Domain.custom(to_sql=is_told_already)
        )

    @api.model
    def _crl_tell_messages(self, messages):
        people = self._crl_get_people()
        labels = dict(messages._fields["message_type"]._description_selection(self.env))
        note = self.env.ref("mail.mt_note")
        rows = {}
        for message in messages:
            # sudo: who may read a message reads who wrote it
            author = message.sudo().author_id
            kind = labels[message.message_type]
            if message.message_type == "comment":
                kind = (
                    self.env._("Note")
                    if message.subtype_id == note
                    else self.env._("Message")
                )
            rows[message.id] = {
                "icon": {"sms": "fa-comment-o", "comment": "fa-commenting-o"}.get(
                    message.message_type, "fa-envelope-o"
                ),
                "title": message.subject or kind,
                "text": message.preview,
                "who": author.name or message.email_from or "",
                "state": self.env._("Received") if author in people else "",
                "model": message.model,
                "id": message.res_id,
            }
        return rows

    # ---- Meetings ----

    def _crl_get_meeting_domain(self, people, leads):
        """Meetings with the customer; those of our visits are told with the visit."""
        ids = people.ids
        visits = self._crl_get_own("activity_id")

        def is_told_already(model, alias, query):
            return SQL(
                """NOT EXISTS (SELECT FROM mail_activity a
                                WHERE a.calendar_event_id = %s AND a.id IN %s)""",
                SQL.identifier(alias, "id"),
                visits,
            )

        return (
            Domain("partner_ids", "in", ids)
            | Domain("opportunity_id", "in", leads.ids)
            | (Domain("res_model", "=", people._name) & Domain("res_id", "in", ids))
        ) & Domain.custom(to_sql=is_told_already)

    @api.model
    def _crl_tell_meetings(self, meetings):
        return {
            meeting.id: {
                "title": meeting.name or "",
                "text": meeting.location,
                "who": meeting.user_id.name or "",
            }
            for meeting in meetings
        }

    # ---- Opportunities ----

    @api.model
    def _crl_tell_leads(self, leads):
        states = {"won": self.env._("Won"), "lost": self.env._("Lost")}
        return {
            lead.id: {
                "title": lead.name,
                "text": lead.expected_revenue
                and formatLang(
                    self.env, lead.expected_revenue, currency_obj=lead.company_currency
                ),
                "who": lead.user_id.name or "",
                "state": states.get(lead.won_status) or lead.stage_id.name or "",
            }
            for lead in leads
        }
