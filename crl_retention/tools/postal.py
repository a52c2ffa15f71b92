"""How an address is written on paper, and how large it can be."""

import re
from unicodedata import east_asian_width

#: After whom a letter is for, where the post is addressed from the large to the small:
#: of a company, of a person.
HONORIFICS = {
    "JP": ("御中", "様"),
    "CN": ("收", "收"),
    "TW": ("收", "收"),
    "KR": ("귀중", "귀하"),
}
#: Height of a line, in heights of its letters.
LINE = 1.2
#: Millimetres of a typographic point.
POINT = 25.4 / 72


def is_wide(char):
    """Whether a character is as wide as it is high, as Chinese ones are."""
    return east_asian_width(char) in "WF"


def tidy_lines(text):
    """The lines of an address that are not empty, without what empty parts left."""
    lines = (re.sub(r"\s+", " ", line).strip(" ,") for line in text.splitlines())
    return [line for line in lines if line]


def compose(country, company, person, lines):
    """The lines on an envelope, from above to below.

    Written in Chinese, Japanese or Korean, the name comes last, with the honorific of
    the country; written in Latin letters, as letters from abroad are, it comes first.

    :param country: two-letter code of where it goes, or None
    :param company: name of the company, or ""
    :param person: name of the person, or ""
    :param lines: street, town and so on, in the order of the country
    """
    names = [name for name in (company, person) if name]
    honorifics = HONORIFICS.get(country)
    if not names or not honorifics or not any(map(is_wide, "".join(lines + names))):
        return names + lines
    of_company, of_person = honorifics
    names[-1] += f" {of_person if person else of_company}"
    return lines + names


def get_width(text):
    """A generous estimate of how wide a text is, in heights of its letters."""
    return sum(
        1.0
        if is_wide(char)
        else 0.95
        if char in "MWmw@%Ww—…"
        else 0.72
        if char.isupper()
        else 0.6
        for char in text
    )


def count_lines(text, width):
    """Lines a text takes at most, where one is so many heights of letters wide."""
    lines, rest = 1, width
    for word in text.split(" "):
        needed = get_width(word + " ")
        if needed <= rest:
            rest -= needed
        elif needed <= width:
            lines, rest = lines + 1, width - needed
        else:
            # broken wherever it has to be
            extra = -(-(needed - rest) // max(width - 1.0, 0.5))
            lines, rest = lines + int(extra), 0.0
    return lines


def fit(lines, width, height, largest=11.0, smallest=4.0):
    """The largest letters with which an address stays within a box.

    :param width: of the box, in millimetres, as ``height``
    :returns: points, in steps of a half; ``smallest`` where nothing would do
    """
    size = largest
    while size > smallest:
        letter = size * POINT
        count = sum(count_lines(line, width / letter) for line in lines)
        if count * letter * LINE <= height:
            break
        size -= 0.5
    return size
