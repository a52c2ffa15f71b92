"""Sheets of address labels, to the tenth of a millimetre.

All measures are millimetres from the upper left corner of the page.
"""

from typing import NamedTuple

#: Width and height of the papers.
PAPERS = {"a4": (210.0, 297.0), "us": (215.9, 279.4)}


class Sheet(NamedTuple):
    """Labels of one size, in rows and columns on a page."""

    paper: str
    columns: int
    rows: int
    #: Size of one label.
    width: float
    height: float
    #: Where the first label begins.
    left: float
    top: float
    #: From the beginning of one label to that of the next.
    pitch_x: float
    pitch_y: float

    @property
    def count(self):
        """Labels on a page."""
        return self.columns * self.rows

    def place(self, index):
        """Left and top of a label; they are counted line by line, from 0."""
        row, column = divmod(index, self.columns)
        return (
            round(self.left + column * self.pitch_x, 4),
            round(self.top + row * self.pitch_y, 4),
        )


#: Sheets as they are sold; names of makers' articles say where the measures are from.
SHEETS = {
    # 24 to a page without any margin at the sides, e.g. Avery 3422; usual in China too
    "a4_3x8": Sheet("a4", 3, 8, 70.0, 37.0, 0.0, 0.5, 70.0, 37.0),
    # Avery L7160
    "a4_3x7": Sheet("a4", 3, 7, 63.5, 38.1, 7.2, 15.15, 66.0, 38.1),
    # Avery 5160: 1 by 2 5/8 inches, 1/2 inch above, 3/16 inch left
    "us_3x10": Sheet("us", 3, 10, 66.675, 25.4, 4.7625, 12.7, 69.85, 25.4),
    # the Japanese sheet of twelve, in the middle of the page
    "a4_2x6": Sheet("a4", 2, 6, 86.4, 42.3, 18.6, 21.6, 86.4, 42.3),
}
#: What is usual where, by country; A4 3 by 7 elsewhere.
DEFAULT = "a4_3x7"
BY_COUNTRY = {
    **dict.fromkeys(("DE", "AT", "CH", "CN", "TW"), "a4_3x8"),
    **dict.fromkeys(("US", "CA", "MX", "PH", "PR"), "us_3x10"),
    "JP": "a4_2x6",
}
#: Where one writes on paper of the United States; A4 elsewhere.
US_PAPER = {code for code, key in BY_COUNTRY.items() if SHEETS[key].paper == "us"} | {
    *("CL", "CO", "CR", "DO", "GT", "NI", "PA", "SV", "VE"),
}


def get_default(country):
    """The usual sheet of a country, by its two-letter code or None."""
    return BY_COUNTRY.get(country, DEFAULT)


def get_paper(country):
    """The paper letters are written on in a country."""
    return "us" if country in US_PAPER else "a4"


def lay_out(sheet, items, start=1):
    """Deal items out to the labels of as many pages as they need.

    :param start: the first label that is still on the first sheet, from 1
    :returns: a list a page of ``[(left, top, item)]``
    :raises ValueError: when the sheet has no such label
    """
    if not 1 <= start <= sheet.count:
        raise ValueError(start)
    pages = []
    for number, item in enumerate(items, start - 1):
        page, index = divmod(number, sheet.count)
        if page == len(pages):
            pages.append([])
        pages[page].append((*sheet.place(index), item))
    return pages
