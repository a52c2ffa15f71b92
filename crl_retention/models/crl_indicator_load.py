from collections import namedtuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, email_normalize

from ..tools import loading, schedule
from ..tools.columns import array
from .crl_actor import _quote

#: Rows a call takes.
MAX_ROWS = 10000

#: What rows are asked about an indicator, for thousands of them.
Loaded = namedtuple("Loaded", "id source company_id")


class CrlIndicator(models.Model):
    """Values that other systems send, many at once."""

    _inherit = "crl.indicator"

    @api.model
    def load_values(self, rows, key=None, dry_run=False):
        """Load values of indicators that are loaded or written by people.

        Each row is taken whole, or refused with a reason; the others are loaded all
        the same, in one transaction. An older date never takes the place of a newer
        one. What is sent again changes nothing.

        :param list rows: up to 10,000 of ``{"partner": …, "indicator": code, "raw":
            number, "date": ISO text}``. The customer is an id (a number), or as text a
            reference, an email or a phone number, looked for in this order. A moment
            without a zone is UTC, a day begins where the company is, no date is now.
        :param str key: names the batch: sent again by the same user with the same rows
            within 30 days, it gets the answer of the first time
        :param bool dry_run: say which rows would be refused, and change nothing; the
            others are ``checked`` then
        :returns: ``[{"row": place from 0, "status": "created" | "updated" |
            "unchanged" | "refused", "reason": sentence}]``; the reason is there when
            refused, and when unchanged because there is a newer value
        :raises AccessError: unless for a manager of Customer Retention
        :raises UserError: for too many rows, or a key that was used for others
        """
        self._check_loader(rows, key)
        if dry_run:
            return self._load_rows(rows, dry_run=True)
        # managers load values, but write none
        engine = self.sudo()
        receipt = engine.env["crl.load"]
        if key:
            receipt = receipt._claim(key, rows)
            known = receipt._get_results()
            if known is not None:
                return known
        results = self._load_rows(rows)
        if key:
            receipt._keep(results)
        return results

    @api.model
    def _check_loader(self, rows, key):
        if not (
            self.env.su
            or self.env.user.has_group("crl_retention.crl_retention_group_manager")
        ):
            raise AccessError(
                self.env._("Only a manager of Customer Retention may load values.")
            )
        if not isinstance(rows, list):
            raise ValidationError(self.env._("The rows must be a list."))
        if len(rows) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "These are %(count)s rows: send at most %(limit)s at once.",
                    count=len(rows),
                    limit=MAX_ROWS,
                )
            )
        is_text = isinstance(key, str) and len(key) <= loading.MAX_TEXT
        if key is not None and not (is_text and key and key.isprintable()):
            raise ValidationError(
                self.env._("The key of a batch is a text of 1 to 200 characters.")
            )

    @api.model
    def _load_rows(self, rows, dry_run=False):
        """Load rows, or check them; the results are in their order."""
        self.env.flush_all()
        tz = self.env.company._crl_tz()
        read = loading.read_rows(
            rows, fields.Datetime.now(), lambda day: schedule.utc_at(day, 0, tz)
        )
        good = [row for row in read if isinstance(row, loading.Row)]
        indicators = self._find_indicators({row.code for row in good})
        customers = self._find_customers({row.partner for row in good})
        keys, reasons = [], {}
        for place, row in enumerate(read):
            key = None
            if isinstance(row, loading.Row):
                customer = customers.get(row.partner)
                indicator = indicators.get(row.code)
                reason = self._refuse(row, customer, indicator)
                key = None if reason else (indicator.id, customer[0])
            else:
                reason = self._get_reason(row)
            if reason:
                reasons[place] = reason
            keys.append(key)
        for place, (why, other) in loading.find_doubles(read, keys).items():
            keys[place] = None
            reasons[place] = self._get_double_reason(why, other)
        taken = [place for place, key in enumerate(keys) if key]
        companies = {customer[0]: customer[1] for customer in customers.values()}
        statuses = ["checked"] * len(taken)
        if not dry_run:
            # as in load_values
            values = self.env["crl.indicator.value"].sudo()
            statuses = values._put_given(
                [(*keys[place], read[place].raw, read[place].date) for place in taken],
                companies,
                "import",
            )
        outdated = self.env._("There is a newer value already.")
        results = [{"row": place, "status": "refused"} for place in range(len(rows))]
        for place, status in zip(taken, statuses, strict=True):
            if status == "outdated":
                status = "unchanged"
                reasons[place] = outdated
            results[place]["status"] = status
        for place, reason in reasons.items():
            results[place]["reason"] = reason
        return results

    @api.model
    def _find_indicators(self, codes):
        """Those the user may load, by code."""
        found = self.search([("code", "in", list(codes))])
        return {
            indicator.code: Loaded(
                indicator.id, indicator.source, indicator.company_id.id
            )
            for indicator in found
        }

    @api.model
    def _find_customers(self, partners):
        """The customers that rows name: ``{as named: (id, id of the company)}``; an id
        of 0 when it could be several. A query for each way to name one."""
        numbers = [partner for partner in partners if isinstance(partner, int)]
        found = self._find_by("id", numbers)
        texts = {partner for partner in partners if isinstance(partner, str)}
        found |= self._find_by("ref", texts)
        left = texts - found.keys()
        found |= self._find_named("email_normalized", left, self._normalize_email)
        return found | self._find_named(
            "phone_sanitized", left - found.keys(), self._normalize_phone
        )

    @api.model
    def _find_named(self, column, texts, normalize):
        names = {text: normalize(text) for text in texts}
        found = self._find_by(column, set(filter(None, names.values())))
        return {text: found[name] for text, name in names.items() if name in found}

    @api.model
    def _find_by(self, column, names):
        """Customers the user may see, by a column of theirs or of their people."""
        if not names:
            return {}
        partners = self.env["res.partner"]
        query = partners._search([])
        name = SQL.identifier(query.table, column)
        # as one text: a list of thousands is dear for the ORM and for the driver
        kind = SQL("int[]" if column == "id" else "varchar[]")
        query.add_where(SQL("%s = ANY(%s::%s)", name, array(names), kind))
        customer = SQL.identifier(query.table, "commercial_partner_id")
        alias = query.join(
            query.table, "commercial_partner_id", "res_partner", "id", "customer"
        )
        query.add_where(SQL("%s.active", SQL.identifier(alias)))
        query.groupby = name
        rows = self.env.execute_query(
            query.select(
                name,
                SQL(
                    "CASE WHEN MIN(%s) = MAX(%s) THEN MIN(%s) ELSE 0 END",
                    customer,
                    customer,
                    customer,
                ),
                SQL("MIN(%s)", SQL.identifier(alias, "company_id")),
            )
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    @api.model
    def _normalize_email(self, text):
        if "@" not in text:
            return None
        plain = text.lower()
        # what is plain already is not taken apart
        is_plain = plain.count("@") == 1 and not set(plain) & set(' <>,;:"()[]')
        return plain if is_plain else email_normalize(text)

    @api.model
    def _normalize_phone(self, text):
        if sum(character.isdigit() for character in text) < 5 or "@" in text:
            return None
        return self.env["res.partner"]._phone_format(
            number=text, country=self.env.company.country_id, force_format="E164"
        )

    # ---- Why not ----

    def _refuse(self, row, customer, indicator):
        """Why a row that can be read cannot be taken; ``None`` when it can."""
        if indicator is None:
            return self.env._("There is no active indicator “%s”.", _quote(row.code))
        if indicator.source == "computed":
            return self.env._(
                "“%s” is computed by Odoo and cannot be loaded.", row.code
            )
        if customer is None:
            return self.env._(
                "No active customer has the id, reference, email or phone “%s”.",
                _quote(row.partner),
            )
        number, company = customer
        if not number:
            return self.env._(
                "“%s” belongs to several customers: name one by its id or reference.",
                _quote(row.partner),
            )
        own = indicator.company_id
        if own and company and own != company:
            return self.env._(
                "“%s” is an indicator of another company than the customer's.", row.code
            )
        return None

    @api.model
    def _get_reason(self, error):
        """A sentence for what is wrong with a row."""
        value = _quote(error.value)
        texts = {
            "shape": lambda: self.env._(
                "A row must have the fields partner, indicator, raw and date."
            ),
            "unknown": lambda: self.env._(
                "A row has no field “%s”: use partner, indicator, raw and date.", value
            ),
            "missing": lambda: self.env._("“%s” is empty.", value),
            "partner": lambda: self.env._(
                "“%s” is no id, reference, email or phone of a customer.", value
            ),
            "indicator": lambda: self.env._(
                "“%s” is not the code of an indicator.", value
            ),
            "raw": lambda: self.env._(
                "“%s” is not a number between -10^15 and 10^15.", value
            ),
            "date": lambda: self.env._(
                "“%s” is not a date: write it as 2026-12-31 or 2026-12-31T09:30:00.",
                value,
            ),
            "future": lambda: self.env._("“%s” lies in the future.", value),
        }
        return texts[error.code]()

    @api.model
    def _get_double_reason(self, why, other):
        # of a file, people count the rows with its header
        other += self.env.context.get("crl_first_row", 0)
        if why == "repeated":
            return self.env._(
                "Row %s is about the same customer, indicator and date.", other
            )
        return self.env._(
            "Row %s has a newer value of the same customer and indicator.", other
        )
