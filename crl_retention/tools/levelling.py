"""Who has too much to do on a day, and which contacts can wait: pure arithmetic.

A contact takes one place of its rep's day. It can be done on its own day or some days
later, never earlier. Going through the days in their order, each day takes the contacts
that can wait least (earliest deadline first). For contacts that do not depend on each
other no other order finds a day for more of them: a free place can always be given to
the waiting contact with the earliest deadline without losing any of the others.

The contacts of one customer form a chain: they keep their order and the days between
them. So a contact waits at most as long as the one after it can follow in time, and the
one after it is looked at when its own turn has come.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from heapq import heappop, heappush
from typing import NamedTuple


class Job(NamedTuple):
    """One contact that is to be done.

    :param resource: whose day it takes a place of; ``None`` takes none, and never moves
    :param day: the day it falls on
    :param tolerance: how many days later it does as well
    :param gap: days to keep after the contact before it in its chain
    """

    resource: Hashable | None
    day: date
    tolerance: int
    gap: int


class Slot(NamedTuple):
    """The day a contact got; ``is_over`` when none was free."""

    day: date
    is_over: bool = False


def monday(day: date) -> date:
    """The Monday of a day's week.

    >>> monday(date(2026, 12, 9))
    datetime.date(2026, 12, 7)
    """
    return day - timedelta(days=day.weekday())


def level(
    chains: Sequence[Sequence[Job]], capacity: Callable[[Hashable, date], int]
) -> list[list[Slot]]:
    """Find a day for each contact within its tolerance.

    :param chains: the contacts of each customer, at least one, in the order of their
        days
    :param capacity: places of a resource on a day, 0 on a day off
    :returns: slots in the shape of ``chains``; a contact that finds no place stays on
        the first day the ones before it leave it
    """
    return _Levelling(chains, capacity).run()


class _Levelling:
    """One walk through the days."""

    def __init__(self, chains, capacity):
        self.chains = chains
        self.capacity = capacity
        self.spacings = [_get_spacings(chain) for chain in chains]
        self.deadlines = list(map(_get_deadlines, chains, self.spacings))
        self.slots: list[list[Slot]] = [[] for __ in chains]
        # chains whose next contact comes up on a day, and the days to look at
        self.arrivals: dict[date, list[int]] = {}
        self.days: list[date] = []
        # (deadline, day of arrival, chain) of the contacts that wait for a place
        self.queues: dict[Hashable, list] = defaultdict(list)

    def run(self):
        for number, chain in enumerate(self.chains):
            self.visit(chain[0].day).append(number)
        while self.days:
            today = heappop(self.days)
            arrivals = self.arrivals[today]
            places: dict[Hashable, int] = {}
            # what gets its day may bring the next of its chain, on the same day
            while True:
                while arrivals:
                    self.arrive(arrivals.pop(), today)
                self.fill(places, today)
                if not arrivals:
                    self.give_up(today)
                if not arrivals:
                    break
            self.queues = defaultdict(list, filter(lambda q: q[1], self.queues.items()))
            if self.queues:
                self.visit(today + timedelta(days=1))
        return self.slots

    def visit(self, day):
        if day not in self.arrivals:
            self.arrivals[day] = []
            heappush(self.days, day)
        return self.arrivals[day]

    def arrive(self, number, today):
        position = len(self.slots[number])
        resource = self.chains[number][position].resource
        if resource is None:
            self.take(number, Slot(today), today)
        else:
            deadline = self.deadlines[number][position]
            heappush(self.queues[resource], (deadline, today, number))

    def fill(self, places, today):
        """Give the day's places to those who can wait least."""
        for resource, queue in self.queues.items():
            places.setdefault(resource, self.capacity(resource, today))
            while queue and places[resource] > 0:
                places[resource] -= 1
                self.take(heappop(queue)[2], Slot(today), today)

    def give_up(self, today):
        """Leave those who cannot wait until tomorrow where they came up."""
        for queue in self.queues.values():
            while queue and queue[0][0] <= today:
                __, day, number = heappop(queue)
                self.take(number, Slot(day, is_over=True), today)

    def take(self, number, slot, today):
        """Give a chain's next contact its slot, and line up the one after it."""
        self.slots[number].append(slot)
        position = len(self.slots[number])
        if position < len(self.chains[number]):
            earliest = slot.day + timedelta(days=self.spacings[number][position])
            day = max(today, self.chains[number][position].day, earliest)
            self.visit(day).append(number)


def _get_spacings(chain: Sequence[Job]) -> list[int]:
    """Days each contact keeps after the one before it: its gap, or the days they have
    anyway where those are fewer; never the same day unless they share it already."""
    return [0] + [
        min(max(job.gap, 1), (job.day - before.day).days)
        for before, job in zip(chain, chain[1:], strict=False)
    ]


def _get_deadlines(chain: Sequence[Job], spacings: Sequence[int]) -> list[date]:
    """The last day for each contact that leaves those after it in time."""
    deadlines: list[date] = []
    latest = date.max
    for job, spacing in zip(reversed(chain), reversed(spacings), strict=True):
        tolerance = 0 if job.resource is None else job.tolerance
        latest = min(latest, job.day + timedelta(days=tolerance))
        deadlines.append(latest)
        latest -= timedelta(days=spacing)
    return deadlines[::-1]


def count_over(
    jobs: Iterable[tuple[Hashable, date]], capacity: Callable[[Hashable, date], int]
) -> tuple[int, int]:
    """How many contacts are more than their day can take, and on how many days.

    :param jobs: resource and day of each contact
    """
    loads: dict[tuple[Hashable, date], int] = defaultdict(int)
    for place in jobs:
        loads[place] += 1
    over = [load - capacity(*place) for place, load in loads.items()]
    return sum(n for n in over if n > 0), sum(n > 0 for n in over)
