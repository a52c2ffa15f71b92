"""Text that comes from outside."""

import re
import unicodedata

# all that ends a line somewhere, other control characters, halves of characters
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# the wide ones are formulas to spreadsheets in Japanese and Chinese
_FORMULA_START = tuple("=+-@\t\r＝＋－＠")


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


def one_line(text: str | None) -> str:
    """The text as one line without control characters, as a mail's header wants it.

    >>> one_line("Bella\\r\\nBcc: me@example.com")
    'Bella Bcc: me@example.com'
    """
    return _CONTROLS.sub(" ", text or "").strip()


def swap_name(sentence: str, name: str, text: str) -> str:
    """A sentence that says something else where it names somebody; a name within a
    word is none.

    >>> swap_name("Al is always late.", "Al", "she")
    'she is always late.'
    """
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda __: text, sentence)


def clean_words(text: str | None, limit: int = 4000) -> str:
    """A customer's words, tidy and safe to store and to export.

    A text a spreadsheet would run as a formula gets an apostrophe in front.

    >>> clean_words("=1+1")
    "'=1+1"
    """
    return disarm(tidy_words(text or "", limit))[:limit]


def disarm(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it.

    >>> disarm("=1+1"), disarm("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_FORMULA_START) else text
