"""The file of refused rows: the rows as they were, with line and reason, to be mended
and loaded again. A spreadsheet runs nothing of it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crl_client.errors import UsageError
from crl_client.files import replaced

#: The columns we add; a load leaves them out.
LINE, REASON = OWN = "refused_line", "refused_reason"
MAX_CELL = 1000
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)
#: What no text file or workbook should hold.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def disarm(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay what they are."""
    if not isinstance(cell, str):
        return cell
    text = CONTROL.sub("�", cell)
    if text.lstrip()[:1] in tuple("=+-@") and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def trim(cell: Any) -> Any:
    """A cell short enough to keep."""
    if cell is None or isinstance(cell, int | float):
        return cell
    text = cell if isinstance(cell, str) else str(cell)
    return f"{text[:MAX_CELL]}…" if len(text) > MAX_CELL else text


class Report:
    """A report that is being written.

    :ivar count: how many rows it holds
    """

    def __init__(self, file: Any, columns: Sequence[str]):
        self._writer = csv.writer(file)
        self._columns = [name for name in columns if name not in OWN]
        self.count = 0
        self._write([LINE, REASON, *self._columns])

    def _write(self, cells: Iterable[Any]) -> None:
        self._writer.writerow([disarm(cell) for cell in cells])

    def add(self, line: int, reason: str, cells: dict[str, Any]) -> None:
        self.count += 1
        self._write([line, reason, *(cells.get(name) for name in self._columns)])


@contextmanager
def writing(path: Path, columns: Sequence[str]) -> Iterator[Report]:
    """Write a report; it is there when all of it is, and replaces an older one."""
    try:
        # with the mark by which spreadsheets know UTF-8
        with replaced(path, encoding="utf-8-sig", newline="") as file:
            yield Report(file, columns)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
