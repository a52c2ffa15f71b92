"""Rows of values that other systems send: what is wrong with one, and what it says."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

#: Characters of a customer's reference, email or phone, and of a date.
MAX_TEXT = 200
MAX_DATE = 40
#: The largest id PostgreSQL takes, and the largest raw value.
MAX_ID = 2**31 - 1
MAX_RAW = 1e15
#: Years in which facts can lie.
YEARS = range(1990, 2100)
FIELDS = frozenset(("partner", "indicator", "raw", "date"))


class Row(NamedTuple):
    """What a row says. The customer is an id or a text."""

    partner: int | str
    code: str
    raw: float
    #: naive UTC
    date: datetime


class RowError(ValueError):
    """Why a row cannot be taken: a code for the sentence, and what it is about."""

    def __init__(self, code: str, value: object = ""):
        super().__init__(code)
        self.code = code
        self.value = value


def read_rows(rows: list, now: datetime, day_start: Callable[[date], datetime]):
    """Each row as a ``Row``, or as the ``RowError`` that keeps it out.

    :param now: naive UTC; the date of rows without one, and the last a fact can have,
        but for a day by which clocks may differ
    :param day_start: the naive UTC moment a day begins
    """
    moments: dict = {None: now, "": now}
    return [_try(read_row, row, now, day_start, moments) for row in rows]


def _try(reader, *arguments):
    try:
        return reader(*arguments)
    except RowError as error:
        return error


def read_row(row, now: datetime, day_start, moments: dict | None = None) -> Row:
    """What a row says.

    :param moments: dates that were read before, by their text
    :raises RowError: ``shape``, ``unknown``, ``missing``, ``partner``, ``indicator``,
        ``raw``, ``date``, ``future``

    >>> row = {"partner": "C-17", "indicator": "nps", "raw": 8, "date": "2026-03-02T09"}
    >>> read_row(row, datetime(2026, 3, 2, 10), None)
    Row(partner='C-17', code='nps', raw=8.0, date=datetime.datetime(2026, 3, 2, 9, 0))
    """
    if type(row) is not dict:
        raise RowError("shape")
    if not row.keys() <= FIELDS:
        raise RowError("unknown", next(iter(row.keys() - FIELDS)))
    partner = row.get("partner")
    if type(partner) is str:
        partner = partner.strip()
        if not partner:
            raise RowError("missing", "partner")
        if len(partner) > MAX_TEXT or not partner.isprintable():
            raise RowError("partner", partner)
    elif partner is None:
        raise RowError("missing", "partner")
    elif type(partner) is not int or not 0 < partner <= MAX_ID:
        raise RowError("partner", partner)
    code = row.get("indicator")
    if not code:
        raise RowError("missing", "indicator")
    if type(code) is not str or len(code) > MAX_TEXT or not code.isprintable():
        raise RowError("indicator", code)
    moments = {None: now, "": now} if moments is None else moments
    return Row(
        partner,
        code,
        read_number(row.get("raw")),
        _read_date(row, now, day_start, moments),
    )


def read_number(raw) -> float:
    """A raw value; texts are none, they can be read in more ways than one.

    :raises RowError: for text, no number, infinity, and what is beyond ``MAX_RAW``
    """
    if raw is None:
        raise RowError("missing", "raw")
    # a comparison with "not a number" is false
    if type(raw) not in (int, float) or not -MAX_RAW <= raw <= MAX_RAW:
        raise RowError("raw", raw)
    return float(raw)


def _read_date(row, now, day_start, moments):
    text = row.get("date")
    if type(text) is not str and text is not None:
        raise RowError("date", text)
    moment = moments.get(text)
    if moment is None:
        moment = read_moment(text, day_start)
        moments[text] = moment
    if moment > now + timedelta(days=1):
        raise RowError("future", text)
    return moment


def read_moment(text: str, day_start: Callable[[date], datetime]) -> datetime:
    """The naive UTC moment of an ISO text; a day begins where the company is.

    >>> read_moment("2026-03-02T10:30:00+01:00", None)
    datetime.datetime(2026, 3, 2, 9, 30)
    >>> read_moment("2026-03-02T10:30:00Z", None)
    datetime.datetime(2026, 3, 2, 10, 30)
    """
    try:
        if len(text) > MAX_DATE:
            raise ValueError
        text = text.strip()
        if len(text) == 10:
            day = date.fromisoformat(text)
            if day.year not in YEARS:
                raise ValueError
            return day_start(day)
        moment = datetime.fromisoformat(text.removesuffix("Z"))
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        if moment.year not in YEARS:
            raise ValueError
        return moment.replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise RowError("date", text) from error


def find_doubles(rows: list, keys: list) -> dict[int, tuple[str, int]]:
    """The rows that say nothing new beside another of the same batch: of those with one
    key the latest counts, of several with its date the first.

    :param rows: ``Row`` each
    :param keys: what each is about; rows without a key are left alone
    :returns: ``{place: ("repeated" or "outdated", place of the row that counts)}``
    """
    best: dict = {}
    for place, key in enumerate(keys):
        if key is None:
            continue
        other = best.setdefault(key, place)
        if rows[place].date > rows[other].date:
            best[key] = place
    return {
        place: (
            "repeated" if rows[place].date == rows[best[key]].date else "outdated",
            best[key],
        )
        for place, key in enumerate(keys)
        if key is not None and best[key] != place
    }
