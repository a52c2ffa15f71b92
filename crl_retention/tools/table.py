"""Tables in files that people upload: CSV in the encodings there are, and XLSX."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from typing import NamedTuple

#: What a file may hold.
MAX_BYTES = 30 * 2**20
MAX_UNPACKED = 300 * 2**20
MAX_ROWS = 200_000
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")

_SPACES = re.compile(r"[\s'’]")
_NUMBERS = {
    ".": re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][+-]?\d{1,3})?"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*)(,\d*)?([eE][+-]?\d{1,3})?"),
}

# the longest cell of a CSV file; a longer one would end the reading
csv.field_size_limit(MAX_BYTES)


class Table(NamedTuple):
    header: list
    rows: list
    #: how it was read: an encoding, or XLSX
    kind: str


class TableError(ValueError):
    """Why a file cannot be read: ``size``, ``empty``, ``rows`` or ``broken``."""


def read_table(content: bytes) -> Table:
    """The first row as the header, and the others; empty rows are left out.

    :raises TableError: when it is no table, or too large

    >>> read_table("ref;nps\\nC-1;7\\n".encode())
    Table(header=['ref', 'nps'], rows=[['C-1', '7']], kind='utf-8')
    """
    if len(content) > MAX_BYTES:
        raise TableError("size")
    read = _read_xlsx if content.startswith(b"PK\x03\x04") else _read_csv
    rows, kind = read(content)
    rows = [row for row in rows if any(cell not in (None, "") for cell in row)]
    if len(rows) < 2:
        raise TableError("empty")
    if len(rows) > MAX_ROWS:
        raise TableError("rows")
    header = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    return Table(header, rows[1:], kind)


def _read_csv(content):
    text, kind = _decode(content)
    if "\0" in text:
        raise TableError("broken")
    sample = text[:4096]
    try:
        dialect = csv.Sniffer().sniff(sample.partition("\n")[0], ",;\t|")
        delimiter = dialect.delimiter
    except csv.Error:
        delimiter = ","
    try:
        return list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ), kind
    except csv.Error as error:
        raise TableError("broken") from error


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise TableError("broken") from error
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise TableError("broken")  # latin-1 reads everything


def _read_xlsx(content):
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > MAX_UNPACKED:
                raise TableError("size")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = []
        for row in book.worksheets[0].iter_rows(values_only=True):
            rows.append(list(row))
            if len(rows) > MAX_ROWS + 1:
                raise TableError("rows")
    except TableError:
        raise
    except Exception as error:
        # whatever a broken or hostile file makes the library raise
        raise TableError("broken") from error
    return rows, "XLSX"


def to_number(cell, decimal="."):
    """A cell as a number, or as it is when it is none; what parts the thousands must
    do so, or “4,5” would be 45.

    >>> to_number("1.234,5", ","), to_number("1 234.5"), to_number("4,5")
    (1234.5, 1234.5, '4,5')
    """
    if not isinstance(cell, str):
        return cell
    plain = _SPACES.sub("", cell)
    if not _NUMBERS[decimal].fullmatch(plain):
        return cell
    plain = plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    try:
        return float(plain)
    except ValueError:
        return cell


def guess_decimal(cells):
    """How numbers are written: the way that reads most of them.

    >>> guess_decimal(["4,5", "n/a"]), guess_decimal(["4.5"]), guess_decimal(["7"])
    (',', '.', '.')
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    return max(
        ".,", key=lambda d: sum(isinstance(to_number(t, d), float) for t in texts)
    )


def guess_order(cells):
    """The order of year, month and day that reads most dates.

    >>> guess_order(["31.12.2026"]), guess_order(["12/31/2026"]), guess_order([])
    ('dmy', 'mdy', 'ymd')
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    iso = re.compile(r"\d{4}-\d\d-\d\d.*")
    return max(
        ("ymd", "dmy", "mdy"),
        key=lambda order: sum(bool(iso.fullmatch(to_date(t, order))) for t in texts),
    )


def to_date(cell, order="ymd"):
    """A cell as an ISO text, or as the text it is.

    :param order: of year, month and day in a text, as ``dmy``

    >>> to_date("31.12.2026", "dmy"), to_date("12/31/26", "mdy"), to_date("soon")
    ('2026-12-31', '2026-12-31', 'soon')
    """
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    text = "" if cell is None else str(cell).strip()
    parts = text.replace(".", "/").replace("-", "/").split("/")
    if order == "ymd" or len(parts) != 3 or not all(p.isdigit() for p in parts):
        return text
    found = dict(zip(order, map(int, parts), strict=True))
    year = found["y"] + 2000 if found["y"] < 100 else found["y"]
    try:
        return date(year, found["m"], found["d"]).isoformat()
    except ValueError:
        return text


def to_key(cell):
    """A cell that names somebody: a whole number of a spreadsheet without its “.0”.

    >>> to_key(1017.0), to_key(" C-1 ")
    ('1017', 'C-1')
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
