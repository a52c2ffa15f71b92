import json

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

#: What is told of a customer who asks what we hold, by model.
EXPORTED = {
    "crl.relationship": [
        "customer_since",
        "stage_id",
        "user_id",
        "last_contact_date",
        "next_contact_date",
        "last_verdict",
        "score",
        "band",
        "override_band",
        "override_until",
        "override_reason",
    ],
    "crl.alert": ["reason", "date", "state", "date_done", "snooze_until", "note"],
    "crl.enrollment": ["cadence_id", "date_start", "cycle", "state", "exit_reason"],
    "crl.touchpoint": [
        "contact_id",
        "subject",
        "channel",
        "medium",
        "purpose",
        "user_id",
        "date_planned",
        "date_done",
        "date_absent",
        "booking",
        "state",
        "outcome",
        "verdict",
        "score",
        "feedback_date",
        "note",
        "letter_text",
        "is_letter_printed",
        "hold_reason",
    ],
    "crl.case": [
        "kind",
        "description",
        "taken_by_id",
        "user_id",
        "date_open",
        "deadline",
        "date_closed",
        "state",
    ],
    "crl.case.hand": ["user_id", "note", "date_from", "deadline", "date_to"],
    "crl.call.window": ["weekday", "hour_from", "hour_to"],
    "crl.campaign.member": ["campaign_id", "user_id", "state", "reason"],
    "crl.campaign.answer": ["question_id", "value", "date", "user_id"],
    "crl.segment.member": ["segment_id", "date_from", "date_to"],
    "crl.touchpoint.log": ["date", "decision", "rule", "note"],
    "crl.indicator.value": [
        "indicator_id",
        "raw",
        "score",
        "date",
        "user_id",
        "source",
        "note",
    ],
    "crl.indicator.history": ["indicator_id", "week", "raw", "score", "band"],
    "crl.stage.change": ["date", "former_stage_id", "stage_id", "days", "cadence_id"],
    "crl.consent": [
        "contact_id",
        "date",
        "channel",
        "purpose",
        "status",
        "source",
        "address",
        "note",
        "text",
        "lang",
        "ip",
    ],
}


class ResPartner(models.Model):
    """What is told of a customer who asks what we hold."""

    _inherit = "res.partner"

    @api.model
    def _crl_get_exported(self):
        """What is told of a customer who asks what we hold: ``{model: [field]}``. An
        addon adds to it."""
        return EXPORTED

    def crl_export_data(self):
        """What we hold about customers, as the text of a JSON file.

        Left out are Odoo's own data on the contact, which Odoo exports itself.
        """
        exported = []
        for partner in self._crl_check_privacy():
            customer = {
                "name": partner.display_name,
                "do_not_contact": partner.crl_do_not_contact,
                "preferred_channel": partner.crl_preferred_channel or None,
            }
            for model, names in self._crl_get_exported().items():
                records = (
                    self.env[model]
                    .sudo()  # checked above
                    .search([("partner_id", "=", partner.id)], order="id")
                )
                customer[model] = self._crl_to_plain(records, names)
            customer["messages"] = [
                {
                    "date": str(message.date),
                    "subject": message.subject or None,
                    "text": html2plaintext(message.body or ""),
                }
                for message in partner._crl_get_said().sorted("id")
            ]
            customer["newsletters"] = partner._crl_get_newsletters()
            exported.append(customer)
        return json.dumps(exported, indent=2, ensure_ascii=False)

    def _crl_to_plain(self, records, names):
        """Values of records as a JSON file can hold them; names instead of ids."""
        return [
            {
                name: row[name][1]
                if isinstance(row[name], tuple)
                else row[name]
                if isinstance(row[name], int | float | str)
                else str(row[name])
                for name in names
            }
            for row in records.read(names)
        ]

    def _crl_get_newsletters(self):
        """The newsletters the customer was to get, and by what."""
        people = self._crl_get_people()
        by_letter, by_email = (
            Domain(name, "in", people.ids) for name in ("letter_ids", "email_ids")
        )
        # archived people, too
        senders = people.env["crl.newsletter.sender"].search(by_letter | by_email)
        return [
            {
                "newsletter": sender.name,
                "month": str(sender.newsletter_id.date_from),
                "state": sender.state,
                "salesperson": sender.user_id.name,
                "by": "letter" if sender.letter_ids & people else "email",
            }
            for sender in senders.sorted("id")
        ]
