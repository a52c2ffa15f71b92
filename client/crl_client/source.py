"""Reading CSV, XLSX and JSONL files row by row, whatever is wrong with them.

Rows come as they are read, so a file of any length takes the same memory. A row that
cannot be read comes as an :class:`Unreadable` in its place.
"""

import codecs
import csv
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from crl_client.errors import UsageError

#: The longest line we read; more is a broken file.
MAX_LINE = 4 * 1024 * 1024
#: The rows of a JSONL file that tell its columns.
PEEKED = 100
SEPARATORS = ",;\t|"
#: What a workbook may unpack to in memory at once: its list of texts.
MAX_TEXTS = 1024 * 1024 * 1024
KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".jsonl", ".ndjson")


@dataclass(frozen=True)
class Record:
    """A row as it was read: its first line in the file and its cells by column."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be read, and why."""

    line: int
    reason: str


def open_rows(
    path: Path, encoding: str = "utf-8", separator: str = "", sheet: str = ""
) -> "Table":
    """Open a file by its ending.

    :param separator: between the cells of a CSV; found out when empty
    :param sheet: name of the sheet of a workbook; the first when empty
    :raises UsageError: for what is no such file
    """
    kind = path.suffix.lower()
    if kind == ".xls":
        raise UsageError("Old .xls files are not read: save it as .xlsx or .csv.")
    if kind == ".xlsx":
        return _open_xlsx(path, sheet)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(f"There is no encoding {encoding!r}.") from None
    try:
        file = path.open(encoding=encoding, errors="replace", newline="")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    if kind in (".jsonl", ".ndjson"):
        return Table(*_read_jsonl(file))
    if kind in (".csv", ".tsv", ".txt"):
        return Table(*_read_csv(file, separator))
    file.close()
    raise UsageError(f"{path.name} is none of {', '.join(KINDS)}.")


@dataclass(frozen=True)
class Table:
    """The columns of a file and its rows, to be read once."""

    columns: list[str]
    rows: Iterator[Record | Unreadable]


class _Lines:
    """Lines of a text file with an upper bound; the rest of a longer one is dropped."""

    def __init__(self, file: TextIO):
        self._file = file
        self.cut: set[int] = set()
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE):
            self.count += 1
            if len(line) == MAX_LINE and line[-1] not in "\r\n":
                self.cut.add(self.count)
                while rest := self._file.readline(MAX_LINE):
                    if rest[-1] in "\r\n":
                        break
                line = "\n"
            yield line


def _check_header(names: list[str]) -> list[str]:
    columns = [name.strip().lstrip("\ufeff") for name in names]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise UsageError("The file is empty: its first line must name the columns.")
    named = [name for name in columns if name]
    twice = {name for name in named if named.count(name) > 1}
    if twice:
        raise UsageError(f"Columns of the same name: {', '.join(sorted(twice))[:300]}.")
    if any(len(name) > 200 for name in columns):
        raise UsageError("The first line does not name columns: a name is too long.")
    return columns


def find_separator(header: str) -> str:
    """The separator that is most often in a header line, outside quotation marks."""
    return max(SEPARATORS, key=re.sub('"[^"]*"', "", header).count)


def _read_csv(
    file: TextIO, separator: str
) -> tuple[list[str], Iterator[Record | Unreadable]]:
    csv.field_size_limit(MAX_LINE * 2)
    lines = _Lines(file)
    source = iter(lines)
    header = next((line for line in source if line.strip("\ufeff \t\r\n")), "")
    separator = separator or find_separator(header)
    try:
        reader = csv.reader(chain([header], source), delimiter=separator, strict=True)
        columns = _check_header(next(reader, []))
    except csv.Error as error:
        raise UsageError(f"The first line of the file is not CSV: {error}.") from None
    except TypeError:
        raise UsageError("The separator is one character.") from None
    return columns, _csv_rows(file, lines, reader, columns)


