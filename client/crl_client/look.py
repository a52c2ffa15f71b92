"""What one pass over the bytes of a file tells: its hash, length and encoding."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from crl_client.errors import UsageError


@dataclass(frozen=True)
class Look:
    """What one pass over the bytes of a file told.

    :ivar digest: SHA-256 of the content
    :ivar encoding: the encoding it is in, most likely
    :ivar warning: what to tell the user about that, or ''
    :ivar lines: about how many lines it has; 0 for a workbook
    """

    digest: str
    encoding: str
    warning: str
    lines: int = 0


def look(path: Path) -> Look:
    """Hash a file and find out its encoding, in one pass over it."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    cp1252 = codecs.getincrementaldecoder("cp1252")(errors="replace")
    head, bad, good, outside, lines = b"", 0, 0, 0, 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(1024 * 1024):
                head = head or chunk[:4096]
                digest.update(chunk)
                lines += chunk.count(b"\n")
                text = decoder.decode(chunk)
                wrong = text.count("\ufffd")
                bad += wrong
                good += len(text) - len(text.encode("ascii", "ignore")) - wrong
                outside += cp1252.decode(chunk).count("\ufffd")
            bad += decoder.decode(b"", final=True).count("\ufffd")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    if head.startswith(b"PK\x03\x04"):  # a workbook
        return Look(digest.hexdigest(), "utf-8", "")
    name, warning = _guess(head, bad, good, outside)
    return Look(digest.hexdigest(), name, warning, lines)


def _guess(head: bytes, bad: int, good: int, outside: int) -> tuple[str, str]:
    """The encoding by the first bytes and by what would not be UTF-8.

    :param bad: characters that are none in UTF-8
    :param good: characters beyond ASCII that are right in UTF-8
    :param outside: bytes that mean nothing in cp1252
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", ""
    zeros = head[1::2].count(0), head[::2].count(0)
    if max(zeros) * 4 > len(head):
        name = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
        return name, f"The file has no mark of its encoding; read as {name}."
    if not bad or good > bad:
        return "utf-8", ""
    name = "latin-1" if outside else "cp1252"
    return name, (
        f"The file is not UTF-8; read as {name}. If names look wrong, say which "
        "encoding it is in with --encoding."
    )
