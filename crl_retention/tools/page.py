"""Names, colours and headers of the customer's own page."""

import base64
import hashlib
import re

_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof"}
_INK = "#1b2430"
_DEFAULT_BRAND = "#1f5f8b"
# contrast WCAG AA asks of normal text
_READABLE = 4.5


def first_name(name: str | None) -> str:
    """The one word by which a person may be greeted, empty when there is none.

    >>> first_name("Dr. Anna Maria Schmidt")
    'Anna'
    >>> first_name("Schmidt, Anna")
    'Anna'
    >>> first_name("anna@example.com")
    ''
    """
    name = (name or "").strip()
    if "@" in name:
        return ""
    before, _comma, after = name.partition(",")
    if after.strip() and len(before.split()) == 1:
        before = after
    words = [
        word
        for word in before.split()
        if not word.endswith(".") and word.lower() not in _TITLES
    ]
    return words[0][:40] if words else ""


def private_headers(style: str) -> dict[str, str]:
    """Headers that keep a page out of caches, referrers, search engines and frames.

    Nothing is loaded but our own images and ``style``, the content of the page's
    only style element, known by its hash.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; img-src 'self' data:; "
            f"style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, from 0 (black) to 1 (white)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return sum(
        weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, from 1 (the same) to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def page_colours(brand: str | None) -> dict[str, str]:
    """The colours of the page for a company whose own colour is ``brand``.

    - ``brand``: the company's colour, or a quiet blue when it has none we can read;
    - ``on_brand``: white or black, whichever is easier to read on the brand;
    - ``accent``: the brand where it is dark enough to be seen on white, else dark.

    >>> page_colours("#ffff00")["accent"], page_colours("#ffff00")["on_brand"]
    ('#1b2430', '#000000')
    >>> page_colours("red;} body{")["brand"]
    '#1f5f8b'
    """
    if not _HEX_COLOUR.fullmatch(brand or ""):
        brand = _DEFAULT_BRAND
    return {
        "brand": brand,
        "on_brand": max("#ffffff", "#000000", key=lambda ink: contrast(brand, ink)),
        "accent": brand if contrast(brand, "#ffffff") >= _READABLE else _INK,
    }