def _csv_rows(
    file: TextIO,
    lines: _Lines,
    reader: Iterator[list[str]],
    columns: list[str],
) -> Iterator[Record | Unreadable]:
    width = len(columns)
    with file:
        while True:
            line = lines.count + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Unreadable(line, _say_csv(str(error), line, lines.count))
                continue
            if any(number in lines.cut for number in range(line, lines.count + 1)):
                lines.cut.clear()
                yield Unreadable(line, "The line is too long to be read.")
            elif not any(cell.strip() for cell in cells):
                continue  # an empty line
            elif len(cells) < width or any(cell.strip() for cell in cells[width:]):
                yield Unreadable(
                    line, f"The row has {len(cells)} cells, the first line {width}."
                )
            else:
                yield Record(line, dict(zip(columns, cells, strict=False)))


def _say_csv(error: str, first: int, last: int) -> str:
    until = f" Lines {first} to {last} were left out." if last > first else ""
    if "unexpected end" in error or "field larger" in error:
        return f"A quotation mark is opened and not closed.{until}"
    return f"The quotation marks are wrong ({error}).{until}"


def _read_jsonl(file: TextIO) -> tuple[list[str], Iterator[Record | Unreadable]]:
    rows = _jsonl_rows(file)
    # not every object has all fields: the columns are those of the first objects
    seen = list(islice(rows, PEEKED))
    objects = [row.cells for row in seen if isinstance(row, Record)]
    if not objects:
        raise UsageError("The file is empty, or does not hold a JSON object a line.")
    columns = list(dict.fromkeys(name for cells in objects for name in cells if name))

    def all_rows() -> Iterator[Record | Unreadable]:
        yield from seen
        yield from rows

    return columns, all_rows()


def _jsonl_rows(file: TextIO) -> Iterator[Record | Unreadable]:
    with file:
        lines = _Lines(file)
        for text in lines:
            if lines.count in lines.cut:
                lines.cut.clear()
                yield Unreadable(lines.count, "The line is too long to be read.")
                continue
            text = text.strip("\ufeff \t\r\n")
            if not text:
                continue
            try:
                values = json.loads(text)
            except (ValueError, RecursionError):
                yield Unreadable(lines.count, "The line is not JSON.")
                continue
            if isinstance(values, dict):
                yield Record(lines.count, values)
            else:
                yield Unreadable(lines.count, "The line is not a JSON object.")


def _open_xlsx(path: Path, sheet: str) -> Table:
    import openpyxl  # here: half a second that other formats need not pay
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            for item in archive.infolist():
                if "sharedStrings" in item.filename and item.file_size > MAX_TEXTS:
                    raise UsageError("The workbook is too large: save it as .csv.")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except (
        InvalidFileException, KeyError, ValueError, SyntaxError, zipfile.BadZipFile,
    ):  # fmt: skip
        raise UsageError(f"{path.name} is not an .xlsx workbook.") from None
    if sheet and sheet not in book.sheetnames:
        names = ", ".join(book.sheetnames)[:300]
        raise UsageError(f"There is no sheet {sheet!r}; there are: {names}.")
    page = book[sheet] if sheet else book.worksheets[0]
    page.reset_dimensions()
    rows = enumerate(page.iter_rows(values_only=True), start=1)
    header: list[str] = []
    for _line, cells in rows:
        if any(cell is not None for cell in cells):
            header = ["" if cell is None else str(cell) for cell in cells]
            break
    columns = _check_header(header)
    return Table(columns, _xlsx_rows(book, rows, columns))


def _xlsx_rows(
    book: Any, rows: Any, columns: list[str]
) -> Iterator[Record | Unreadable]:
    width = len(columns)
    try:
        for line, cells in rows:
            if all(cell is None for cell in cells):
                continue
            if any(cell is not None for cell in cells[width:]):
                yield Unreadable(line, f"The row has cells beyond the {width} columns.")
                continue
            cells = tuple(cells) + (None,) * (width - len(cells))
            yield Record(line, dict(zip(columns, cells, strict=False)))
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile, EOFError):
        raise UsageError("The workbook is damaged: it ends in the middle.") from None
    finally:
        book.close()
