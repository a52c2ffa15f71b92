"""How far a target of a month has come: arithmetic on days, no database.

A month is a calendar month of the company, from midnight to midnight on its clock. A
target is spread evenly over the working days of the month; a working day has gone when
it is over, so that nobody is behind on the morning of the first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .schedule import utc_at


class Days(NamedTuple):
    """Working days of a month: those that have gone, and all."""

    gone: int
    total: int


def first_day(day: date) -> date:
    """The first day of the month a day lies in."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after.

    >>> next_month(date(2026, 12, 31))
    datetime.date(2027, 1, 1)
    """
    return first_day(month) + relativedelta(months=1)


def previous_month(month: date) -> date:
    """The first day of the month before.

    >>> previous_month(date(2026, 1, 31))
    datetime.date(2025, 12, 1)
    """
    return first_day(month) - relativedelta(months=1)


def month_bounds(month: date, tz: str) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does, on the clock of ``tz``, as naive
    UTC.

    >>> month_bounds(date(2026, 3, 1), "Europe/Paris")
    (datetime.datetime(2026, 2, 28, 23, 0), datetime.datetime(2026, 3, 31, 22, 0))
    """
    return utc_at(first_day(month), 0.0, tz), utc_at(next_month(month), 0.0, tz)


def count_days(working: Iterable[date], month: date, today: date) -> Days:
    """The working days of a month, and how many of them are before today.

    :param working: days with working hours; those of other months do not count
    """
    after = next_month(month)
    days = {day for day in working if first_day(month) <= day < after}
    return Days(sum(day < today for day in days), len(days))


def expected(target: float, days: Days) -> float:
    """What of the target would be there by now, day by day the same.

    >>> expected(50, Days(5, 20))
    12.5
    """
    return target * days.gone / days.total if days.total else 0.0


def pace(actual: float, target: float, days: Days) -> float:
    """What is there, as a part of what would be there by now: 1.0 is exactly on pace.

    0.0 as long as nothing is expected: before the first working day has gone, and
    without a target.

    >>> pace(10, 50, Days(5, 20))
    0.8
    """
    due = expected(target, days)
    return actual / due if due else 0.0
