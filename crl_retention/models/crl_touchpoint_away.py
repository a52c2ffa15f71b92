from odoo import api, fields, models
from odoo.tools import format_date

from ..tools import auto_reply, schedule
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_touchpoint_rules import Decision


class CrlTouchpoint(models.Model):
    """Messages wait for people who are away, as their automatic reply says. Calls,
    visits and letters go on: somebody may stand in."""

    _inherit = "crl.touchpoint"

    @api.model
    def _hear_absence(self, message_id, author_id, words):
        """Note until when somebody is away, if an automatic reply says so for sure.

        :param message_id: of the message that was replied to
        :param author_id: of the author, where Odoo knows them
        """
        answered = self.search([("mail_message_id", "=", message_id or 0)], limit=1)
        person = (
            answered._get_person()
            if answered
            else self.env["res.partner"].browse(author_id or [])
        )
        live = self.search(
            [
                ("partner_id", "in", person.commercial_partner_id.ids),
                ("state", "in", ("planned", "open")),
                ("channel", "not in", HUMAN_CHANNELS),
            ]
        ).filtered(lambda t: t._get_person() == person)
        if not answered and not live:
            return
        company = (answered or live[:1]).company_id
        now = fields.Datetime.now()
        today = schedule.local_day(now, person._crl_tz(company))
        day = auto_reply.return_date(words, today)
        if not day:
            return
        person.crl_away_until = day
        note = self.env._(
            "%(person)s is away: messages wait until %(day)s.",
            person=person.display_name,
            day=format_date(self.env, day),
        )
        (live.enrollment_id or answered.enrollment_id)._log("held", "away", note)

    def _rule_away(self):
        """Messages go when the person is back, within their hours; what answers a case
        does not wait."""
        decisions = {}
        now = fields.Datetime.now()
        for touchpoint in self.filtered(
            lambda t: t.channel not in HUMAN_CHANNELS and not t.case_id
        ):
            person = touchpoint._get_person()
            if not person.crl_away_until:
                continue
            tz = person._crl_tz(touchpoint.company_id)
            back = schedule.utc_at(person.crl_away_until, 0.0, tz)
            back = touchpoint._get_open_moment(back, None) or back
            if back > now:
                decisions[touchpoint.id] = Decision(
                    "postpone",
                    "away",
                    self.env._(
                        "%(person)s is away until %(day)s.",
                        person=person.display_name,
                        day=format_date(self.env, person.crl_away_until),
                    ),
                    back,
                )
        return decisions
