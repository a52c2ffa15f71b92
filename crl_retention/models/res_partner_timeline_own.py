from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .res_partner_timeline import Source

CHANNEL_ICONS = {
    "email": "fa-envelope-o",
    "sms": "fa-comment-o",
    "message": "fa-paper-plane-o",
    "call": "fa-phone",
    "visit": "fa-handshake-o",
    "letter": "fa-file-text-o",
}
#: What words of consent that were said at once have in common.
SAID_TOGETHER = ("company_id", "contact_id", "date", "status", "source")


class ResPartner(models.Model):
    """The timeline's own rows: contacts, cases and promises, stages, campaigns,
    consent."""

    _inherit = "res.partner"

    def _crl_get_timeline_sources(self):
        mine = Domain("partner_id", "=", self.id)
        contact = (
            "_crl_tell_contacts",
            "contact",
            self.env._("Contacts"),
            "fa-handshake-o",
        )
        case = ("case", self.env._("Cases and promises"), "fa-exclamation-triangle")
        closed = Domain("state", "in", ("done", "failed"))
        held = mine & closed & Domain("date_done", "!=", False)
        planned = mine & (
            Domain("state", "in", ("planned", "open", "skipped"))
            | closed & Domain("date_done", "=", False)
        )
        said = mine & Domain.custom(to_sql=self._crl_get_first_word)
        return {
            "contact": Source("crl.touchpoint", "date_done", held, *contact),
            "contact_planned": Source(
                "crl.touchpoint", "date_planned", planned, *contact
            ),
            "case": Source("crl.case", "date_open", mine, "_crl_tell_cases", *case),
            "case_closed": Source(
                "crl.case", "date_closed", mine, "_crl_tell_closed_cases", *case
            ),
            "stage": Source(
                "crl.stage.change",
                "date",
                mine,
                "_crl_tell_stages",
                *("stage", self.env._("Stages"), "fa-road"),
            ),
            "campaign": Source(
                "crl.campaign.member",
                "create_date",
                mine & Domain("state", "=", "active"),
                "_crl_tell_campaigns",
                *("campaign", self.env._("Campaigns"), "fa-bullhorn"),
            ),
            "consent": Source(
                "crl.consent",
                "date",
                said,
                "_crl_tell_consents",
                *("consent", self.env._("Consent"), "fa-check-square-o"),
            ),
            **super()._crl_get_timeline_sources(),
        }

    @api.model
    def _crl_tell_contacts(self, touchpoints):
        situations, outcomes = (
            dict(touchpoints._fields[name]._description_selection(self.env))
            for name in ("situation", "outcome")
        )
        answers = touchpoints._tell_answers()
        rows = {}
        for touchpoint in touchpoints:
            said = [touchpoint.note, answers.get(touchpoint.id)]
            state = situations[touchpoint.situation]
            if touchpoint.state == "done":
                # that somebody was reached goes without saying
                state = (
                    touchpoint.outcome not in (False, "reached")
                    and outcomes[touchpoint.outcome]
                )
            rows[touchpoint.id] = {
                "icon": CHANNEL_ICONS[touchpoint.channel],
                "title": touchpoint.title,
                "text": "\n".join(filter(None, said))
                or touchpoint.letter_text
                or touchpoint.hold_reason,
                "who": touchpoint.user_id.name or "",
                "verdict": touchpoint.verdict,
                "state": state or "",
            }
        return rows

    @api.model
    def _crl_tell_cases(self, cases):
        kinds = cases._get_labels("kind")
        rows = {}
        for case in cases:
            state = self._crl_tell_case_state(case)
            if case._is_live():
                state = self.env._(
                    "%(state)s, until %(day)s",
                    state=state,
                    day=format_date(self.env, case.deadline),
                )
            rows[case.id] = {
                "title": kinds[case.kind],
                "text": case.description,
                "who": case.user_id.name or "",
                "state": state,
            }
        return rows

    @api.model
    def _crl_tell_closed_cases(self, cases):
        kinds = cases._get_labels("kind")
        return {
            case.id: {
                "icon": "fa-check",
                "title": self.env._("%s: closed", kinds[case.kind]),
                "who": case.user_id.name or "",
                "state": self._crl_tell_case_state(case),
            }
            for case in cases
        }

    @api.model
    def _crl_tell_case_state(self, case):
        name = "promise_state" if case.promise_state else "state"
        return case._get_labels(name)[case[name]]

    @api.model
    def _crl_tell_stages(self, changes):
        return {
            change.id: {
                "title": self.env._("Stage: %s", change.stage_id.name),
                "text": change.former_stage_id
                and self.env._("Before: %s", change.former_stage_id.name),
                "who": change.user_id.name or "",
                # nothing to open but the customer
                "model": "res.partner",
                "id": self.id,
            }
            for change in changes
        }

    @api.model
    def _crl_tell_campaigns(self, members):
        return {
            member.id: {
                "title": member.campaign_id.name,
                "text": self.env._("On the list of the campaign."),
                "who": member.user_id.name or "",
                "model": "crl.campaign",
                "id": member.campaign_id.id,
            }
            for member in members
        }

    # ---- Consent ----

    @api.model
    def _crl_get_first_word(self, model, alias, query):
        """What was said of several channels at once is one row: its first."""
        return SQL(
            """NOT EXISTS (
                   SELECT FROM crl_consent s
                    WHERE s.partner_id = %(word)s.partner_id AND s.id < %(word)s.id
                      AND s.company_id = %(word)s.company_id
                      AND s.contact_id IS NOT DISTINCT FROM %(word)s.contact_id
                      AND (s.date, s.status, s.source)
                        = (%(word)s.date, %(word)s.status, %(word)s.source))""",
            word=SQL.identifier(alias),
        )

    @api.model
    def _crl_tell_consents(self, consents):
        labels = consents._get_labels()
        statuses = dict(consents._fields["status"]._description_selection(self.env))
        sources = dict(consents._fields["source"]._description_selection(self.env))
        together = consents.search(
            [
                ("partner_id", "in", consents.partner_id.ids),
                ("date", "in", consents.mapped("date")),
            ],
            order="id",
        ).grouped(lambda word: tuple(word[name] for name in SAID_TOGETHER))
        rows = {}
        for consent in consents:
            said = together[tuple(consent[name] for name in SAID_TOGETHER)]
            what = ", ".join(labels.get((w.channel, w.purpose), "") for w in said)
            rows[consent.id] = {
                "title": self.env._(
                    "%(answer)s: %(what)s", answer=statuses[consent.status], what=what
                ),
                "text": sources[consent.source],
                "who": consent.contact_id.name or consent.user_id.name or "",
            }
        return rows
