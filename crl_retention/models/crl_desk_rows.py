from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools import schedule
from .crl_desk_view import REASONS


class CrlDesk(models.AbstractModel):
    """How the rows of the worklist are shown; what a page needs is read at once."""

    _inherit = "crl.desk"

    @api.model
    def _show_rows(self, page):
        """:param page: ``[(model, id, place, date)]``"""
        touchpoints = self.env["crl.touchpoint"].browse(
            row[1] for row in page if row[0] == "crl.touchpoint"
        )
        cases = self.env["crl.case"].browse(
            row[1] for row in page if row[0] == "crl.case"
        )
        # the names of those whose contacts and cases the user was let see before
        partners = (touchpoints.partner_id | cases.partner_id).sudo()
        now = fields.Datetime.now()
        shared = {
            "now": now,
            "mine": self.env.user | self._get_covered(),
            "moments": partners._crl_get_call_moments(self.env.company, now),
            "facts": self._get_facts(partners).grouped("partner_id"),
        }
        by_model = {
            "crl.touchpoint": touchpoints.grouped("id"),
            "crl.case": cases.grouped("id"),
        }
        return [
            self._show_row(by_model[model][number], REASONS[place], date, shared)
            for model, number, place, date in page
        ]

    @api.model
    def _get_facts(self, partners):
        """The relationships the user may see, of some customers."""
        return self.env["crl.relationship"].search_fetch(
            [("partner_id", "in", partners.ids)], ["partner_id", "band", "score"]
        )

    @api.model
    def _show_row(self, record, reason, date, shared):
        is_case = record._name == "crl.case"
        partner = record.partner_id.sudo()  # as in _show_rows
        facts = shared["facts"].get(record.partner_id)
        now = shared["now"]
        late = self._get_local_day(now) - self._get_local_day(date)
        return {
            "key": f"{'c' if is_case else 't'}{record.id}",
            "id": record.id,
            "model": record._name,
            "partner_id": partner.id,
            "name": partner.display_name,
            "city": partner.city or "",
            "channel": "promise" if is_case else record.channel,
            "title": self._get_case_title(record) if is_case else record.title,
            "reason": reason,
            "reason_text": self._tell_reason(record, reason, date, late.days),
            "date": fields.Datetime.to_string(date),
            "late_days": max(late.days, 0),
            "band": facts.band or "" if facts else "",
            "score": facts.score if facts and facts.band else None,
            "user_id": record.user_id.id,
            # who does what is for every colleague to know
            "user_name": record.user_id.sudo().name or "",
            "taken_by": None if is_case else self._show_colleague(record),
            "is_callable": shared["moments"][partner.id] == now,
            "callable_from": fields.Datetime.to_string(shared["moments"][partner.id]),
            "is_mine": record.user_id in shared["mine"],
        }

    @api.model
    def _get_tz(self):
        """The clock of whoever looks, also where their browser says nothing."""
        return self.env.user._crl_get_tz(self.env.company)

    @api.model
    def _get_local_day(self, moment):
        return schedule.local_day(moment, self._get_tz())

    @api.model
    def _get_case_title(self, case):
        words = (case.description or "").strip().splitlines()
        return words[0][:120] if words else case._get_labels("kind")[case.kind]

    @api.model
    def _show_colleague(self, touchpoint):
        """The colleague who has the contact open, if any."""
        holder = touchpoint._get_holder().sudo()  # as above
        if not holder or holder == self.env.user:
            return None
        return {"id": holder.id, "name": holder.name}

    @api.model
    def _tell_reason(self, record, reason, date, late):
        """Why a row is on the list, in a few words."""

        def say(moment):
            return format_datetime(
                self.env, moment, tz=self._get_tz(), dt_format="short"
            )

        moment = say(date)
        if reason == "case":
            if record._name == "crl.case":
                return self.env._("Unhappy customer, still open")
            if record.is_agreed:
                return self.env._("Unhappy customer: visit %s", moment)
            # until when is told to whoever may do the visit
            until = say(record.case_id.sudo().deadline or date)
            return self.env._("Unhappy customer: visit by %s", until)
        if reason == "overdue":
            if late < 1:
                return self.env._("Late since %s", moment)
            return (
                self.env._("1 day late")
                if late == 1
                else self.env._("%s days late", late)
            )
        if reason == "promised":
            return (
                self.env._("We promised it until %s", moment)
                if record._name == "crl.case"
                else self.env._("Agreed with the customer: %s", moment)
            )
        if reason == "campaign":
            # whoever may do the contact reads what it is for
            name = record.campaign_id.sudo().name
            return self.env._("Campaign") if name == record.title else name
        return self.env._("Today") if reason == "due" else moment
