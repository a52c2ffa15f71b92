from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import health, schedule
from .crl_case import VISIT_KINDS

#: A contact of the kind within so many days is what would help already.
SOON_DAYS = 7


class CrlRelationship(models.Model):
    """What would bring a customer back, one click away."""

    _inherit = "crl.relationship"

    def _get_remedies(self, known, limits, scored):
        """The two things that would lift the customer the most.

        :param known: as of ``_get_measured``
        """
        bands = dict(self._fields["band"]._description_selection(self.env))
        indicators = {indicator.id: indicator for indicator, __, __ in known}
        found = health.find_remedies(
            [measure for __, __, measure in known],
            limits,
            actions={key: indicator.remedy for key, indicator in indicators.items()},
        )
        return [
            {
                "id": key,
                "name": indicators[key].name,
                "remedy": indicators[key].remedy,
                "label": indicators[key]._get_remedy_label(),
                "result": self._tell_result(place, after, bands),
            }
            for place, (key, after) in enumerate(found)
        ]

    def _tell_result(self, place, after, bands):
        told = {"score": round(after.score or 0), "band": bands[after.band]}
        if not place:
            return self.env._("would bring the health to %(score)s, %(band)s", **told)
        # each is found on top of those before it
        return self.env._("would then bring it to %(score)s, %(band)s", **told)

    # ---- Verbs ----

    def action_remedy(self, indicator_id):
        """Do what helps with an indicator: plan a call or a visit, work on the open
        case, or have the address corrected.

        :param int indicator_id: a ``crl.indicator``
        :returns: an action that says what was done, or opens it
        """
        self._check_one(self)
        indicator = self._check_record("crl.indicator", indicator_id)
        if not indicator:
            raise UserError(self.env._("Choose an indicator."))
        return self._as_engine()._do_remedy(indicator)

    def _do_remedy(self, indicator):
        """Do what helps with an indicator, as the engine; returns an action. A bridge
        does its own remedies here."""
        remedy = indicator.remedy
        if remedy == "case":
            case = self._get_open_case()
            if case:
                return self._open("crl.case", case)
            remedy = "visit"
        if remedy == "address":
            return self._say(self._ask_for_address(indicator))
        channel = "visit" if remedy == "visit" else "call"
        planned = self._get_soon(channel)
        if planned:
            return self._open("crl.touchpoint", planned)
        contact = self._plan_remedy(channel, indicator)
        return self._say(
            self.env._(
                "%(contact)s: planned for %(day)s, for %(user)s.",
                contact=contact.title,
                day=format_date(
                    self.env,
                    schedule.local_day(
                        contact.date_planned,
                        contact.user_id._crl_get_tz(contact.company_id),
                    ),
                ),
                user=contact.user_id.name or self.env._("whoever looks after them"),
            )
        )

    def _open(self, model, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _say(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success"},
        }

    # ---- What follows ----

    def _get_open_case(self):
        live = self.partner_id.crl_case_ids.filtered(lambda case: case._is_live())
        return live.sorted(lambda case: (case.kind not in VISIT_KINDS, case.deadline))[
            :1
        ]

    def _get_soon(self, channel):
        """The contact of a channel that comes within a week anyway."""
        return self.env["crl.touchpoint"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("channel", "=", channel),
                ("state", "in", ("planned", "open")),
                (
                    "date_planned",
                    "<=",
                    fields.Datetime.now() + timedelta(days=SOON_DAYS),
                ),
            ],
            order="date_planned, id",
            limit=1,
        )

    def _plan_remedy(self, channel, indicator):
        """Put a call or a visit that helps with an indicator on the owner's list."""
        owner = self.partner_id._crl_get_owner(self.company_id or self.env.company)
        # in the words of whoever does it
        told = indicator.with_context(lang=owner.lang)
        return self._plan_contact(
            channel,
            f"{told._get_remedy_label()}: {told.name}",
            "health",
            indicator.name,
        )

    def _plan_contact(self, channel, subject, rule, note, company=None):
        """Put a call or a visit on the owner's list, for the next working morning.

        :param subject: what it is about, in the owner's language
        :param rule: short code of what asks for it, for the log
        :param company: of customers that have none
        """
        partner = self.partner_id
        company = self.company_id or company or self.env.company
        owner = partner._crl_get_owner(company)
        tz = owner._crl_get_tz(company)
        now = fields.Datetime.now()
        day = schedule.roll_day(
            schedule.local_day(now, tz) + timedelta(days=1),
            "forward",
            company._crl_working_days(),
        )
        contact = self.env["crl.touchpoint"].create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "channel": channel,
                "user_id": owner.id,
                "date_planned": schedule.utc_at(day, 9.0, tz),
                "date_due": now,
                "subject": subject,
            }
        )
        contact._log("planned", rule, note)
        # in the rep's activities at once; without an owner the pump finds one later
        if owner:
            contact._open_activities()
        self._refresh(partner)
        return contact

    def _ask_for_address(self, indicator):
        """Give the owner the correction of the address to do."""
        partner = self.partner_id
        owner = partner._crl_get_owner(self.company_id or self.env.company)
        told = self.with_context(lang=owner.lang).env
        summary = told._("Correct the address")
        self.env["crl.touchpoint"]._ask({(partner, owner, summary): indicator.name})
        return self.env._("%s is asked to correct the address.", owner.name or "–")
