"""A sensible order for a day of visits: pure geometry and minutes.

The way is the great circle times ``DETOUR``, driven at one speed: good enough to order
visits and to say when one is there about, not to promise a minute. Agreed visits stay
in the order of their times and begin no earlier; the others are fitted between them:

* The nearest comes next, unless it would make the next agreed visit or deadline late.
* Up to ``MAX_IMPROVED`` visits the order is improved: a stretch is turned around, or
  one visit put elsewhere (2-opt and or-opt), as long as nothing gets later and the way
  gets shorter. It starts from the better of that order and the given one.
* Visits nobody knows the place of come last, unless their time is agreed.
"""

import itertools
import math
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import NamedTuple

#: Latitude and longitude in degrees.
Place = tuple[float, float]

#: Mean radius of the earth, in km.
RADIUS = 6371.0
#: How much longer roads are than the way of a bird.
DETOUR = 1.3
#: Km of road an hour, towns and country mixed.
SPEED = 50.0
#: The most visits whose order is improved; 40 take a fraction of a second.
MAX_IMPROVED = 40
#: Changes that save less, in km or minutes, are none.
EPSILON = 1e-6


class Stop(NamedTuple):
    """One visit to make.

    :param stay: minutes it takes
    :param at: minutes after midnight it is agreed for
    :param by: minutes after midnight it is to have begun
    """

    key: Hashable
    place: Place | None = None
    stay: int = 60
    at: int | None = None
    by: int | None = None

    @property
    def limit(self) -> int | None:
        return self.by if self.at is None else self.at


class Visit(NamedTuple):
    """When one is there.

    :param begin: minutes after midnight
    :param distance: km of road from the place before, 0 where one is not known
    :param late: minutes after what was agreed, or after the deadline
    """

    key: Hashable
    begin: int
    distance: float
    late: int


class Day(NamedTuple):
    """How a day is driven.

    :param begin: minutes after midnight one leaves ``base``
    :param base: where the day starts and ends; None: with the first and last visit
    :param speed: km of road an hour
    :param here: where one is already; None: at the base
    """

    begin: int = 9 * 60
    base: Place | None = None
    speed: float = SPEED
    here: Place | None = None


def way(a: Place | None, b: Place | None) -> float:
    """Km of road between two places; 0 where one is not known."""
    if a is None or b is None:
        return 0.0
    (lat_a, lon_a), (lat_b, lon_b) = (map(math.radians, place) for place in (a, b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, half))) * DETOUR


def drive(distance: float, speed: float) -> int:
    """Minutes to drive, in whole ones."""
    return math.ceil(distance / speed * 60 - EPSILON)


def timetable(
    stops: Sequence[Stop], day: Day, measure: Callable = way
) -> tuple[list[Visit], float]:
    """When each visit of an order begins, and the km of the whole day."""
    visits, total = [], 0.0
    place, clock = day.here or day.base, day.begin
    for stop in stops:
        distance = measure(place, stop.place)
        clock += drive(distance, day.speed)
        if stop.at is not None:
            clock = max(clock, stop.at)
        late = 0 if stop.limit is None else max(0, clock - stop.limit)
        visits.append(Visit(stop.key, clock, distance, late))
        total += distance
        clock += stop.stay
        place = stop.place or place
    return visits, total + measure(place, day.base)


def arrange(stops: Sequence[Stop], day: Day) -> list[Stop]:
    """The stops in a sensible order; the same stops give the same order."""
    measure = cache(way)
    known = [stop for stop in stops if _has_spot(stop)]
    last = [stop for stop in stops if not _has_spot(stop)]
    given = _sort_agreed(known)

    def cost(order):
        """What is late counts first, then the way."""
        visits, total = timetable(order + last, day, measure)
        return sum(visit.late for visit in visits), total

    found = min(given, _go_nearest(given, day, measure), key=cost)
    if len(found) <= MAX_IMPROVED:
        found = _improve(found, cost)
    return found + last


def detour(stops: Sequence[Stop], place: Place, day: Day) -> float | None:
    """Km more to also visit a place, where it fits best; None without any place."""
    start = day.here or day.base
    places = [start, *(stop.place for stop in stops), day.base]
    places = [known for known in places if known]
    if not places:
        return None
    more = [
        way(a, place) + way(place, b) - way(a, b) for a, b in itertools.pairwise(places)
    ]
    if not start:
        more.append(way(place, places[0]))
    if not day.base:
        more.append(way(places[-1], place))
    return max(0.0, min(more))


def _has_spot(stop):
    """Whether it can be given a place in the order."""
    return stop.place is not None or stop.at is not None


def _sort_agreed(stops):
    """The order as given, with the agreed stops among themselves by their time."""
    agreed = iter(sorted((s for s in stops if s.at is not None), key=lambda s: s.at))
    return [stop if stop.at is None else next(agreed) for stop in stops]


def _go_nearest(stops, day, measure):
    """Always the nearest next, as long as what is due is reached in time."""
    order, left = [], list(stops)
    while left:
        limited = [stop for stop in left if stop.limit is not None]
        due = min(limited, key=lambda stop: stop.limit, default=None)

        def fits(stop, due=due):
            if stop.at is not None:
                return False
            if due is None or stop is due:
                return True
            return not timetable([*order, stop, due], day, measure)[0][-1].late

        here = next((s.place for s in reversed(order) if s.place), None)
        here = here or day.here or day.base
        fitting = [stop for stop in left if fits(stop)]
        # of equally near ones the first
        chosen = min(fitting, key=lambda s: measure(here, s.place), default=due)
        left.remove(chosen)
        order.append(chosen)
    return order


def _improve(order, cost):
    """Turn stretches around and put single visits elsewhere while that helps."""
    best = cost(order)
    improved = True
    while improved:
        improved = False
        for changed in _get_neighbours(order):
            late, total = cost(changed)
            if late < best[0] or (late == best[0] and total < best[1] - EPSILON):
                order, best, improved = changed, (late, total), True
                break
    return order


def _get_neighbours(order):
    """The orders that differ by one change and keep the agreed ones' order."""
    count = len(order)
    for first in range(count):
        for last in range(first + 1, count):
            turned = order[first : last + 1][::-1]
            if sum(stop.at is not None for stop in turned) < 2:
                yield order[:first] + turned + order[last + 1 :]
    for source in range(count):
        if order[source].at is None:
            rest = order[:source] + order[source + 1 :]
            for target in range(count):
                if target != source:
                    yield rest[:target] + [order[source]] + rest[target:]
