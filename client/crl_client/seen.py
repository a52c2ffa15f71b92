"""Remembers what came before in a file, in a temporary file instead of memory."""

import hashlib
import sqlite3


class Seen:
    """The first line of each key. Takes the same memory however many there are."""

    def __init__(self) -> None:
        # without a name SQLite keeps it in a temporary file that nobody else can open
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA cache_size = -16000")
        self._connection.execute(
            "CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def first(self, line: int, *parts: object) -> int | None:
        """The line where the same parts were seen before; else remembers this one."""
        key = hashlib.blake2b(repr(parts).encode(), digest_size=12).digest()
        try:
            self._connection.execute("INSERT INTO seen VALUES (?, ?)", (key, line))
        except sqlite3.IntegrityError:
            row = self._connection.execute(
                "SELECT line FROM seen WHERE key = ?", (key,)
            ).fetchone()
            return int(row[0])
        return None

    def close(self) -> None:
        self._connection.close()
