from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: How many of each the card shows.
MAX_WORDS, MAX_CASES, MAX_PHONES, MAX_PULLS = 3, 10, 6, 3
#: What is read of the contacts before and after.
NEIGHBOUR = (
    *("partner_id", "step_id", "case_id", "campaign_id", "subject", "channel"),
    *("date_planned", "date_done", "outcome", "verdict", "user_id", "tried_id"),
)


class CrlDesk(models.AbstractModel):
    """What a desk shows of a contact and of its customer, at a glance."""

    _inherit = "crl.desk"

    @api.model
    def _show_contact(self, touchpoint):
        """:param touchpoint: one the user may see"""
        can_act = self._may_act(touchpoint)
        # who may see a contact reads what it is for; words and cases by their own rules
        engine = touchpoint.sudo()
        work = self._get_touchpoint_work(Domain("id", "=", touchpoint.id))
        contact = self._show_only(work)
        return {
            "contact": {
                **contact,
                **self._show_lock(touchpoint),
                "state": engine.state,
                "is_live": engine.is_live,
                "can_act": can_act,
                "attempt": engine.attempt,
                "purpose": engine.purpose,
                "campaign": engine.campaign_id.name or "",
                "offer": engine.campaign_id.offer or "",
                "case_id": engine.case_id.id,
                "deadline": self._show_moment(engine.case_id.deadline),
            },
            "customer": {
                **self._show_customer(
                    touchpoint.partner_id, touchpoint.contact_id, contact
                ),
                **self._show_neighbours(touchpoint),
            },
            "script": engine.script or "",
            "form": self._show_form(engine),
        }

    @api.model
    def _show_only(self, work):
        """The one row of a list."""
        query = SQL("SELECT model, id, place, date FROM (%s) w", work)
        (row,) = self._show_rows(self.env.execute_query(query))
        return row

    @api.model
    def _show_lock(self, touchpoint):
        colleague = self._show_colleague(touchpoint)
        is_mine = touchpoint._get_holder() == self.env.user
        return {
            "taken_by": colleague,
            "taken_until": self._show_moment(is_mine and touchpoint.taken_until),
        }

    @api.model
    def _show_customer(self, customer, person, row):
        """The card: facts, words, promises and cases the user may read.

        :param person: whom we talk to there, or none
        :param row: what the list shows of the contact or case
        """
        # whose contact or case the user sees
        customer, person = customer.sudo(), person.sudo()
        # and others who work there
        people = person | customer | customer.child_ids
        now = fields.Datetime.now()
        tz = customer._crl_tz(self.env.company)
        return {
            "partner_id": customer.id,
            "name": customer.display_name,
            "contact_name": person.name or "",
            "city": customer.city or "",
            "email": person.email or customer.email or "",
            "phones": people._crl_get_phones()[:MAX_PHONES],
            "tz": tz,
            "local_time": fields.Datetime.context_timestamp(
                self.with_context(tz=tz), now
            ).strftime("%H:%M"),
            "is_callable": row["is_callable"],
            "callable_from": row["callable_from"],
            "call_windows": customer.crl_call_window_ids.mapped("display_name"),
            **self._show_health(customer),
            **self._show_cases(customer),
            "facts": self._get_card_facts(customer),
            "last_words": self._show_words(customer),
        }

    @api.model
    def _show_health(self, customer):
        """Where the customer stands, and what pulls the score down most."""
        relationship = self._get_facts(customer)
        panel = relationship.health_panel or {}
        return {
            "stage": relationship.stage_id.sudo().name or "",  # of who may see it
            "score": panel.get("score"),
            "band": panel.get("band", ""),
            "band_text": panel.get("band_text", ""),
            "trend": panel.get("trend", ""),
            "trend_text": panel.get("trend_text", ""),
            "pulls": [
                {"name": line["name"], "score": line["score"], "pull": line["pull"]}
                for line in panel.get("lines", [])
                if line["pull"] > 0 or line["knocks_out"]
            ][:MAX_PULLS],
            "customer_since": str(relationship.customer_since or "") or None,
        }

    @api.model
    def _show_cases(self, customer):
        """What we owe the customer."""
        cases = self.env["crl.case"].search(
            [("partner_id", "=", customer.id), ("state", "in", ("open", "planned"))],
            limit=MAX_CASES,
        )
        shown = {"promises": [], "cases": []}
        for case in cases:
            kind = "promises" if case.kind == "promise" else "cases"
            shown[kind].append(
                {
                    "id": case.id,
                    "text": case.description or case._get_labels("kind")[case.kind],
                    "deadline": self._show_moment(case.deadline),
                    # who does what is for every colleague to know
                    "user_name": case.user_id.sudo().name or "",
                    "late": case.is_late,
                }
            )
        return shown

    @api.model
    def _show_words(self, customer):
        """What was said last, the latest first."""
        said = self.env["crl.touchpoint"].search(
            [("partner_id", "=", customer.id), ("note", "!=", False)],
            order="date_done DESC, id DESC",
            limit=MAX_WORDS,
        )
        return [
            {
                "id": one.id,
                "date": self._show_moment(one.feedback_date or one.date_done),
                # the customer's people, and who of us heard it, are for all to know
                "who": (one.contact_id or one.partner_id).sudo().name,
                "user_name": one.user_id.sudo().name or "",  # as above
                "text": one.note,
                "verdict": one.verdict or "",
                "verdict_text": self._show_label(one, "verdict"),
            }
            for one in said
        ]

    @api.model
    def _show_neighbours(self, touchpoint):
        """The contact after this one and the last one before."""
        search = partial(self.env["crl.touchpoint"].search_fetch, limit=1)
        of_customer = [("partner_id", "=", touchpoint.partner_id.id)]
        following = search(
            [
                *of_customer,
                ("state", "in", ("planned", "open")),
                ("id", "!=", touchpoint.id),
            ],
            NEIGHBOUR,
            order="date_planned, id",
        )
        last = search(
            [*of_customer, ("state", "=", "done")],
            NEIGHBOUR,
            order="date_done DESC, id DESC",
        )
        return {
            "next": self._show_neighbour(following, following.date_planned),
            "last": self._show_neighbour(last, last.date_done),
        }

    @api.model
    def _show_neighbour(self, touchpoint, date):
        if not touchpoint:
            return None
        return {
            "id": touchpoint.id,
            "date": self._show_moment(date),
            "title": touchpoint.title,
            "channel": touchpoint.channel,
            "outcome": touchpoint.outcome or "",
            "verdict": touchpoint.verdict or "",
            "user_name": touchpoint.user_id.sudo().name or "",  # for all to know
        }
