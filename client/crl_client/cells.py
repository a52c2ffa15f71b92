"""What stands in one cell: a customer, a code, a number, a date. Pure."""

import math
import re
from datetime import date, datetime, timezone
from typing import Any

MAX_PARTNER = 200
MAX_CODE = 100
MAX_NUMBER = 400
MAX_ID = 2**31 - 1
FORMULA = re.compile(r"[=@]|[+-](?![\d\s(.,])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
GROUPS = re.compile(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?!\d))")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DOTTED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(?=,|$)", re.ASCII)


class Wrong(Exception):
    """A cell is wrong; the text says how."""


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def quote(cell: Any) -> str:
    """What stands in a cell, short enough to show."""
    text = CONTROL.sub("�", str(cell))
    return f"“{text[:57]}…”" if len(text) > 60 else f"“{text}”"


def clean_text(cell: Any, what: str, limit: int) -> str:
    """The text of a cell that names something.

    :raises Wrong: when it is empty, too long, no text, or would be a formula
    """
    if is_empty(cell):
        raise Wrong(f"The {what} is empty.")
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Wrong(f"The {what} is neither text nor a number.")
    if isinstance(cell, float):
        # a workbook's numbers: 1001.0 was typed as 1001
        cell = int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, int) and abs(cell) >= 10**18:
        raise Wrong(f"The {what} is too long.")
    text = str(cell).strip()
    if len(text) > limit:
        raise Wrong(f"The {what} is too long: {len(text)} characters.")
    if "\ufffd" in text:
        raise Wrong(f"The {what} {quote(text)} has characters of another encoding.")
    if CONTROL.search(text):
        raise Wrong(f"The {what} {quote(text)} has characters that cannot be stored.")
    if text[0] == "'" and FORMULA.match(text[1:]) or text[:2] == "'+":
        text = text[1:]  # as spreadsheets and our own reports mark text
    if FORMULA.match(text):
        raise Wrong(f"The {what} {quote(text)} begins like a formula.")
    return text


def parse_partner(cell: Any, ids: bool = False) -> str | int:
    """A customer: reference, email or phone, or Odoo's number."""
    text = clean_text(cell, "customer", MAX_PARTNER)
    if not ids:
        return text
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) <= MAX_ID:
        raise Wrong(f"{quote(text)} is not the number (id) of a customer.")
    return int(text)


def parse_code(cell: Any) -> str:
    return clean_text(cell, "indicator", MAX_CODE)


def parse_number(cell: Any, decimal: str = ".") -> float:
    """A finite number.

    :raises Wrong: for anything else, saying how it might be meant
    """
    if is_empty(cell):
        raise Wrong("The value is empty.")
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Wrong(f"The value {quote(cell)} is not a number.")
    if isinstance(cell, int | float):
        try:
            number = float(cell)
        except OverflowError:
            number = math.inf
    else:
        number = _read_number(cell, decimal)
    if not math.isfinite(number):
        raise Wrong(f"The value {quote(cell)} is not a finite number.")
    return number


def _read_number(text: str, decimal: str) -> float:
    shown = quote(text)
    if len(text) > MAX_NUMBER:
        raise Wrong(f"The value {shown} is not a number: it is too long.")
    text = GROUPS.sub("", text.strip().replace("\u2212", "-"))
    if decimal == ",":
        grouped = DOTTED.match(text)
        if grouped:
            text = grouped[0].replace(".", "") + text[grouped.end() :]
        elif "." in text:
            raise Wrong(f"The value {shown} is not a number with a decimal comma.")
        text = text.replace(",", ".", 1)
    elif "," in text and PLAIN.fullmatch(text.replace(",", ".", 1)):
        raise Wrong(
            f"The value {shown} has a comma: for decimal commas, say --decimal , ."
        )
    if not PLAIN.fullmatch(text):
        raise Wrong(f"The value {shown} is not a number.")
    return float(text)


def parse_date(cell: Any, pattern: str = "") -> str:
    """A day (``2026-03-02``) or a moment in UTC (``2026-03-02 09:30:00``) as text;
    '' for an empty cell.

    :param pattern: as of ``strptime``; empty for ISO dates
    :raises Wrong: for what is no date
    """
    if is_empty(cell):
        return ""
    if isinstance(cell, datetime):
        moment: datetime | date = cell
    elif isinstance(cell, date):
        moment = cell
    elif isinstance(cell, str):
        moment = _read_date(cell.strip(), pattern)
    else:
        raise Wrong(f"The date {quote(cell)} is not a date.")
    if not 1990 <= moment.year < 2100:
        raise Wrong(f"The date {quote(cell)} is not of these times.")
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc)
    if isinstance(cell, datetime) and moment.time() == datetime.min.time():
        return moment.date().isoformat()  # a workbook's day
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _read_date(text: str, pattern: str) -> datetime | date:
    shown = quote(text)
    if pattern:
        try:
            moment = datetime.strptime(text, pattern)
        except ValueError:
            raise Wrong(f"The date {shown} is not written as {pattern}.") from None
        return moment if re.search("%[HIcXs]", pattern) else moment.date()
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        # Python 3.10 knows neither the Z nor more than six decimals
        text = re.sub(r"\s*[zZ]$", "+00:00", text)
        text = re.sub(r"(\.\d{1,6})\d*", lambda found: found[1].ljust(7, "0"), text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(
            f"The date {shown} is not a date like 2026-12-31; for others, say "
            "--date-format."
        ) from None
