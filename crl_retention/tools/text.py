"""Text that comes from outside."""

import unicodedata

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def clean_words(text: str | None, limit: int = 4000) -> str:
    """A customer's words, made safe to store and to export.

    Control characters go, the text is cut at ``limit`` characters, and a text a
    spreadsheet would run as a formula gets an apostrophe in front.

    >>> clean_words("=1+1")
    "'=1+1"
    """
    kept = "".join(c for c in (text or "") if c in "\n\t" or _is_storable(c)).strip()
    if kept.startswith(_FORMULA_START):
        kept = f"'{kept}"
    return kept[:limit]


def _is_storable(character: str) -> bool:
    """Neither a control character nor half of one that UTF-8 cannot hold."""
    return unicodedata.category(character) not in ("Cc", "Cs")
