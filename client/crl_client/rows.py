"""From the rows of a file to values of indicators. Needs neither server nor file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crl_client.cells import (
    Wrong,
    is_empty,
    parse_code,
    parse_date,
    parse_number,
    parse_partner,
)
from crl_client.layout import Layout
from crl_client.source import Record


@dataclass(frozen=True)
class Value:
    """One value of one indicator for one customer, checked as far as a file allows.

    :ivar date: a day or a moment in UTC; '' for now
    """

    line: int
    partner: str | int
    indicator: str
    raw: float
    date: str

    def as_row(self) -> dict[str, Any]:
        """The row as ``crl.indicator.load_values`` takes it."""
        row = {
            "partner": self.partner,
            "indicator": self.indicator,
            "raw": self.raw,
        }
        if self.date:
            row["date"] = self.date
        return row


@dataclass(frozen=True)
class Refusal:
    """A row, or one value of it, that is not loaded."""

    line: int
    reason: str
    indicator: str = ""


@dataclass(frozen=True)
class Converter:
    """Turns the rows of a file into values.

    :ivar decimal: the sign before the decimals, a point or a comma
    :ivar date_format: as of ``strptime``; empty for ISO dates
    :ivar date: of rows that have none
    :ivar ids: the customers are named by Odoo's own numbers
    """

    layout: Layout
    date: str = ""
    decimal: str = "."
    date_format: str = ""
    ids: bool = False

    def convert(self, record: Record) -> Iterator[Value | Refusal]:
        """The values of a row; each that is wrong as a refusal with its reason."""
        layout, cells = self.layout, record.cells
        is_wide = len(layout.values) > 1
        try:
            partner = parse_partner(cells.get(layout.partner), self.ids)
            day = (
                parse_date(cells.get(layout.date), self.date_format)
                if layout.date
                else ""
            )
        except Wrong as wrong:
            yield Refusal(record.line, str(wrong))
            return
        empty = True
        for code, column in layout.values.items():
            cell = cells.get(column)
            if is_wide and is_empty(cell):
                continue
            empty = False
            try:
                code = code or parse_code(cells.get(layout.indicator))
                raw = parse_number(cell, self.decimal)
            except Wrong as wrong:
                yield Refusal(record.line, str(wrong), code)
            else:
                yield Value(record.line, partner, code, raw, day or self.date)
        if empty:
            yield Refusal(record.line, "The row holds no value.")
