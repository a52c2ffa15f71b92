from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.consent import GRANTED, LIFTED, WITHDRAWN
from .crl_actor import _quote
from .crl_consent import ADDRESSES
from .res_partner import INSIDERS


class ResPartner(models.Model):
    """What customers agreed to, and how it stays with them."""

    _inherit = "res.partner"

    crl_consent_ids = fields.One2many(
        "crl.consent", "partner_id", "Consents", groups=INSIDERS
    )
    crl_consents = fields.Json(
        "What They Agreed To",
        compute="_compute_crl_consents",
        compute_sudo=True,  # a no holds, whoever wrote it down
        help="The word in force of each channel and purpose, for the present company.",
    )

    crl_consent_summary = fields.Char(
        "Consent", compute="_compute_crl_consent_summary", groups=INSIDERS
    )
    crl_away_until = fields.Date(
        "Away Until",
        help="Messages wait until this day, because an automatic reply named it. Calls "
        "and visits go on.",
    )

    @api.depends("email_normalized", "phone_sanitized", "commercial_partner_id")
    @api.depends_context("company")
    def _compute_crl_consents(self):
        found = self.env["crl.consent"]._get_in_force(self._origin, self.env.company)
        for partner in self:
            partner.crl_consents = {
                ".".join(key): {
                    "status": word.status,
                    "source": word.source,
                    "date": fields.Datetime.to_string(word.date),
                    "is_ours": word.is_ours,
                }
                for key, word in found.get(partner._origin.id, {}).items()
            }

    @api.depends_context("lang")
    @api.depends("crl_consents")
    def _compute_crl_consent_summary(self):
        labels = self.env["crl.consent"]._get_labels()
        for partner in self:
            words = partner.crl_consents or {}
            said = {
                status: ", ".join(
                    label
                    for key, label in labels.items()
                    if words.get(".".join(key), {}).get("status") == status
                )
                for status in (WITHDRAWN, GRANTED)
            }
            partner.crl_consent_summary = " · ".join(
                filter(
                    None,
                    [
                        said[WITHDRAWN] and self.env._("No: %s", said[WITHDRAWN]),
                        said[GRANTED] and self.env._("Yes: %s", said[GRANTED]),
                    ],
                )
            )

    def action_crl_consent(self):
        """Ask what the customer said."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What the Customer Said"),
            "res_model": "crl.consent.entry",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "default_contact_id": self.id,
            },
        }

    def action_crl_consents(self):
        """Show what the customer said, with its proof."""
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_consent_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        return action

    def _crl_refuse_marketing(self, channel):
        """Those of them who get no marketing by a channel: they said no, want no
        contact, or have not said yes where the company needs one, as for no letter."""
        company = self.env.company
        key = f"{channel}.marketing"

        def is_refused(partner):
            status = (partner.crl_consents or {}).get(key, {}).get("status")
            customer = partner.commercial_partner_id
            country = partner.country_id or customer.country_id or company.country_id
            return (
                status == WITHDRAWN
                or partner.crl_do_not_contact
                or customer.crl_do_not_contact
                or (
                    channel != "letter"
                    and status != GRANTED
                    and company._crl_needs_yes(country)
                )
            )

        return self.filtered(is_refused)

    # ---- Verb ----

    def crl_set_consent(self, choices, note, source="employee", date=None):
        """Write down what customers said about being written to or called.

        :param choices: ``{"email.marketing": "granted" | "withdrawn"}``: channel
            (email, sms, call, letter) and purpose (service, marketing)
        :param note: how it was said; it is the proof
        :param source: employee, or import for what another system knows
        :param date: UTC moment it was said, or its ISO text; now when empty
        :raises ValidationError: for what is none of these, or without a note
        """
        actor = self.env["crl.actor"]
        actor._check_ids(self)
        self._crl_check_mine()
        changes = self._crl_read_choices(choices)
        note = actor._check_text(note)
        if not note:
            raise ValidationError(
                self.env._("Write down how the customer said so: it is the proof.")
            )
        if source not in ("employee", "import"):
            raise ValidationError(self.env._("The source is employee or import."))
        date = actor._check_moment(date) if date else fields.Datetime.now()
        if date > fields.Datetime.now():
            raise ValidationError(self.env._("What was said was said before now."))
        # users read the ledger only; whose customer it is was checked above
        self.env["crl.consent"].sudo()._record(
            dict.fromkeys(self.sudo(), changes),  # as above
            source,
            note=note,
            date=date,
        )
        return True

    def _crl_read_choices(self, choices):
        """The choices of another system, checked."""
        consent = self.env["crl.consent"]
        labels = {".".join(key): key for key in consent._get_labels()}
        if not isinstance(choices, dict) or not choices:
            raise ValidationError(
                self.env._("Say what the customer agrees to, and what not.")
            )
        changes = {}
        for name, status in choices.items():
            if name not in labels or status not in (GRANTED, WITHDRAWN):
                raise ValidationError(
                    self.env._(
                        "“%(name)s: %(status)s” is not possible. Use one of %(names)s, "
                        "and granted or withdrawn.",
                        name=_quote(name),
                        status=_quote(status),
                        names=", ".join(labels),
                    )
                )
            changes[labels[name]] = status
        return changes

    # ---- A no stays with who said it ----

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("crl_do_not_contact")._crl_follow_do_not_contact()
        return partners

    def write(self, vals):
        if not {"email", "phone", "country_id", "crl_do_not_contact"} & vals.keys():
            return super().write(vals)
        before = {
            partner: (
                partner.email_normalized,
                partner.phone_sanitized,
                partner.crl_do_not_contact,
            )
            for partner in self
        }
        result = super().write(vals)
        moved = self.filtered(
            lambda p: before[p][:2] != (p.email_normalized, p.phone_sanitized)
        )
        moved._crl_follow_address(before)
        # what came back from the former address says nothing of the new one
        moved.filtered(
            lambda p: p.message_bounce and before[p][0] != p.email_normalized
        ).message_bounce = 0
        self.filtered(
            lambda p: before[p][2] != p.crl_do_not_contact
        )._crl_follow_do_not_contact()
        return result

    def _crl_follow_address(self, before):
        """Let a no of the person hold for a new address too: Odoo's mailings know
        addresses only."""
        # whoever may change the address
        consent = self.env["crl.consent"].sudo()
        words = consent._read_words("contact_id", self.ids, self.env.company)
        changes = {}
        for partner in self.sudo():  # as above
            statuses = changes[partner] = {}
            for key, word in words.get(partner.id, {}).items():
                name = ADDRESSES.get(key[0])
                address = name and partner[name]
                if word.is_no and address and address not in before[partner]:
                    statuses[key] = WITHDRAWN
        if any(changes.values()):
            consent._record(changes, "address")

    def _crl_follow_do_not_contact(self):
        """Who is not to be contacted wants nothing; who may be again is where they
        were before."""
        # whoever may change the customer
        consent = self.env["crl.consent"].sudo()
        words = consent._read_words("contact_id", self.ids, self.env.company)
        changes = {}
        for partner in self.sudo():  # as above
            own = words.get(partner.id, {})
            if partner.crl_do_not_contact:
                changes[partner] = {
                    key: WITHDRAWN
                    for key in consent._get_labels()
                    if not (key in own and own[key].is_no)
                }
            else:
                changes[partner] = {
                    key: LIFTED
                    for key, word in own.items()
                    if word.is_no and word.source == "do_not_contact"
                }
        if any(changes.values()):
            consent._record(changes, "do_not_contact")

    def _crl_join_consents(self, sources):
        """A no of one of several records that become one is the no of the one that is
        left, whatever the others said later."""
        self.ensure_one()
        consent = self.env["crl.consent"]
        everyone = self | sources
        rows = consent.search([("contact_id", "in", everyone.ids)])
        changes = {"merge": {}, "blacklist": {}}
        for company in rows.company_id:
            words = consent._read_words("contact_id", everyone.ids, company)
            for key in {key for found in words.values() for key in found}:
                said = [words.get(record.id, {}).get(key) for record in everyone]
                refused = [word for word in said if word and word.is_no]
                # a later yes of another would be the last word of the one that is left
                if refused and len(refused) < len(said):
                    # one of Odoo's blacklist says more than one of ours
                    is_ours = all(word.is_ours for word in refused)
                    changes["merge" if is_ours else "blacklist"][key] = WITHDRAWN
        for source, statuses in changes.items():
            consent._record({self: statuses}, source)
