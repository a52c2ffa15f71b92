from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from odoo.addons.phone_validation.models.mail_thread_phone import PHONE_REGEX_PATTERN

from ..tools import closeness, phone
from ..tools.text import one_line

#: The most characters of what is typed that are looked for.
MAX_TYPED = 100
#: Records that are looked at for each way to find a customer.
MAX_FOUND = 60
#: Rows that a caller may ask for.
MAX_ROWS = 50


class CrlReception(models.AbstractModel):
    """Any employee answers for any customer: finds them, sees who looks after them and
    what was promised, and takes the next promise.

    Who is found are the customers that the user may open in Odoo. What is told of them
    is told to everybody who answers (``crl_retention_group_reception``), whoever looks
    after them, and is read in sudo at one place (``crl_reception_card.py``).
    """

    _name = "crl.reception"
    _description = "Reception"
    _inherit = ["crl.screen"]

    def _check_answers(self):
        """:raises AccessError: unless for who answers for everybody"""
        if not self.env.user.has_group("crl_retention.crl_retention_group_reception"):
            raise AccessError(
                self.env._(
                    "Ask your administrator for the role “Answers for everybody”."
                )
            )

    @api.model
    def find(self, text, limit=8):
        """Find customers by name, phone, email, reference or number of a document.

        :param text: what was typed; of a phone number any four digits in a row
        :param limit: the most customers that are returned
        :returns: the closest first, one row a customer: ``partner_id`` of who was
            found, ``customer_id``, ``name``, ``person``, ``city``, ``phone``,
            ``email``, ``found_by`` ('phone', 'ref', 'document', 'email', 'name'),
            ``is_exact``, ``document``, ``owner_name``, ``promise_count``, ``is_late``
        """
        self._check_answers()
        if not isinstance(text, str) or not self._is_id(limit):
            raise ValidationError(self.env._("Type a name or a number."))
        typed = one_line(text)[:MAX_TYPED]
        if len(typed) < 2:
            return []
        documents = self.env["res.partner"]._crl_find_by_document(typed, MAX_FOUND)
        found = {}
        for way, *domains in self._get_ways(typed, documents):
            for partner_id, name, customer_id in self._search_way(*domains):
                rank = closeness.EXACT
                if way == "name":
                    rank = closeness.rank(typed, name)
                elif way.endswith("_piece"):
                    rank = closeness.HOLDS
                key = (rank, partner_id != customer_id, name)
                kept = found.get(customer_id)
                if not kept or key < kept[0]:
                    found[customer_id] = (key, partner_id, way)
            if len(found) >= min(limit, MAX_ROWS):
                break
        closest = sorted(found.values())[: min(limit, MAX_ROWS)]
        return self._show_found(closest, documents)

    @api.model
    def _get_ways(self, typed, documents):
        """The ways to find a customer, the surest first: ``(way, domain, …)``. Later
        ones are asked when the earlier found too few; further domains of a way, which
        find who is closer, when the first found more than are looked at."""
        ways = []
        wanted = phone.read_phone(typed, self.env.company.country_id.code or None)
        if wanted and wanted.numbers:
            ways.append(("phone", [("phone_sanitized", "in", wanted.numbers)]))
        ways.append(("ref", [("ref", "in", [typed, typed.upper(), typed.lower()])]))
        if documents:
            ways.append(("document", [("id", "in", list(documents))]))
        if "@" in typed:
            ways.append(("email", [("email_normalized", "=", typed.lower())]))
        if " " not in typed:
            begins = escape_psql(typed.lower()) + "%"
            ways.append(("email_piece", [("email_normalized", "=like", begins)]))
        if wanted:
            ways.append(("phone_piece", self._has_digits(wanted.piece)))
        written = [typed, typed.title(), typed.upper()]
        closer = [
            Domain("complete_name", "in", written),
            Domain("complete_name", "=ilike", f"{escape_psql(typed)}%"),
        ]
        # a piece of a name needs three letters, where no index would help with two
        if len(typed) > 2:
            words = [
                Domain("complete_name", "ilike", escape_psql(word))
                for word in typed.split()
            ]
            ways.append(("name", Domain.AND(words), *closer))
        else:
            ways.append(("name", *reversed(closer)))
        return ways

    @api.model
    def _has_digits(self, piece):
        """Customers whose number has these digits in a row: served by Odoo's own index
        of phone numbers."""

        def to_sql(model, alias, query):
            column = SQL.identifier(alias, "phone")
            return SQL(
                "(%(column)s IS NOT NULL AND "
                "REGEXP_REPLACE(%(column)s, %(signs)s, '', 'g') LIKE %(piece)s)",
                column=column,
                signs=PHONE_REGEX_PATTERN,
                piece=f"%{piece}%",
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_way(self, domain, *closer):
        rows = self._search_rows(domain)
        if len(rows) == MAX_FOUND:
            for narrower in closer:
                found = self._search_rows(narrower)
                rows += found
                if found:
                    break
        return rows

    @api.model
    def _search_rows(self, domain):
        """What the user may open, in no order: a sorted search would walk through all
        names when few are found.

        :returns: ``[(id, name, id of the customer)]``
        """
        partners = self.env["res.partner"]
        query = partners._search(
            Domain(domain) & Domain("partner_share", "=", True), limit=MAX_FOUND
        )
        name, customer = (
            partners._field_to_sql(query.table, field_name, query)
            for field_name in ("complete_name", "commercial_partner_id")
        )
        return self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "id"),
                SQL("COALESCE(%s, '')", name),
                customer,
            )
        )

    @api.model
    def _show_found(self, closest, documents):
        partners = self.env["res.partner"].browse(row[1] for row in closest)
        # of a person the user may open whose customer they may not nothing is told
        seen = partners.commercial_partner_id._filtered_access("read")
        partners = partners.filtered(lambda one: one.commercial_partner_id in seen)
        closest = [row for row in closest if row[1] in partners._ids]
        # what a row tells is for everybody who answers, and fixed below
        partners = partners.sudo()
        partners.commercial_partner_id.fetch(["name", "city", "user_id"])
        promised = self._count_promises(partners.commercial_partner_id)
        rows = []
        for (key, __, way), partner in zip(closest, partners, strict=True):
            customer = partner.commercial_partner_id
            count, is_late = promised.get(customer.id, (0, False))
            rows.append(
                {
                    "partner_id": partner.id,
                    "customer_id": customer.id,
                    "name": customer.display_name,
                    "person": partner.name or "" if partner != customer else "",
                    "city": partner.city or customer.city or "",
                    "phone": partner.phone or customer.phone or "",
                    "email": partner.email or customer.email or "",
                    "found_by": way.removesuffix("_piece"),
                    "is_exact": key[0] == closeness.EXACT,
                    "document": documents.get(partner.id, ""),
                    "owner_name": customer.user_id.name or "",
                    "promise_count": count,
                    "is_late": is_late,
                }
            )
        return rows

    @api.model
    def _count_promises(self, customers):
        """``{customer id: (open promises, whether one is late)}``, in one query."""
        now = fields.Datetime.now()
        # that something was promised is for everybody who answers to know
        promises = self.env["crl.case"].sudo()
        groups = promises._read_group(
            [
                ("partner_id", "in", customers.ids),
                ("promise_state", "=", "open"),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["partner_id"],
            ["__count", "deadline:min"],
        )
        return {customer.id: (count, first < now) for customer, count, first in groups}
