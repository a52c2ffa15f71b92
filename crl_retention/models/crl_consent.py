from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.consent import GRANTED, LIFTED, WITHDRAWN, Word, in_force
from .crl_cadence_step import PURPOSES
from .res_company import CONSENT_MONTHS
from .res_partner import INSIDERS

CHANNELS = [("email", "Email"), ("sms", "SMS"), ("call", "Call"), ("letter", "Letter")]
STATUSES = [
    (GRANTED, "Yes"),
    (WITHDRAWN, "No"),
    (LIFTED, "Objection taken back"),
]
SOURCES = [
    ("page", "On our page"),
    ("unsubscribe", "By the link in a message"),
    ("one_click", "By the button of the mail program"),
    ("employee", "Told to an employee"),
    ("import", "From another system"),
    ("do_not_contact", "Do Not Contact"),
    ("mailing", "On the page of a mailing"),
    ("blacklist", "In Odoo's blacklist"),
    ("address", "The address changed"),
    ("merge", "Two records became one"),
]
#: The field with the address of a channel.
ADDRESSES = {
    "email": "email_normalized",
    "sms": "phone_sanitized",
    "call": "phone_sanitized",
}


class CrlConsent(models.Model):
    """Every yes and no about being written to or called, with its proof.

    Rows are added and never changed: what holds is the last word (see
    ``tools/consent.py``). A yes holds for the company it was given to, a no for all.
    A no to marketing is put on Odoo's blacklist too, which its mailings obey; what
    changes there comes back as a row.
    """

    _name = "crl.consent"
    _description = "Consent"
    _inherit = ["crl.sheet"]
    _order = "date desc, id desc"
    _rec_name = "label"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Person",
        ondelete="set null",
        help="Who said so. The customer itself: it holds for all its people, until "
        "one of them says yes.",
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    channel = fields.Selection(CHANNELS, required=True)
    purpose = fields.Selection(PURPOSES, required=True)
    status = fields.Selection(STATUSES, "Answer", required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Selection(SOURCES, "How", required=True)
    address = fields.Char(help="The address or number it is about.")
    user_id = fields.Many2one("res.users", "Written Down By", ondelete="set null")
    touchpoint_id = fields.Many2one(
        "crl.touchpoint", "Message", index="btree_not_null", ondelete="set null"
    )
    note = fields.Text(groups=INSIDERS)
    text = fields.Text("Text Shown", help="What the customer read when they chose.")
    lang = fields.Char("Language")
    ip = fields.Char("IP Address", groups="crl_retention.crl_retention_group_manager")
    label = fields.Char("What", compute="_compute_label")
    is_in_force = fields.Boolean("In Force", compute="_compute_is_in_force")

    _person = models.Index(
        "(contact_id, channel, purpose, date DESC, id DESC) "
        "WHERE contact_id IS NOT NULL"
    )
    _address = models.Index(
        "(address, channel, purpose, date DESC, id DESC) WHERE address IS NOT NULL"
    )

    @api.depends_context("lang")
    @api.depends("channel", "purpose")
    def _compute_label(self):
        labels = self._get_labels()
        for consent in self:
            text = labels.get((consent.channel, consent.purpose), "")
            consent.label = text[:1].upper() + text[1:]

    @api.depends("contact_id", "channel", "purpose", "date")
    def _compute_is_in_force(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (contact_id, channel, purpose) id
                     FROM crl_consent WHERE contact_id = ANY(%s)
                 ORDER BY contact_id, channel, purpose, date DESC, id DESC""",
                self.contact_id.ids,
            )
        )
        last = {row[0] for row in rows}
        for consent in self:
            consent.is_in_force = consent.id in last

    @api.model
    def _get_labels(self):
        """What is agreed to, in the middle of a sentence."""
        return {
            ("email", "service"): self.env._("service messages by email"),
            ("sms", "service"): self.env._("service messages by SMS"),
            ("call", "service"): self.env._("service calls"),
            ("letter", "service"): self.env._("service letters"),
            ("email", "marketing"): self.env._("marketing by email"),
            ("sms", "marketing"): self.env._("marketing by SMS"),
            ("call", "marketing"): self.env._("marketing calls"),
            ("letter", "marketing"): self.env._("marketing letters"),
        }

    # ---- Nobody changes what was said ----

    def write(self, vals):
        if self:
            raise UserError(
                self.env._(
                    "What a customer said is not changed: record what holds now."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proof(self):
        raise UserError(
            self.env._(
                "Consents cannot be deleted. What they say can be erased: on the "
                "customer, Actions, Retention Data."
            )
        )

    # ---- What holds ----

    @api.model
    def _get_in_force(self, people, company):
        """The last word of each person in two queries, whatever their number.

        :returns: ``{person id: {(channel, purpose): Word}}``
        """
        if not people:
            return {}
        self.env.flush_all()
        emails, numbers = (
            [a for a in people.mapped(name) if a]
            for name in ("email_normalized", "phone_sanitized")
        )
        said = self._read_words(
            "contact_id", (people | people.commercial_partner_id).ids, company
        )
        heard = self._read_words("address", emails + numbers, company)
        result = {}
        for person in people:
            own = said.get(person.id, {})
            whole = said.get(person.commercial_partner_id.id, {})
            # a number can be called and written to: each word is of one of these
            found = {
                key: word
                for channel, name in ADDRESSES.items()
                for key, word in heard.get(person[name], {}).items()
                if key[0] == channel
            }
            result[person.id] = {
                key: in_force(own.get(key), whole.get(key), found.get(key))
                for key in own.keys() | whole.keys() | found.keys()
            }
        return result

    @api.model
    def _read_words(self, name, values, company):
        """The last words by person or by address: ``{value: {(channel, purpose):
        Word}}``."""
        result = {}
        if not values:
            return result
        column = SQL.identifier(name)
        for value, channel, purpose, *word in self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (%(column)s, channel, purpose)
                          %(column)s, channel, purpose, status, source, date, id
                     FROM crl_consent
                    WHERE %(column)s = ANY(%(values)s)
                      AND (company_id = %(company)s OR status <> %(granted)s)
                 ORDER BY %(column)s, channel, purpose, date DESC, id DESC""",
                column=column,
                values=list(values),
                company=company.id,
                granted=GRANTED,
            )
        ):
            result.setdefault(value, {})[channel, purpose] = Word(*word)
        return result

    # ---- What is said ----

    @api.model
    def _record(self, changes, source, **proof):
        """Write down what people said, and let Odoo's blacklists follow.

        :param changes: ``{person: {(channel, purpose): status}}``
        :param proof: other fields of the rows: ``note``, ``text``, ``date``, …;
            ``address`` when it is not the person's present one
        :returns: the rows
        """
        user = self.env.user
        is_employee = not (user.share or user.id == SUPERUSER_ID)
        proof.setdefault("company_id", self.env.company.id)
        proof.setdefault("user_id", is_employee and user.id)
        rows = self.create(
            [
                {
                    "partner_id": person.commercial_partner_id.id,
                    "contact_id": person.id,
                    "channel": channel,
                    "purpose": purpose,
                    "status": status,
                    "source": source,
                    "address": channel in ADDRESSES and person[ADDRESSES[channel]],
                    **proof,
                }
                for person, statuses in changes.items()
                for (channel, purpose), status in statuses.items()
            ]
        )
        rows._follow_to_blacklists()
        # whoever has the same address is meant too
        self.env["res.partner"].invalidate_model(
            ["crl_consents", "is_blacklisted", "phone_sanitized_blacklisted"],
            flush=False,
        )
        rows.filtered(lambda row: row.status == WITHDRAWN)._take_back_messages()
        return rows

    def _take_back_messages(self):
        """What still waits in Odoo's queues for whoever said no does not go."""
        if not self:
            return
        found = [
            [(name, "in", self.filtered("address").mapped("address"))]
            for name in set(ADDRESSES.values())
        ]
        people = self.env["res.partner"].with_context(active_test=False)
        people = people.search(Domain.OR(found))
        # the engine's records, whoever wrote the no down
        self.env["crl.touchpoint"].sudo()._take_back_refused(
            self.partner_id | people.commercial_partner_id
        )

    # ---- Cleaning ----

    #: Rows one turn of the nightly cleaning deletes.
    _GC_BATCH = 10000

    @api.autovacuum
    def _gc_former(self):
        """Delete what was overtaken longer ago than its company keeps it; the last
        word of a person, and of an address, stays for ever.

        :returns: ``(rows deleted, whether there are more)``
        """
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM crl_consent WHERE id IN (
                       SELECT c.id FROM crl_consent c
                         JOIN res_company k ON k.id = c.company_id
                        WHERE COALESCE(k.crl_consent_months, %(months)s) > 0
                          AND c.date < %(now)s - make_interval(
                              months => COALESCE(k.crl_consent_months, %(months)s))
                          AND EXISTS (
                              SELECT FROM crl_consent n
                               WHERE n.contact_id = c.contact_id
                                 AND n.company_id = c.company_id
                                 AND n.channel = c.channel AND n.purpose = c.purpose
                                 AND n.address IS NOT DISTINCT FROM c.address
                                 AND (n.date, n.id) > (c.date, c.id))
                     ORDER BY c.date LIMIT %(limit)s)
                RETURNING id""",
                months=CONSENT_MONTHS,
                now=fields.Datetime.now(),
                limit=self._GC_BATCH,
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        return len(rows), len(rows) == self._GC_BATCH
