"""Text that comes from outside."""

import unicodedata

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def tidy_words(words: str, limit: int) -> str:
    """A customer's words as typed, but with plain line ends, without control
    characters, and cut at ``limit`` characters.

    >>> tidy_words(" one\\r\\ntwo\\0 ", 20)
    'one\\ntwo'
    """
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        char
        for char in words
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    )
    return "".join(kept).strip()[:limit]


def clean_words(text: str | None, limit: int = 4000) -> str:
    """A customer's words, tidy and safe to store and to export.

    A text a spreadsheet would run as a formula gets an apostrophe in front.

    >>> clean_words("=1+1")
    "'=1+1"
    """
    kept = tidy_words(text or "", limit)
    if kept.startswith(_FORMULA_START):
        kept = f"'{kept}"[:limit]
    return kept
