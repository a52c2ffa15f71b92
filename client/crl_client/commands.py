"""What each word of the command ``crl`` does."""

import csv
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tqdm import tqdm

from crl_client import enroll as enrolling
from crl_client import export as exporting
from crl_client import login as logins
from crl_client.api import Client
from crl_client.cells import Wrong, parse_date
from crl_client.errors import UsageError
from crl_client.files import replaced
from crl_client.load import Load, Options
from crl_client.look import look
from crl_client.profiles import ProfileStore
from crl_client.report import disarm
from crl_client.transport import Transport

MAX_PARTNERS_FILE = 50 * 1024 * 1024


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """A word that is not part of the result."""
    tqdm.write(f"crl: {text}", file=sys.stderr)


def make_transport(options: Namespace) -> Transport:
    def on_wait(seconds: float, why: str) -> None:
        if not options.quiet:
            note(f"{why} Trying again in {max(seconds, 1):.0f} s.")

    return Transport(timeout=options.timeout, on_wait=on_wait)


@contextmanager
def connect(options: Namespace) -> Iterator[Client]:
    with Client.from_profile(options.profile, make_transport(options)) as client:
        yield client


# ---- Servers ----


def login(options: Namespace) -> int:
    profile = logins.log_in(
        options.url,
        options.db,
        options.user,
        options.profile,
        options.protocol,
        options.insecure,
        make_transport(options),
    )
    kept = {
        "keyring": "in the system's keyring",
        "file": f"in {ProfileStore().folder}, readable by you only",
    }
    say(f"Logged in to {profile.name} as {profile.user}.")
    say(f"The API key is kept {kept[profile.keeper]}.")
    return 0


def logout(options: Namespace) -> int:
    name = ProfileStore().forget(options.profile)
    say(f"Logged out of {name}. The key itself is still good: delete it in Odoo.")
    return 0


def profiles(options: Namespace) -> int:
    store = ProfileStore()
    if options.use:
        store.choose(options.use)
    for name in store.names():
        profile = store.peek(name)
        mark = "*" if name == store.default else " "
        say(f"{mark} {name}  {profile.url} {profile.database} {profile.user}")
    return 0


def status(options: Namespace) -> int:
    with connect(options) as client:
        found = client.status()
    rows = [
        ("Server", found.url),
        ("Database", found.database or "the only one"),
        ("User", found.user),
        ("Odoo", found.odoo or "unknown"),
        ("crl_retention", found.addon or "unknown"),
        ("Health", found.health or "unknown"),
    ]
    labels = {
        "due": "Contacts due",
        "oldest_due": "Oldest due",
        "errors": "Errors in 24 h",
        "mails_waiting": "Mails waiting",
        "sms_waiting": "SMS waiting",
        "last_run_ended": "Last run ended",
    }
    rows += [
        (label, str(found.figures[name] if found.figures[name] is not None else "–"))
        for name, label in labels.items()
        if name in found.figures
    ]
    for label, value in rows:
        say(f"{label:16}{value}")
    for sentence in found.troubles.values():
        say(f"! {sentence}")
    return 0 if found.is_well else 1


# ---- Files ----


def load_indicators(options: Namespace) -> int:
    if options.offline and not options.dry_run:
        raise UsageError("--offline goes with --dry-run.")
    try:
        date = parse_date(options.date)
    except Wrong as wrong:
        raise UsageError(str(wrong)) from None
    how = Options(
        mapping=dict(options.map),
        indicator=options.indicator,
        wide=options.wide,
        encoding=options.encoding,
        separator=options.separator.replace("\\t", "\t"),
        sheet=options.sheet,
        decimal=options.decimal,
        date_format=options.date_format,
        date=date,
        ids=options.ids,
        batch=options.batch_size,
    )
    client = (
        None
        if options.offline
        else Client.from_profile(options.profile, make_transport(options))
    )
    try:
        load = Load(
            Path(options.file),
            how,
            client,
            Path(options.report) if options.report else None,
            options.dry_run,
        )
        if load.warning:
            note(load.warning)
        if not options.quiet:
            note(load.layout.describe())
        return _run_load(load, options)
    finally:
        if client:
            client.close()


