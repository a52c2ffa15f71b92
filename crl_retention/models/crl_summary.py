from datetime import datetime

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ..tools import schedule
from .res_partner import INSIDERS

#: What fits on one page: lines of each part, and characters of a text.
MOST_LINES = 5
MOST_CASES = 5
MOST_EVENTS = 10
MOST_PHONES = 4
MOST_WORDS = 120
MOST_NAME = 60


class ResPartner(models.Model):
    """The customer on one page, to take along or to hand on."""

    _inherit = "res.partner"

    def _crl_get_summary(self):
        """What is printed, in the user's words: all of it is text.

        Each part is a list that is short enough, and how many more there are.
        """
        self.ensure_one()
        return {
            "name": self._crl_cut(self.name, MOST_NAME),
            "place": self._crl_cut(
                ", ".join(filter(None, [self.city, self.country_id.name])), MOST_NAME
            ),
            "facts": self._crl_get_summary_facts(),
            "phones": self._crl_get_summary_phones(),
            "health": self._crl_get_summary_health(),
            "cases": self._crl_get_summary_cases(),
            "events": self._crl_get_summary_events(),
            "last_words": self._crl_cut(self.crl_last_words, 200),
            # every relationship has this date: who does not see it does not see it
            "is_hidden": self.crl_relationship_id and not self.crl_customer_since,
        }

    def _crl_get_summary_facts(self):
        """``[(label, text)]`` of what is known."""
        verdicts = dict(
            self._fields["crl_last_verdict"]._description_selection(self.env)
        )
        facts = [
            (self.env._("Salesperson"), self.user_id.name),
            (self.env._("Customer since"), self._crl_day(self.crl_customer_since)),
            (self.env._("Stage"), self.crl_stage_id.name),
            (self.env._("Procedure"), self.crl_cadence_id.name),
            (self.env._("Last contact"), self._crl_day(self.crl_last_contact_date)),
            (self.env._("Next contact"), self._crl_day(self.crl_next_contact_date)),
            (self.env._("Last verdict"), verdicts.get(self.crl_last_verdict)),
            (self.env._("Consent"), self.crl_consent_summary),
        ]
        return [(label, self._crl_cut(text, 110)) for label, text in facts if text]

    def _crl_get_summary_phones(self):
        people = (self | self.child_ids).filtered("phone")
        return {
            "rows": [
                {
                    "name": self._crl_cut(person.name, 40) if person != self else "",
                    "phone": self._crl_cut(person.phone, 30),
                }
                for person in people[:MOST_PHONES]
            ],
            "more": len(people[MOST_PHONES:]),
        }

    def _crl_get_summary_health(self):
        panel = self.crl_health_panel or {"lines": []}
        known = [line for line in panel["lines"] if line["score"] is not None]
        return {
            "score": round(panel["score"]) if panel.get("score") is not None else None,
            "band": panel.get("band_text") if known else "",
            "trend": panel.get("trend_text"),
            "override": self._crl_cut(panel.get("override"), MOST_WORDS),
            "rows": [
                {**line, "name": self._crl_cut(line["name"], MOST_NAME)}
                for line in known[:MOST_LINES]
            ],
            "more": len(known[MOST_LINES:]),
        }

    def _crl_get_summary_cases(self):
        Case = self.env["crl.case"]
        live = [("partner_id", "=", self.id), ("state", "in", ("open", "planned"))]
        cases = Case.search(live, order="deadline, id", limit=MOST_CASES)
        more = len(cases) == MOST_CASES and Case.search_count(live) - MOST_CASES
        rows = self._crl_tell_cases(cases)
        return {
            "rows": [
                {
                    **rows[case.id],
                    "text": self._crl_cut(case.description, MOST_WORDS),
                    "is_late": case.is_late,
                }
                for case in cases
            ],
            "more": more or 0,
        }

    def _crl_get_summary_events(self):
        rows = self.crl_get_timeline(
            limit=MOST_EVENTS, before=fields.Datetime.to_string(fields.Datetime.now())
        )
        for row in rows:
            row["title"] = self._crl_cut(row["title"], MOST_NAME)
            row["text"] = self._crl_cut(row["text"], MOST_WORDS)
            moment = fields.Datetime.to_datetime(row["date"])
            row["day"] = self._crl_day(moment.date() if row["is_day"] else moment)
        return rows

    def _crl_day(self, value):
        """A day, or the day of a moment, as the user writes it."""
        if not value:
            return ""
        if isinstance(value, datetime):
            tz = self.env.user._crl_get_tz(self.env.company)
            value = schedule.local_day(value, tz)
        return format_date(self.env, value)


class CrlSummary(models.AbstractModel):
    """The report: nothing in it that the user could not open."""

    _name = "report.crl_retention.crl_summary"
    _description = "Customer Summary"

    def _get_report_values(self, docids, data=None):
        user = self.env.user
        if not (self.env.su or any(user.has_group(g) for g in INSIDERS.split(","))):
            raise AccessError(
                self.env._("Only users of Customer Retention can print this.")
            )
        partners = self.env["res.partner"].browse(docids)
        partners.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": partners._name,
            "summaries": [
                customer._crl_get_summary()
                for customer in partners.commercial_partner_id
            ],
            "printed": self.env._(
                "%(company)s · printed by %(user)s on %(day)s",
                company=self.env.company.name,
                user=user.name,
                day=format_date(self.env, fields.Date.context_today(user)),
            ),
        }
