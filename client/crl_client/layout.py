"""Which column of a file holds what: as the user says, else by the headers. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crl_client.errors import UsageError

FIELDS = ("partner", "indicator", "raw", "date")
#: Headers by which a column is recognized, without spaces, signs and case.
SYNONYMS = {
    "partner": (
        "partner partnerid partnerref customer customerid customerno customernumber "
        "customerref client clientid account accountid accountno accountnumber "
        "reference ref email mail phone kunde kundennummer cliente codecliente "
        "codiceclienti numeroclient"
    ),
    "indicator": "indicator indicatorcode code kpi metric measure indikator indicateur",
    "raw": "raw value rawvalue number amount result wert valeur valore valor",
    "date": "date day asof measuredon measuredat datum data fecha when timestamp",
}


@dataclass(frozen=True)
class Layout:
    """Which column of a file holds what.

    :ivar values: the column of each indicator's values, by code; the code '' stands for
        the one that the column ``indicator`` names
    """

    partner: str
    values: Mapping[str, str]
    indicator: str = ""
    date: str = ""

    @classmethod
    def find(
        cls,
        columns: Sequence[str],
        mapping: Mapping[str, str] | None = None,
        indicator: str = "",
        wide: bool = False,
    ) -> "Layout":
        """The layout a user asked for, completed by guesses from the headers.

        :param mapping: columns by ``partner``, ``indicator``, ``raw``, ``date``; any
            other name is the code of an indicator whose values that column holds
        :param indicator: code of the one indicator of the file
        :param wide: each column but customer and date is an indicator, named by code
        :raises UsageError: where a column is missing or could be several things
        """
        mapping = dict(mapping or {})
        missing = [name for name in mapping.values() if name not in columns]
        if missing:
            raise UsageError(f"The file has no column {missing[0]!r}{_tell(columns)}.")
        codes = {
            code: name for code, name in mapping.items() if code not in FIELDS and name
        }
        if codes and ("raw" in mapping or "indicator" in mapping or indicator):
            raise UsageError(
                "Map either one column of values or columns of indicators, not both."
            )

        def find(name: str) -> str:
            return mapping.get(name) or _guess(name, columns, set(mapping.values()))

        partner, date = find("partner"), find("date")
        if not partner:
            raise UsageError(
                "Which column names the customer? Say it with --map partner=COLUMN"
                f"{_tell(columns)}."
            )
        if wide and not codes:
            codes = {name: name for name in columns if name not in ("", partner, date)}
        if codes:
            return cls(partner, codes, date=date)
        raw = find("raw")
        if not raw:
            raise UsageError(
                "Which column holds the value? Say it with --map raw=COLUMN, or --wide "
                f"where each column is an indicator{_tell(columns)}."
            )
        if indicator:
            return cls(partner, {indicator: raw}, date=date)
        column = find("indicator")
        if not column:
            raise UsageError(
                "Which indicator is it? Say it with --indicator CODE, or with "
                f"--map indicator=COLUMN{_tell(columns)}."
            )
        return cls(partner, {"": raw}, column, date)

    def describe(self) -> str:
        """Which column is taken for what, to be read by the user."""
        parts = [f"customer: {self.partner}"]
        if "" in self.values:
            parts += [f"indicator: {self.indicator}", f"value: {self.values['']}"]
        else:
            names = [f"{code}: {name}" for code, name in self.values.items()]
            parts += names[:20] + ["…"] * (len(names) > 20)
        parts.append(f"date: {self.date or 'none'}")
        return f"Columns: {', '.join(parts)}"


def _tell(columns: Sequence[str]) -> str:
    """Which columns there are, as the end of a sentence."""
    return f"; the first line has: {', '.join(columns)[:500]}"


def _guess(field: str, columns: Sequence[str], taken: set[str]) -> str:
    """The only column whose header is a word for a field; '' when there is none."""
    words = SYNONYMS[field].split()
    found = [
        (words.index(word), name)
        for name in columns
        if name not in taken
        and (word := re.sub(r"[\W_]", "", name).casefold()) in words
    ]
    if len(found) > 1 and field != "partner":
        names = ", ".join(name for _rank, name in found)
        raise UsageError(f"Which of {names} is the {field}? Say it with --map.")
    return min(found)[1] if found else ""
