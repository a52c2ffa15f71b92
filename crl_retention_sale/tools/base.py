"""The customer base: who is a customer when, and how many stay. No database.

A customer is *active* on the morning of a day ``t`` who bought on one of the ``W`` days
before it: on a day ``d`` with ``t - W <= d < t``. Days are days of the company. So a
customer is active from the morning after a purchase until the morning ``d + W``.

A *stay* is one unbroken time of that: from its first purchase day (``date_from``) until
``date_to``, the last purchase day plus ``W``; active on ``t`` when
``date_from < t <= date_to``. A purchase on ``date_to`` itself still goes on with the
stay; one a day later begins another, as there was one morning without.

Everything is counted between *edges*: the mornings of the first days of months, and for
the month that runs the morning after today. Instead of its days a stay has their
*place*: how many edges are not after the day. Then it is active on the edges
``first, first + 1, …, last - 1``; that is all there is to say about month ends, and the
database says it in the same way (``width_bucket``).
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

#: Months of the rate by the year.
YEAR = 12


class Stay(NamedTuple):
    """Stays that begin and end between the same edges.

    :param first: place of ``date_from``
    :param last: place of ``date_to``
    :param is_new: whether it is the customer's first one
    :param before: place of the day on which the stay before ended; None for the first
    :param back: place of the first day of the next stay; None where there is none
    """

    first: int
    last: int
    is_new: bool
    before: int | None
    back: int | None
    count: int


class Month(NamedTuple):
    """A month in customers: ``start + new + won_back - lost == end``.

    Who left and came back within the month is neither lost nor won back.
    """

    start: int
    new: int
    won_back: int
    lost: int
    end: int


def edges(today: date, months: int) -> list[date]:
    """The edges of so many months up to the one that runs, the first month's first.

    >>> [str(day) for day in edges(date(2026, 3, 14), 2)]
    ['2026-02-01', '2026-03-01', '2026-03-15']
    """
    first = today.replace(day=1)
    firsts = [first - relativedelta(months=back) for back in range(months)]
    return [*reversed(firsts), today + timedelta(days=1)]


def place(day: date, among: list[date]) -> int:
    """How many edges are not after a day.

    >>> [place(date(2026, 3, day), [date(2026, 3, 1), date(2026, 3, 8)])
    ...  for day in (1, 7, 8)]
    [1, 1, 2]
    """
    return bisect_right(among, day)


def count_months(stays: Iterable[Stay], size: int) -> list[Month]:
    """The months between ``size`` edges.

    Stays last longer than a month, so that who comes in one is there at its end.
    """
    active = [0] * size
    new, won_back, lost = ([0] * (size + 1) for __ in range(3))
    for stay in stays:
        for edge in range(stay.first, min(stay.last, size)):
            active[edge] += stay.count
        if stay.is_new:
            new[stay.first] += stay.count
        elif stay.before < stay.first:
            won_back[stay.first] += stay.count
        if stay.last != stay.back:
            lost[stay.last] += stay.count
    return [
        Month(active[n - 1], new[n], won_back[n], lost[n], active[n])
        for n in range(1, size)
    ]


def count_kept(
    stays: Iterable[Stay], pairs: Iterable[tuple[int, int, int]], size: int
) -> list[int]:
    """For each edge, how many customers were active on it and a year before.

    :param pairs: of customers who were away in between: the first edge they count
        for, the one after the last, and how many they are
    """
    kept = [0] * size
    spans = [(stay.first + YEAR, stay.last, stay.count) for stay in stays]
    for first, after, count in [*spans, *pairs]:
        for edge in range(first, min(after, size)):
            kept[edge] += count
    return kept


def count_buyers(
    buyers: Iterable[tuple[int, int, int | None, int]], size: int
) -> list[tuple[int, int]]:
    """For each edge, how many customers bought in the year before, and how many of them
    on at least two days.

    :param buyers: the last purchase days of months: place of the day, of the customer's
        next one (the number of edges and one more: none), of the one before or None,
        and how many they are
    """
    once, twice = [0] * size, [0] * size
    for day, later, before, count in buyers:
        for edge in range(day, min(later, day + YEAR, size)):
            once[edge] += count
        if before is not None:
            for edge in range(day, min(later, before + YEAR, size)):
                twice[edge] += count
    return list(zip(once, twice, strict=True))


def rate(part: int, whole: int) -> float | None:
    """A share in per cent; None, and never 0 or 100 %, of nobody.

    >>> rate(3, 4), rate(0, 0)
    (75.0, None)
    """
    return 100 * part / whole if whole else None


def expected(baseline: float, points: float, begun: date, day: date) -> float:
    """Where a rate that is to rise by so many points within a year would be on a day,
    month by month the same.

    >>> expected(60.0, 6.0, date(2026, 1, 1), date(2026, 7, 1))
    63.0
    """
    passed = relativedelta(day, begun)
    months = min(max(passed.years * YEAR + passed.months, 0), YEAR)
    return baseline + points * (months / YEAR)
