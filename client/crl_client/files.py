"""Files that are there whole or not at all, and for their owner's eyes where needed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


@contextmanager
def replaced(path: Path, mode: str = "w", **options: Any) -> Iterator[IO[Any]]:
    """Write a new file beside ``path`` and put it in its place when all went well.

    The new file can be read by its owner only, from its first byte on. A link stays
    one, and what is no file, like ``/dev/null``, is written to.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        with path.open(mode, **options) as file:
            yield file
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def private_folder(path: Path) -> Path:
    """A folder that only its owner can enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
