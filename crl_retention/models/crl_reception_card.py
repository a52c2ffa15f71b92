from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

#: How many of each the card shows.
MAX_CONTACTS, MAX_CASES, MAX_PHONES = 5, 20, 6
#: Days for which a promise that was kept or broken is still shown.
SETTLED_DAYS = 14


class CrlReception(models.AbstractModel):
    """What whoever answers is told of a customer.

    The whole card is read in sudo: it tells everybody who may open the customer who
    looks after them, what was promised, and when and how we were in touch. Which words
    were said is left out, unless the user's own role shows the contact or the case.
    """

    _inherit = "crl.reception"

    @api.model
    def get_customer(self, partner_id):
        """The card of a customer.

        :param partner_id: id of the customer, or of one of its people
        :returns: ``customer``, ``owner`` with who stands in, ``health``, ``promises``,
            ``cases``, ``facts``, ``contacts`` (the last ones), ``next``, ``colleagues``
        :raises AccessError: for a customer whom the user may not open
        """
        self._check_answers()
        partner = self._check_customer(partner_id)
        customer = partner.sudo().commercial_partner_id  # see above
        company = customer.company_id or self.env.company
        return {
            "customer": self._show_customer(customer, partner.sudo()),  # see above
            "owner": self._show_owner(customer, company),
            **self._show_relationship(customer),
            **self._show_owed(customer),
            "facts": self._get_card_facts(customer),
            "contacts": self._show_contacts(customer),
            "colleagues": self._show_colleagues(company),
            "may_open": self.env["crl.touchpoint"].has_access("read"),
        }

    @api.model
    def _check_customer(self, partner_id):
        """The partner, if the user may open it and the customer it belongs to."""
        partner = self._check_record("res.partner", partner_id)
        self._check_one(partner)
        self._check_one(partner.commercial_partner_id)
        return partner

    @api.model
    def _show_customer(self, customer, partner):
        people = partner | customer | customer.child_ids
        return {
            "id": customer.id,
            "name": customer.display_name,
            "person": partner.name or "" if partner != customer else "",
            "person_id": partner.id,
            "city": customer.city or "",
            "ref": customer.ref or "",
            "email": partner.email or customer.email or "",
            "phones": people._crl_get_phones()[:MAX_PHONES],
            "is_archived": not customer.active,
        }

    @api.model
    def _show_owner(self, customer, company):
        """Who looks after the customer, and who stands in while they are away."""
        owner = customer._crl_get_owner(company)
        if not owner:
            return False
        cover = owner.crl_cover_id
        return {
            "id": owner.id,
            "name": owner.name,
            "phone": owner.phone or "",
            "cover": cover.name or "",
            "away_until": cover and str(owner.crl_away_until) or False,
        }

    @api.model
    def _show_relationship(self, customer):
        relationship = customer.crl_relationship_id
        coming = self.env["crl.touchpoint"].sudo()  # see above
        coming = coming.search(
            [
                ("partner_id", "=", customer.id),
                ("state", "in", ("planned", "open")),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="date_planned, id",
            limit=1,
        )
        return {
            "stage": relationship.stage_id.name or "",
            "band": relationship.band or "",
            "band_text": self._show_label(relationship, "band"),
            "next": coming
            and {
                "date": self._show_moment(coming.date_planned),
                "channel": coming.channel,
                "channel_text": self._show_label(coming, "channel"),
                "user_name": coming.user_id.name or "",
            }
            or False,
        }

    @api.model
    def _show_owed(self, customer):
        """Promises with their chain, those settled lately too; and open cases."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=SETTLED_DAYS)
        cases = self.env["crl.case"].sudo()  # see above
        cases = cases.search(
            [
                ("partner_id", "=", customer.id),
                ("company_id", "in", self.env.companies.ids),
                "|",
                ("state", "in", ("open", "planned")),
                "&",
                ("promise_state", "in", ("kept", "broken")),
                ("date_closed", ">=", since),
            ],
            limit=MAX_CASES,
        )
        words = self._get_readable(cases)
        owed = {"promises": [], "cases": []}
        for case in cases.sorted(lambda case: (not case._is_live(), case.deadline)):
            is_promise = case.kind == "promise"
            told = {
                "id": case.id,
                "text": case.description or "" if is_promise or case in words else "",
                "date": self._show_moment(case.date_open),
                "deadline": self._show_moment(case.deadline),
                "is_late": case.is_late,
                "user_id": case.user_id.id,
                "user_name": case.user_id.name or "",
            }
            if is_promise:
                owed["promises"].append(
                    {
                        **told,
                        "state": case.promise_state,
                        "state_text": self._show_label(case, "promise_state"),
                        "taken_by": case.taken_by_id.name or "",
                        "closed": self._show_moment(case.date_closed),
                        "chain": case._get_chain(),
                    }
                )
            else:
                kind = self._show_label(case, "kind")
                owed["cases"].append({**told, "kind_text": kind})
        return owed

    @api.model
    def _show_contacts(self, customer):
        contacts = self.env["crl.touchpoint"].sudo()  # see above
        contacts = contacts.search(
            [
                ("partner_id", "=", customer.id),
                ("state", "=", "done"),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="date_done DESC, id DESC",
            limit=MAX_CONTACTS,
        )
        words = self._get_readable(contacts)
        return [
            {
                "id": contact.id,
                "date": self._show_moment(contact.date_done),
                "channel": contact.channel,
                "channel_text": self._show_label(contact, "channel"),
                "user_name": contact.user_id.name or "",
                "outcome_text": self._show_label(contact, "outcome"),
                "verdict": contact.verdict or "",
                "verdict_text": self._show_label(contact, "verdict"),
                "note": contact.note or "" if contact in words else "",
            }
            for contact in contacts
        ]

    @api.model
    def _get_readable(self, records):
        """Those of the records whose words the user's own role shows."""
        return records.sudo(False)._filtered_access("read")

    @api.model
    def leave_message(self, partner_id, text):
        """Leave a message for whoever looks after a customer: a task in their list, or
        in that of who stands in for them today.

        :returns: the name of who gets it
        :raises UserError: without a text, or when nobody looks after the customer
        """
        self._check_answers()
        partner = self._check_customer(partner_id)
        words = self._check_text(text)
        if not words:
            raise UserError(self.env._("Write the message."))
        customer = partner.sudo().commercial_partner_id  # see above
        company = customer.company_id or self.env.company
        owner = customer._crl_get_owner(company)
        if not owner:
            raise UserError(
                self.env._("Nobody looks after this customer: tell your manager.")
            )
        hand = owner._crl_get_hand(fields.Date.context_today(self))
        customer.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Message from the reception"),
            note=plaintext2html(
                self.env._(
                    "%(customer)s called: %(text)s",
                    customer=partner.sudo().display_name,  # see above
                    text=words,
                )
            ),
            user_id=hand.id,
        )
        return hand.name