def _run_load(load: Load, options: Namespace) -> int:
    today = datetime.now(timezone.utc).date().isoformat()
    with tqdm(
        total=load.look.lines or None,
        unit=" rows",
        disable=options.quiet or not sys.stderr.isatty(),
    ) as bar:

        def show(line: int) -> None:
            bar.update(line - bar.n)

        result = load.run(today, show)
    counts = Counter(result.counts)
    refused = counts.pop("refused", 0)
    done = sum(counts.values())
    parts = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
    verb = "Checked" if load.dry_run else "Loaded"
    if result.resumed:
        say(f"Went on after {_count(result.resumed, 'batch', 'es')} of an earlier run.")
    say(f"{verb} {_count(done, 'value')}{f': {parts}' if parts else ''}.")
    if load.dry_run:
        say("Nothing was changed.")
    if refused:
        say(f"Refused {refused:,}, with reasons in {result.report}")
    return 1 if refused else 0


def _count(number: int, thing: str, ending: str = "s") -> str:
    return f"{number:,} {thing}{'' if number == 1 else ending}"


def enroll(options: Namespace) -> int:
    partners = _read_partners(options.partners, options.ids)
    if not partners:
        raise UsageError("No customers were named.")
    # a report that cannot be written is told before anybody is enrolled
    with connect(options) as client, _writing_report(options.report) as writer:
        results = client.enroll(
            options.cadence, partners, options.date_start, options.dry_run
        )
        if writer:
            writer.writerow(["partner", "status", "reason", "enrollment_id"])
            for found in results:
                cells = found.partner, found.status, found.reason, found.enrollment
                writer.writerow([disarm(cell) for cell in cells])
    for found in results:
        if found.status == "refused" and not options.report:
            say(f"{found.partner}: {found.reason}")
    counts = Counter(found.status for found in results)
    word = "accepted" if options.dry_run else "enrolled"
    say(f"{counts[word]} {word}, {counts['refused']} refused.")
    return 1 if counts["refused"] else 0


@contextmanager
def _writing_report(path: str) -> Iterator[Any]:
    """A writer of CSV; none without a path."""
    if not path:
        yield None
        return
    try:
        with replaced(Path(path), encoding="utf-8-sig", newline="") as file:
            yield csv.writer(file)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _read_partners(text: str, ids: bool) -> list[str | int]:
    """Customers of the command line: numbers, or the lines of a file."""
    parts = [part.strip() for part in text.split(",")]
    if all(part.isdecimal() or not part for part in parts):
        return enrolling.read_partners(parts, ids=True)
    path = Path(text)
    try:
        if path.stat().st_size > MAX_PARTNERS_FILE:
            raise UsageError(f"{path} is too large: give a part of it at a time.")
        found = look(path)
        if found.warning:
            note(f"{path} is not UTF-8; read as {found.encoding}.")
        text = path.read_text(found.encoding, errors="replace")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}. Give ids like 17,42, or a file "
            "with a customer a line."
        ) from None
    if "\0" in text:
        raise UsageError(f"{path} is no text: give a file with a customer a line.")
    return enrolling.read_partners(text.splitlines(), ids)


def export(options: Namespace) -> int:
    is_file = options.output != "-"
    form = options.format or (Path(options.output).suffix[1:] if is_file else "csv")
    if form not in exporting.FORMATS:
        raise UsageError(f"Say --format: one of {', '.join(exporting.FORMATS)}.")
    target = Path(options.output) if is_file else sys.stdout
    with connect(options) as client:
        rows = client.export(options.kind, options.since)
        shown = tqdm(
            rows,
            unit=" rows",
            disable=options.quiet or not is_file or not sys.stderr.isatty(),
        )
        try:
            count = exporting.write_records(
                shown, exporting.get_columns(options.kind), form, target
            )
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UsageError(
                f"{options.output} cannot be written: {error.strerror}."
            ) from None
    if is_file:
        say(f"Wrote {count:,} {options.kind} to {options.output}")
    return 0
