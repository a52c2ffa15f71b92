"""What to look for when somebody types a phone number, or a piece of one."""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException

#: Fewer digits are no piece of a number.
MIN_DIGITS = 4
# digits of any script, and what people and telephone systems write between them
_LOOKS_LIKE = re.compile(r"\A\s*(?:tel:|sip:)?[\s\d+()./\\\-–—_\xa0]+\Z", re.IGNORECASE)


class Wanted(NamedTuple):
    """``numbers``: the whole numbers it can be, as +33…; ``piece``: the digits that
    the number has next to each other, in whatever way it is written."""

    numbers: tuple[str, ...]
    piece: str


def read_phone(text: str, region: str | None = None) -> Wanted | None:
    """Read a text as a phone number, national or international, or a piece of one.

    :param region: code of the country whose national numbers are meant
    :returns: none when it is none, or has too few digits

    >>> read_phone("06 12 34 56 78", "FR")
    Wanted(numbers=('+33612345678',), piece='612345678')
    >>> read_phone("0033 6 12")
    Wanted(numbers=(), piece='33612')
    >>> read_phone("34 56")
    Wanted(numbers=(), piece='3456')
    >>> read_phone("Bella 12345")
    """
    if not _LOOKS_LIKE.match(text):
        return None
    digits = phonenumbers.normalize_digits_only(text)
    if len(digits) < MIN_DIGITS:
        return None
    is_foreign = "+" in text or digits.startswith("00")
    if is_foreign:
        digits = digits.removeprefix("00") if "+" not in text else digits
    numbers = []
    # a plus is lost in an address: 33612345678 may be +33612345678
    tries = [f"+{digits}"] if is_foreign else [digits, f"+{digits}"]
    for tried in tries:
        try:
            number = phonenumbers.parse(tried, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            written = phonenumbers.format_number(
                number, phonenumbers.PhoneNumberFormat.E164
            )
            if written not in numbers:
                numbers.append(written)
    return Wanted(tuple(numbers), _get_piece(digits, is_foreign))


def _get_piece(digits: str, is_foreign: bool) -> str:
    """The digits without what is written at home or abroad only: the country's code and
    the zero before the area's."""
    rest = digits
    if is_foreign:
        code = next(
            (
                digits[:length]
                for length in (1, 2, 3)
                if int(digits[:length] or 0) in COUNTRY_CODE_TO_REGION_CODE
            ),
            "",
        )
        rest = digits[len(code) :]
    rest = rest.lstrip("0")
    return rest if len(rest) >= MIN_DIGITS else digits
