"""Tables in files that people upload: CSV in the encodings there are, and XLSX."""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time
from typing import NamedTuple

#: What a file may hold.
MAX_BYTES = 30 * 2**20
MAX_UNPACKED = 300 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 200
#: Lines with empty ones; a sheet may claim any number.
MAX_LINES = 2_000_000
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
    if len(rows) < 2:
        raise TableError("empty")
    header = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    header += [""] * (max(map(len, rows)) - len(header))
    return Table(header, rows[1:], kind)


def _take(lines):
    """The rows with something in them, as far as the last such cell.

    :raises TableError: as soon as they are too many, or too wide
    """
    rows = []
    for number, line in enumerate(lines):
        width = 0
        for place, cell in enumerate(line, 1):
            if cell not in (None, ""):
                width = place
        if len(rows) > MAX_ROWS or number > MAX_LINES:
            raise TableError("rows")
        if width > MAX_COLUMNS:
            raise TableError("size")
        if width:
            rows.append(list(line[:width]))
    return rows


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
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return _take(lines), kind
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
        # one column more, to notice that there are too many
        sheet = book.worksheets[0]
        rows = _take(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True))
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
    if isinstance(cell, datetime) and cell.time() == time.min:
        # spreadsheets know no days, only midnights
        cell = cell.date()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    text = "" if cell is None else str(cell).strip()
    parts = text.replace(".", "/").replace("-", "/").split("/")
    is_date = len(parts) == 3 and all(p.isdecimal() and len(p) <= 4 for p in parts)
    if order == "ymd" or not is_date:
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
