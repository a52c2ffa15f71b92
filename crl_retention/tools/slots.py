"""Room for visits in somebody's hours: arithmetic on spans of time, no database.

A span is a start and an end, both naive UTC. Between a visit and whatever stands beside
it there is time to get there; working hours may be used up to their ends.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .route import Place, way

Span = tuple[datetime, datetime]

#: Visits begin at full quarters of an hour.
QUARTER = timedelta(minutes=15)
#: Kilometres of road within which customers are near each other.
NEAR_KM = 20.0


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that do not touch; empty ones are left out."""
    merged: list[Span] = []
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of spans without the time that is taken."""
    left = []
    taken = merge(taken)
    for start, stop in merge(spans):
        for taken_from, taken_to in taken:
            if taken_to <= start:
                continue
            if taken_from >= stop:
                break
            left.append((start, taken_from))
            start = taken_to
        left.append((start, stop))
    return merge(left)


def widen(spans: Iterable[Span], by: timedelta) -> list[Span]:
    """Spans with some time before and after each."""
    return [(start - by, stop + by) for start, stop in spans]


def clashes(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Those of the spans that a span overlaps; to touch is no overlap."""
    return [other for other in taken if span[0] < other[1] and other[0] < span[1]]


def is_within(span: Span, hours: Iterable[Span]) -> bool:
    """Whether a span lies in the hours, without leaving them in between."""
    return any(start <= span[0] and span[1] <= stop for start, stop in merge(hours))


def pack(
    hours: Iterable[Span],
    taken: Iterable[Span],
    length: timedelta,
    travel: timedelta,
    after: datetime | None = None,
) -> list[datetime]:
    """When visits could begin, as many as fit one after the other.

    :param hours: working hours; a visit does not go over a break
    :param taken: what stands in the calendar already
    :param travel: time to keep between visits, and from what is taken
    :param after: nothing begins before
    """
    if length <= timedelta(0):
        return []
    starts = []
    for start, stop in subtract(hours, widen(taken, travel)):
        begin = round_up(max(start, after) if after else start)
        while begin + length <= stop:
            starts.append(begin)
            # also over a break that is shorter than the way
            after = begin + length + travel
            begin = round_up(after)
    return starts


def round_up(moment: datetime) -> datetime:
    """The moment, or the next full quarter of an hour.

    >>> round_up(datetime(2026, 3, 2, 9, 1))
    datetime.datetime(2026, 3, 2, 9, 15)
    """
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment + (midnight - moment) % QUARTER


class Wanted(NamedTuple):
    """A customer to be visited.

    :param place: latitude and longitude, or nothing when it is not known
    """

    key: Hashable
    place: Place | None = None


def fill(
    slots: Sequence[tuple[datetime, Hashable]],
    wanted: Iterable[Wanted],
    places: Mapping[Hashable, Sequence[Place]],
    room: Mapping[Hashable, int] | None = None,
) -> dict[Hashable, datetime]:
    """Give customers a slot each, in their order: on the first day on which the rep is
    near them anyway, else on the first one that leads nowhere else yet, else where it
    is the least way.

    :param slots: moments with the day they lie on, in order
    :param places: where the rep is on a day already
    :param room: visits a day can still take, where it is limited
    :returns: ``{key: moment}`` of those who got one
    """
    free = list(slots)
    there = {day: list(spots) for day, spots in places.items()}
    room = dict(room or {})
    given: dict[Hashable, datetime] = {}
    for key, place in wanted:
        free = [slot for slot in free if room.get(slot[1], 1) > 0]
        if not free:
            break
        chosen = free[0]
        if place:
            ranks = {day: _rank(place, there.get(day, ())) for __, day in free}
            # of equal ones the first
            chosen = min(free, key=lambda slot, ranks=ranks: ranks[slot[1]])
        moment, day = chosen
        free.remove(chosen)
        given[key] = moment
        if day in room:
            room[day] -= 1
        if place:
            there.setdefault(day, []).append(place)
    return given


def _rank(place: Place, others: Iterable[Place]) -> tuple[int, float]:
    """How well a place goes with where one is on a day; the least is the best."""
    nearest = min((way(place, other) for other in others), default=None)
    if nearest is None:
        return 1, 0.0
    return (0, 0.0) if nearest <= NEAR_KM else (2, nearest)
