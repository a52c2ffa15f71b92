"""What a load has done so far, so that one that was killed goes on where it was.

A file of JSON lines: the head of the load, then each batch that the server has taken.
It is deleted when the load is through. Without it nothing is lost or doubled either:
the server knows the keys of the batches.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from crl_client.files import private_folder

VERSION = 1
#: Seconds after which a load that did not come to its end is begun anew.
MAX_AGE = 24 * 3600


def default_folder() -> Path:
    return Path(platformdirs.user_state_dir("crl", appauthor=False))


@dataclass(frozen=True)
class Done:
    """A batch that the server has taken.

    :ivar counts: rows by what became of them
    :ivar refused: ``(position in the batch, reason)``
    """

    counts: Mapping[str, int]
    refused: Sequence[tuple[int, str]]


@dataclass
class Journal:
    """The journal of one load.

    :ivar today: the day the load began
    :ivar done: what earlier runs did, by batch
    """

    path: Path
    today: str
    done: dict[int, Done] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, load_id: str, today: str) -> "Journal":
        """The journal of a load that did not come to its end, else a new one.

        Lines that were cut off by a crash are passed over: those batches are sent
        again, and the server knows them by their keys.
        """
        private_folder(folder)
        cls._sweep(folder)
        path = folder / f"{load_id}.jsonl"
        journal = cls(path, today)
        head, *lines = journal._read() or [{}]
        started = head.get("started")
        is_young = isinstance(started, int | float) and (
            0 <= time.time() - started < MAX_AGE
        )
        if head.get("version") == VERSION and is_young:
            journal.today = str(head.get("today") or today)
            for line in lines:
                with suppress(KeyError, TypeError, ValueError):
                    refused = [(int(at), str(why)) for at, why in line["refused"]]
                    journal.done[int(line["batch"])] = Done(line["counts"], refused)
            return journal
        path.unlink(missing_ok=True)
        journal._append({"version": VERSION, "started": time.time(), "today": today})
        return journal

    @classmethod
    def _sweep(cls, folder: Path) -> None:
        """Delete journals that nobody will go on with."""
        for path in folder.glob("*.jsonl"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > 2 * MAX_AGE:
                    path.unlink()

    def _read(self) -> list[dict[str, Any]]:
        lines = []
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                for text in file:
                    with suppress(ValueError):
                        line = json.loads(text)
                        if isinstance(line, dict):
                            lines.append(line)
        except OSError:
            return []
        return lines

    def _append(self, line: Mapping[str, Any]) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # the line break first: a line that a crash cut off spoils no other
            os.write(handle, f"\n{json.dumps(line)}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def note(self, batch: int, done: Done) -> None:
        """Write down that the server has taken a batch."""
        self._append(
            {"batch": batch, "counts": done.counts, "refused": list(done.refused)}
        )

    def close(self) -> None:
        """The load is through."""
        self.path.unlink(missing_ok=True)
