"""Loading a file of values: in batches, once each, with a report of what is refused."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from crl_client import journal as journals
from crl_client import report as reports
from crl_client.api import MAX_BATCH, RowResult
from crl_client.errors import UsageError
from crl_client.layout import Layout
from crl_client.look import Look, look
from crl_client.rows import Converter, Refusal, Value
from crl_client.seen import Seen
from crl_client.source import Record, Table, Unreadable, open_rows

#: Raise it when the same file and options make other batches than before.
FORMAT = 1
BATCH = 5000


class Loader(Protocol):
    """What a load needs of the client."""

    @property
    def identity(self) -> str: ...

    def load_values(
        self, rows: Sequence[dict[str, Any]], key: str | None = None
    ) -> list[RowResult]: ...

    def check_values(self, rows: Sequence[dict[str, Any]]) -> list[RowResult]: ...


def check_nothing(rows: Sequence[dict[str, Any]]) -> list[RowResult]:
    """What is said without a server: the rows were fine so far."""
    return [RowResult(at, "checked") for at in range(len(rows))]


def _name_lines(reason: str, lines: Sequence[int]) -> str:
    """A reason that names another row of the batch, with its line in the file."""
    found = re.match(r"Row (\d+) ", reason)
    if found and int(found[1]) < len(lines):
        return f"Line {lines[int(found[1])]} {reason[found.end() :]}"
    return reason


@dataclass(frozen=True)
class Options:
    """How a file is to be read.

    :ivar mapping: columns by what they hold, see :meth:`Layout.find`
    :ivar date: of rows that have none; they are of the moment of the load without it
    :ivar ids: customers are named by Odoo's own numbers
    """

    mapping: dict[str, str] = field(default_factory=dict)
    indicator: str = ""
    wide: bool = False
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    decimal: str = "."
    date_format: str = ""
    date: str = ""
    ids: bool = False
    batch: int = BATCH

    def check(self) -> None:
        if self.decimal not in (".", ","):
            raise UsageError("--decimal is a point or a comma.")
        if not 1 <= self.batch <= MAX_BATCH:
            raise UsageError(f"A batch has 1 to {MAX_BATCH} rows.")


@dataclass
class Result:
    """What became of a file.

    :ivar counts: values by ``created``, ``updated``, ``unchanged``, ``refused``, and
        ``checked`` in a dry run
    :ivar resumed: batches that an earlier run had done
    """

    report: Path
    counts: Counter[str] = field(default_factory=Counter)
    resumed: int = 0


@dataclass(frozen=True)
class Item:
    """A value or refusal, with the row it comes from for the report."""

    content: Value | Refusal
    cells: dict[str, Any]


class Load:
    """One file on its way to one server.

    :param client: where to; None checks the file alone
    :param dry_run: check, and change nothing
    """

    def __init__(
        self,
        path: Path,
        options: Options,
        client: Loader | None,
        report: Path | None = None,
        dry_run: bool = False,
        state: Path | None = None,
    ):
        options.check()
        self.path, self.options, self.client = path, options, client
        self.dry_run = dry_run or client is None
        self.state = state or journals.default_folder()
        self.look: Look = look(path)
        self.report = report or path.with_name(f"{path.name}.refused.csv")
        if self.report.absolute() == path.absolute():
            raise UsageError("The report would replace the file itself.")
        encoding = options.encoding or self.look.encoding
        self.warning = "" if options.encoding else self.look.warning
        self.table: Table = open_rows(path, encoding, options.separator, options.sheet)
        self.layout = Layout.find(
            [name for name in self.table.columns if name not in reports.OWN],
            options.mapping,
            options.indicator,
            options.wide,
        )

    @property
    def id(self) -> str:
        """Names this content, read in this way, for this server and user."""
        identity = self.client.identity if self.client else ""
        parts = [FORMAT, self.look.digest, identity, asdict(self.options)]
        text = json.dumps(parts, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def run(
        self, today: str, on_progress: Callable[[int], None] = lambda line: None
    ) -> Result:
        """Load or check the file.

        :param today: the ISO day; the same file on another day is another load
        :param on_progress: told the line up to which it is done
        """
        result = Result(self.report)
        with reports.writing(self.report, self.table.columns) as report:
            client = self.client
            if self.dry_run or not client:
                check = client.check_values if client else check_nothing
                for batch in self._batches():
                    self._finish(batch, self._ask(batch, check), report, result)
                    on_progress(batch[-1].content.line)
                return result
            journal = journals.Journal.open(self.state, self.id, today)
            result.resumed = len(journal.done)
            for number, batch in enumerate(self._batches()):
                done = journal.done.get(number)
                if done is None:
                    key = f"{self.id}:{journal.today}:{number}"
                    done = self._ask(batch, partial(client.load_values, key=key))
                    journal.note(number, done)
                self._finish(batch, done, report, result)
                on_progress(batch[-1].content.line)
        # the report is there: only now may the journal go
        journal.close()
        return result

    # ---- From rows to batches ----

    def _batches(self) -> Iterator[list[Item]]:
        """The file in batches, which are the same each time."""
        batch: list[Item] = []
        for item in self._items():
            batch.append(item)
            if len(batch) >= self.options.batch:
                yield batch
                batch = []
        if batch:
            yield batch

    def _items(self) -> Iterator[Item]:
        options = self.options
        converter = Converter(
            self.layout,
            options.date,
            options.decimal,
            options.date_format,
            options.ids,
        )
        seen = Seen()
        try:
            for row in self.table.rows:
                if isinstance(row, Unreadable):
                    yield Item(Refusal(row.line, row.reason), {})
                    continue
                yield from self._convert(converter, row, seen)
        finally:
            seen.close()

    def _convert(
        self, converter: Converter, record: Record, seen: Seen
    ) -> Iterator[Item]:
        cells = {name: reports.trim(cell) for name, cell in record.cells.items()}
        for content in converter.convert(record):
            if isinstance(content, Value):
                twin = seen.first(
                    content.line,
                    str(content.partner).casefold(),
                    content.indicator,
                    content.date,
                )
                if twin is not None:
                    reason = (
                        f"Line {twin} has a value for the same customer, indicator "
                        "and date."
                    )
                    content = Refusal(content.line, reason, content.indicator)
            yield Item(content, cells)

    # ---- To the server ----

    def _ask(
        self,
        batch: Sequence[Item],
        verb: Callable[[Sequence[dict[str, Any]]], list[RowResult]],
    ) -> journals.Done:
        positions = [
            at for at, item in enumerate(batch) if isinstance(item.content, Value)
        ]
        rows = [
            item.content.as_row() for item in batch if isinstance(item.content, Value)
        ]
        results = verb(rows) if rows else []
        counts = Counter(found.status for found in results)
        lines = [batch[at].content.line for at in positions]
        refused = [
            (positions[found.row], _name_lines(found.reason, lines))
            for found in results
            if found.status == "refused"
        ]
        return journals.Done(dict(counts), refused)

    def _finish(
        self,
        batch: Sequence[Item],
        done: journals.Done,
        report: reports.Report,
        result: Result,
    ) -> None:
        """Count a batch and report its refusals in the order of the file."""
        result.counts.update(done.counts)
        reasons = dict(done.refused)
        is_wide = len(self.layout.values) > 1
        for at, item in enumerate(batch):
            content = item.content
            if isinstance(content, Refusal):
                result.counts["refused"] += 1
                reason = content.reason
            elif at in reasons:
                reason = reasons[at]
            else:
                continue
            if is_wide and content.indicator:
                reason = f"{content.indicator}: {reason}"
            report.add(content.line, reason, item.cells)
