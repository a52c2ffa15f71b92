import base64
import binascii
import csv
import io
from collections import Counter

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.crl_indicator_load import MAX_ROWS
from ..tools import table
from ..tools.text import disarm

#: Rows and characters shown of a file.
SHOWN_ROWS = 5
SHOWN_WIDTH = 40
#: Refused rows shown; the file names them all.
SHOWN_REFUSED = 20
#: The first row of values, as people count those of a file: below its header.
HEADED = 2
#: Rows that tell how numbers and dates are written.
GUESSED_ROWS = 200
#: Words by which a column is recognized, in the languages we speak.
COLUMNS = {
    "partner_column_id": "customer partner client kunde cliente ref email phone id",
    "indicator_column_id": "indicator indicateur indikator indicatore indicador code",
    "raw_column_id": "raw value valeur wert valore valor score nps",
    "date_column_id": "date datum data fecha",
}


class CrlIndicatorImport(models.TransientModel):
    """Loads values from a CSV or XLSX file: shows it, asks what its columns are, and
    gives back the rows that were refused, with the reasons."""

    _name = "crl.indicator.import"
    _description = "Load Values from a File"

    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("done", "Loaded")], default="file"
    )
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    kind = fields.Char("Read As", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    preview = fields.Html(readonly=True)
    column_ids = fields.One2many("crl.indicator.import.column", "import_id")
    partner_column_id = fields.Many2one(
        "crl.indicator.import.column", "Customer", ondelete="set null"
    )
    partner_kind = fields.Selection(
        [("name", "Reference, email or phone"), ("id", "Number of the record (ID)")],
        "It Holds",
        default="name",
        required=True,
    )
    indicator_id = fields.Many2one(
        "crl.indicator",
        domain=[("source", "!=", "computed")],
        ondelete="cascade",
        help="Leave it empty when a column holds the codes.",
    )
    indicator_column_id = fields.Many2one(
        "crl.indicator.import.column", "Code of the Indicator", ondelete="set null"
    )
    raw_column_id = fields.Many2one(
        "crl.indicator.import.column", "Value", ondelete="set null"
    )
    decimal = fields.Selection(
        [(".", "1234.56"), (",", "1234,56")], "Numbers Look Like", default="."
    )
    date_column_id = fields.Many2one(
        "crl.indicator.import.column",
        "Date",
        ondelete="set null",
        help="Without one, the values are of now.",
    )
    date_order = fields.Selection(
        [("ymd", "2026-12-31"), ("dmy", "31.12.2026"), ("mdy", "12/31/2026")],
        "Dates Look Like",
        default="ymd",
    )
    result = fields.Text(readonly=True)
    refused_count = fields.Integer(readonly=True)
    report = fields.Binary(readonly=True, attachment=False)

    def action_read(self):
        """Look at the file, and guess what its columns are."""
        self.env["crl.actor"]._check_one(self)
        content = self._read_file()
        self.column_ids = [
            Command.clear(),
            *(
                Command.create({"position": place, "name": name or f"#{place + 1}"})
                for place, name in enumerate(content.header)
            ),
        ]
        guessed = {name: self._guess(words) for name, words in COLUMNS.items()}
        self.write(
            {
                **{name: column.id for name, column in guessed.items()},
                "state": "columns",
                "decimal": table.guess_decimal(
                    self._get_cells(content, guessed["raw_column_id"])
                ),
                "date_order": table.guess_order(
                    self._get_cells(content, guessed["date_column_id"])
                ),
                "kind": content.kind,
                "row_count": len(content.rows),
                "preview": self._show(content.header, content.rows[:SHOWN_ROWS]),
            }
        )
        return self._open()

    def action_back(self):
        self.env["crl.actor"]._check_one(self)
        self.state = "file"
        return self._open()

    def action_load(self):
        """Load the rows, and tell what became of them."""
        self.env["crl.actor"]._check_one(self)
        if not (self.partner_column_id and self.raw_column_id) or not (
            self.indicator_id or self.indicator_column_id
        ):
            raise UserError(
                self.env._(
                    "Say which columns hold the customer and the value, and of "
                    "which indicator it is."
                )
            )
        content = self._read_file()
        results = []
        for start in range(0, len(content.rows), MAX_ROWS):
            rows = [self._to_row(row) for row in content.rows[start : start + MAX_ROWS]]
            load = self.env["crl.indicator"].with_context(crl_first_row=start + HEADED)
            results += load.load_values(rows)
        counts = Counter(result["status"] for result in results)
        refused = [
            (number, content.rows[number - HEADED], result["reason"])
            for number, result in enumerate(results, HEADED)
            if result["status"] == "refused"
        ]
        self.write(
            {
                "state": "done",
                "refused_count": counts["refused"],
                "result": self.env._(
                    "New: %(created)s · changed: %(updated)s · as they were: "
                    "%(unchanged)s · refused: %(refused)s",
                    **{
                        name: counts[name]
                        for name in ("created", "updated", "unchanged", "refused")
                    },
                ),
                "preview": self._show_refused(refused[:SHOWN_REFUSED]),
                "report": self._report(content.header, refused),
                "file": False,
            }
        )
        return self._open()

    def action_report(self):
        """Download the refused rows."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/report/refused.csv"
            "?download=true",
            "target": "self",
        }

    def _read_file(self):
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            return table.read_table(base64.b64decode(self.file))
        except (table.TableError, binascii.Error) as error:
            reasons = {
                "size": self.env._("This file is too large: split it, please."),
                "empty": self.env._("This file has a header at most: no rows."),
                "rows": self.env._(
                    "This file has more than %s rows: split it, please.",
                    table.MAX_ROWS,
                ),
            }
            raise UserError(
                reasons.get(
                    str(error),
                    self.env._("This file cannot be read: use CSV or XLSX, please."),
                )
            ) from error

    def _guess(self, words):
        words = words.split()
        names = {column: (column.name or "").lower() for column in self.column_ids}
        for word in words:
            for column, name in names.items():
                if word in name.split() or (len(word) > 2 and word in name):
                    return column
        return self.column_ids.browse()

    @api.model
    def _get_cells(self, content, column):
        """The first cells of a column."""
        place = column.position
        rows = content.rows[:GUESSED_ROWS] if column else ()
        return [row[place] for row in rows if place < len(row)]

    def _show(self, header, rows):
        """Rows of the file, as a table."""

        def line(cells, tag):
            cell = Markup("<{0}>%s</{0}>").format(tag)
            texts = ("" if c is None else str(c)[:SHOWN_WIDTH] for c in cells)
            return Markup("<tr>%s</tr>") % Markup().join(cell % t for t in texts)

        return Markup('<table class="table table-sm">%s%s</table>') % (
            line(header, "th"),
            Markup().join(line(row, "td") for row in rows),
        )

    def _show_refused(self, refused):
        lines = Markup().join(
            Markup(
                '<tr><td class="text-end">%s</td><td class="text-break">%s</td></tr>'
            )
            % (number, reason)
            for number, __, reason in refused
        )
        return lines and Markup(
            '<table class="table table-sm"><tr><th class="text-end">%s</th>'
            "<th>%s</th></tr>%s</table>"
        ) % (self.env._("Row"), self.env._("Reason"), lines)

    def _to_row(self, cells):
        """A row of the file as ``load_values`` takes it."""

        def cell(column):
            place = column.position if column else len(cells)
            return cells[place] if place < len(cells) else None

        partner = table.to_key(cell(self.partner_column_id))
        if self.partner_kind == "id" and partner.isdecimal() and len(partner) < 11:
            partner = int(partner)
        code = self.indicator_id.code or table.to_key(cell(self.indicator_column_id))
        raw = table.to_number(cell(self.raw_column_id), self.decimal)
        return {
            "partner": partner,
            "indicator": code,
            "raw": None if raw == "" else raw,
            "date": table.to_date(cell(self.date_column_id), self.date_order) or None,
        }

    @api.model
    def _report(self, header, refused):
        """The refused rows as a CSV file, that runs nothing in a spreadsheet."""
        text = io.StringIO()
        writer = csv.writer(text)
        told = (self.env._("Row"), self.env._("Reason"))
        writer.writerow([disarm(name) for name in (*header, *told)])
        for number, row, reason in refused:
            cells = ["" if c is None else str(c)[:1000] for c in row]
            cells += [""] * (len(header) - len(cells))
            writer.writerow([disarm(c) for c in (*cells, str(number), reason)])
        return base64.b64encode(text.getvalue().encode("utf-8-sig"))

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Values from a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
