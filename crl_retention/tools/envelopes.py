"""Envelopes: their sizes, and where on them what is to stand.

All measures are millimetres from the upper left corner, as it lies before you.
"""

from typing import NamedTuple


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float


class Envelope(NamedTuple):
    """One size of envelope."""

    width: float
    height: float
    #: Where the addressee stands; the window where there is one.
    address: Box
    #: Where the sender stands.
    sender: Box
    #: Where each digit of the addressee's postcode stands, or none.
    postcode: tuple = ()


def _get_boxes(left, top, width, height, steps):
    """Boxes in a row; ``steps`` from the beginning of one to that of the next."""
    boxes = [Box(left, top, width, height)]
    for step in steps:
        boxes.append(boxes[-1]._replace(left=round(boxes[-1].left + step, 2)))
    return tuple(boxes)


#: The seven boxes of the Japanese post: 8 mm from the right, 12 mm from above.
JAPANESE = _get_boxes(120 - 8 - 47.7, 12.0, 5.7, 8.0, (7.0, 7.0, 7.6, 6.8, 6.8, 6.8))
#: The six boxes at the upper left of a Chinese envelope (GB/T 1416).
CHINESE = _get_boxes(12.0, 10.0, 8.0, 9.0, (10.0,) * 5)

#: Kept free in all of them: the stamp at the upper right, the codes that the post's
#: machines print below.
ENVELOPES = {
    # DIN 680 has the window of these two 20 mm from the left and 15 mm from below,
    # where the folded letter of DIN 5008 has its address
    "dl": Envelope(220.0, 110.0, Box(20, 50, 90, 45), Box(20, 10, 90, 24)),
    "c6": Envelope(162.0, 114.0, Box(20, 54, 90, 45), Box(20, 10, 80, 24)),
    # folded once, the same letter has it 60 mm from below
    "c5": Envelope(229.0, 162.0, Box(20, 57, 90, 45), Box(20, 10, 90, 24)),
    # 9 1/2 by 4 1/8 inches; the machines look 5/8 to 2 3/4 inches from below
    "us10": Envelope(241.3, 104.8, Box(101.6, 44, 127, 44), Box(10, 8, 85, 24)),
    # naga 3, upright; written in lines from left to right
    "jp3": Envelope(120.0, 235.0, Box(15, 60, 90, 85), Box(15, 190, 90, 30), JAPANESE),
    # the sender stands at the lower right; no line in the lowest 20 mm
    "cn_zl": Envelope(
        230.0, 120.0, Box(40, 34, 150, 40), Box(110, 76, 110, 22), CHINESE
    ),
    "cn_dl": Envelope(
        220.0, 110.0, Box(40, 30, 145, 38), Box(105, 68, 105, 21), CHINESE
    ),
}
#: What is usual where, by country; DL elsewhere.
DEFAULT = "dl"
BY_COUNTRY = {
    **dict.fromkeys(("US", "CA", "MX", "PH", "PR"), "us10"),
    "JP": "jp3",
    "CN": "cn_zl",
}


def get_default(country):
    """The usual envelope of a country, by its two-letter code or None."""
    return BY_COUNTRY.get(country, DEFAULT)


def fill_boxes(envelope, postcode):
    """The digits of a postcode in their boxes: ``[(box, digit)]``.

    :returns: nothing where the postcode has not as many digits as there are boxes
    """
    digits = [char for char in postcode or "" if char.isdecimal()]
    if not digits or len(digits) != len(envelope.postcode):
        return []
    return list(zip(envelope.postcode, digits, strict=True))
