"""Reading records page by page, and writing them as CSV, JSONL or XLSX."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crl_client.cells import Wrong, parse_date
from crl_client.errors import UsageError
from crl_client.files import replaced
from crl_client.report import disarm

if TYPE_CHECKING:
    from crl_client.api import Client

PAGE = 1000
#: What a sheet of a workbook holds, with its header.
MAX_XLSX = 1_048_576
FORMATS = ("csv", "jsonl", "xlsx")


@dataclass(frozen=True)
class Kind:
    """What is exported of a model."""

    model: str
    fields: Sequence[str]
    changed: str = "write_date"


KINDS: Mapping[str, Kind] = {
    "touchpoints": Kind(
        "crl.touchpoint",
        (
            *("partner_id", "enrollment_id", "step_id", "case_id", "user_id"),
            *("channel", "purpose", "state", "date_planned", "date_done"),
            *("outcome", "verdict", "score", "note", "hold_reason"),
        ),
    ),
    "enrollments": Kind(
        "crl.enrollment",
        (
            *("partner_id", "cadence_id", "stage_id", "user_id", "date_start"),
            *("cycle", "state", "pause_until", "exit_reason", "is_holdout"),
        ),
    ),
    "indicators": Kind(
        "crl.indicator.value",
        ("partner_id", "indicator_id", "raw", "score", "date", "source"),
        "date",
    ),
    "cases": Kind(
        "crl.case",
        (
            *("partner_id", "kind", "state", "user_id", "date_open", "deadline"),
            *("date_closed", "on_time", "escalation", "description"),
        ),
    ),
}


def read_records(
    client: Client, kind: str, since: str = ""
) -> Iterator[dict[str, Any]]:
    """Records in the order they were made; ``partner_id`` and other links come as the
    number, with the name beside it in ``partner``."""
    if kind not in KINDS:
        raise UsageError(f"There is no {kind!r}; there are: {', '.join(KINDS)}.")
    what = KINDS[kind]
    domain = [(what.changed, ">=", _parse_since(since))] if since else []
    return _read_pages(client, what, domain)


def _read_pages(
    client: Client, what: Kind, domain: list[Any]
) -> Iterator[dict[str, Any]]:
    last = 0
    while True:
        page = client.read(
            what.model,
            [("id", ">", last), *domain],
            what.fields,
            limit=PAGE,
            order="id",
        )
        for row in page:
            yield dict(_flatten(row, what.fields))
        if len(page) < PAGE:
            return
        last = page[-1]["id"]


def _parse_since(since: str) -> str:
    try:
        moment = parse_date(since)
    except Wrong:
        moment = ""
    if not moment:
        raise UsageError(f"{since!r} is not a day or moment like 2026-12-31.")
    return moment if " " in moment else f"{moment} 00:00:00"


def get_columns(kind: str) -> list[str]:
    """The columns of an export."""
    names = ["id"]
    for field in KINDS[kind].fields:
        names.append(field)
        if field.endswith("_id"):
            names.append(field[:-3])
    return names


def _flatten(
    row: Mapping[str, Any], fields: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    yield "id", row["id"]
    for field in fields:
        value = row.get(field)
        if field.endswith("_id"):
            number, name = value if value else (None, None)
            yield field, number
            yield field[:-3], name
        elif value is False and not field.startswith(("is_", "on_")):
            yield field, None  # Odoo's word for nothing
        else:
            yield field, value


# ---- Writing ----


def write_records(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    form: str,
    target: Path | IO[str],
) -> int:
    """Write records; a file is there when all of it is.

    :param target: a file's path, or an open text stream for CSV and JSONL
    :returns: how many there were
    """
    if form == "xlsx":
        if not isinstance(target, Path):
            raise UsageError("A workbook needs a file: name it with --output.")
        return _write_xlsx(rows, columns, target)
    write = _write_csv if form == "csv" else _write_jsonl
    if not isinstance(target, Path):
        return write(rows, columns, target)
    with replaced(target, encoding="utf-8", newline="") as file:
        return write(rows, columns, file)


def _write_csv(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], file: IO[str]
) -> int:
    writer = csv.writer(file)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([disarm(row.get(name)) for name in columns])
        count += 1
    return count


def _write_jsonl(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], file: IO[str]
) -> int:
    count = 0
    for row in rows:
        line = {name: row.get(name) for name in columns}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_xlsx(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], path: Path
) -> int:
    import openpyxl  # here: half a second that others need not pay

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.append(list(columns))
    count = 0
    for count, row in enumerate(rows, start=1):
        if count >= MAX_XLSX:
            raise UsageError("These are more rows than a workbook holds: use csv.")
        sheet.append([_fit(row.get(name)) for name in columns])
    with replaced(path, mode="wb") as file:
        book.save(file)
    return count


def _fit(cell: Any) -> Any:
    """A cell as a workbook can hold it."""
    cell = disarm(cell)
    return re.sub(r"[\x0b\x0c]", " ", cell)[:32767] if isinstance(cell, str) else cell
