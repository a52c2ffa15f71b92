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
#: So many digits are part of a number: years and houses in names have four.
NUMBER_DIGITS = 5


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

        :param text: what was typed; of a phone number any four digits in a row. Five
            or more are looked for in names and emails when they are no number's
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
        limit = min(limit, MAX_ROWS)
        documents = self.env["res.partner"]._crl_find_by_document(typed, MAX_FOUND)
        found = {}
        for ways, enough in self._get_rounds(typed, documents, limit):
            for way, rows in self._search_ways(ways).items():
                if len(found) >= limit:
                    break
                for partner_id, name, customer_id in rows:
                    rank = closeness.EXACT
                    if way == "name":
                        rank = closeness.rank(typed, name)
                    elif way.endswith("_piece"):
                        rank = closeness.HOLDS
                    key = (rank, partner_id != customer_id, name)
                    kept = found.get(customer_id)
                    if not kept or key < kept[0]:
                        found[customer_id] = (key, partner_id, way)
            if len(found) >= enough:
                break
        closest = [
            (key, partner_id, customer_id, way)
            for customer_id, (key, partner_id, way) in found.items()
        ]
        return self._show_found(sorted(closest)[:limit], documents)

    @api.model
    def _get_rounds(self, typed, documents, limit):
        """The ways to find a customer, the surest first, in the rounds they are asked
        in.

        :returns: ``[([(way, domain, *closer domains)], how many found make the next
            round needless)]``. Within a round what later ways find counts when the
            earlier found too few.
        """
        numbers, pieces, emails = [], [], []
        wanted = None
        # who types a name waits for no country
        if any(character.isdigit() for character in typed):
            wanted = phone.read_phone(typed, self._get_country_code())
        if wanted:
            pieces = [("phone_piece", self._has_digits(wanted.piece))]
            if wanted.numbers:
                numbers = [("phone", [("phone_sanitized", "in", wanted.numbers)])]
        numbers.append(("ref", [("ref", "in", [typed, typed.upper(), typed.lower()])]))
        if documents:
            numbers.append(("document", [("id", "in", list(documents))]))
        if "@" in typed:
            emails = [("email", [("email_normalized", "=", typed.lower())])]
        if " " not in typed:
            begins = escape_psql(typed.lower()) + "%"
            emails.append(("email_piece", [("email_normalized", "=like", begins)]))
        names = self._get_name_ways(typed)
        if wanted and len(wanted.piece) >= NUMBER_DIGITS:
            return [(numbers + pieces, 1), (emails + names, limit)]
        return [(numbers + emails + pieces, limit), (names, limit)]

    @api.model
    def _get_country_code(self):
        """Where numbers without a country are, as the user's company says; its whole
        address is not read for it."""
        self.env["res.partner"].flush_model(["country_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT y.code FROM res_company c
                     JOIN res_partner p ON p.id = c.partner_id
                     JOIN res_country y ON y.id = p.country_id WHERE c.id = %s""",
                self.env.company.id,
            )
        )
        return rows[0][0] if rows else None

    @api.model
    def _get_name_ways(self, typed):
        """By name, and by who is closer: asked when the first found more than are
        looked at."""
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
            return [("name", Domain.AND(words), *closer)]
        return [("name", *reversed(closer))]

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
                to_flush=model._fields["phone"],
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_ways(self, ways):
        """What the user may open, in no order: a sorted search would walk through all
        names when few are found.

        :returns: ``{way: [(id, name, id of the customer)]}`` in the order of the ways
        """
        found = {way: [] for way, *__ in ways}
        self._search_rows([(way, domain) for way, domain, *__ in ways], found)
        for way, __, *closer in ways:
            if len(found[way]) < MAX_FOUND:
                continue
            for narrower in closer:
                self._search_rows([(way, narrower)], found)
                if len(found[way]) > MAX_FOUND:
                    break
        return found

    @api.model
    def _search_rows(self, ways, found):
        """Ask several ways in one query, and note what they find."""
        partners = self.env["res.partner"]
        arms = []
        for way, domain in ways:
            query = partners._search(
                Domain(domain) & Domain("partner_share", "=", True), limit=MAX_FOUND
            )
            name, customer = (
                partners._field_to_sql(query.table, field_name, query)
                for field_name in ("complete_name", "commercial_partner_id")
            )
            columns = (
                SQL("%s", way),
                SQL.identifier(query.table, "id"),
                SQL("COALESCE(%s, '')", name),
                customer,
            )
            arms.append(SQL("(%s)", query.select(*columns)))
        for way, *row in self.env.execute_query(SQL(" UNION ALL ").join(arms)):
            found[way].append(row)

    @api.model
    def _show_found(self, closest, documents):
        """:param closest: ``[(key, partner id, id of its customer, way)]``"""
        # of a person the user may open whose customer they may not nothing is told
        found = {row[1] for row in closest}
        others = [row[2] for row in closest if row[2] not in found]
        if others:
            everybody = self.env["res.partner"].with_context(active_test=False)
            found.update(everybody.search([("id", "in", others)])._ids)
        closest = [row for row in closest if row[2] in found]
        if not closest:
            return []
        # what a row tells is for everybody who answers, and fixed below
        partners = self.env["res.partner"].sudo().browse(row[1] for row in closest)
        customers = partners.browse(row[2] for row in closest)
        (partners | customers).fetch(
            ["name", "complete_name", "city", "phone", "email"]
        )
        facts = self._read_facts(customers)
        rows = []
        for (key, __, __, way), partner, customer in zip(
            closest, partners, customers, strict=True
        ):
            owner, count, is_late = facts[customer.id]
            rows.append(
                {
                    "partner_id": partner.id,
                    "customer_id": customer.id,
                    "name": customer.complete_name or "",
                    "person": partner.name or "" if partner != customer else "",
                    "city": partner.city or customer.city or "",
                    "phone": partner.phone or customer.phone or "",
                    "email": partner.email or customer.email or "",
                    "found_by": way.removesuffix("_piece"),
                    "is_exact": key[0] == closeness.EXACT,
                    "document": documents.get(partner.id, ""),
                    "owner_name": owner or "",
                    "promise_count": count,
                    "is_late": is_late,
                }
            )
        return rows

    @api.model
    def _read_facts(self, customers):
        """``{customer id: (who looks after them, open promises, whether one is
        late)}``, in one query: for everybody who answers to know."""
        self.env["crl.case"].flush_model(["promise_state", "deadline", "partner_id"])
        customers.flush_model(["user_id", "name"])
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id, o.name, COUNT(p.id), MIN(p.deadline) < %s
                     FROM res_partner c
                LEFT JOIN res_users u ON u.id = c.user_id
                LEFT JOIN res_partner o ON o.id = u.partner_id
                LEFT JOIN crl_case p ON p.partner_id = c.id
                      AND p.promise_state = 'open' AND p.company_id = ANY(%s)
                    WHERE c.id = ANY(%s)
                 GROUP BY c.id, o.name""",
                fields.Datetime.now(),
                self.env.companies.ids,
                customers.ids,
            )
        )
        return {number: (name, count, bool(late)) for number, name, count, late in rows}
