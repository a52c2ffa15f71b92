"""Where a page of a timeline ends, and the next one begins.

Rows of several sources are put in one order: by moment, then source, then number, the
newest first. A page begins below the last row of the page before, so that rows of one
moment are neither shown twice nor left out, and new rows above move nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest
from typing import NamedTuple

#: Above the id of any record.
ALL = 2**31


class Place(NamedTuple):
    """A row's place. Without source and id: just below all that came later or then."""

    date: datetime
    source: str = ""
    id: int = 0


def write(place: Place) -> str:
    """The place as a text that ``read`` takes.

    >>> write(Place(datetime(2026, 3, 2, 10), "contact", 7))
    '2026-03-02T10:00:00|contact|7'
    """
    return f"{place.date.isoformat()}|{place.source}|{place.id}"


def read(text: str) -> Place | None:
    """The place a text names, or a moment alone; none when it is neither.

    >>> read("2026-03-02 10:00:00")
    Place(date=datetime.datetime(2026, 3, 2, 10, 0), source='', id=0)
    """
    moment, *rest = text.split("|")
    try:
        date = datetime.fromisoformat(moment)
        source, number = rest or ("", "0")
        place = Place(date, source, int(number))
    except ValueError:
        return None
    return place if date.tzinfo is None and 0 <= place.id <= ALL else None


def get_edge(place: Place, source: str) -> int:
    """Rows of a source at the very moment of ``place`` come after it when their id is
    below this."""
    if source == place.source:
        return place.id
    return ALL if source < place.source else 0


def take(places: Iterable[Place], limit: int) -> list[Place]:
    """The newest, in their order."""
    return nlargest(limit, places)
