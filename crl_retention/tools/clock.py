"""The 48-hour clock of a case: hours to a deadline.

Strict: the hours as they pass. Working days: only working days count, with all
their 24 hours, so that a complaint of Friday 16:00 is due on Tuesday 16:00 and
one of Sunday starts to count on Monday at midnight.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

#: After this many days without a working one, every day counts.
MAX_IDLE_DAYS = 60


def deadline(
    start: datetime,
    hours: float,
    tz: str,
    is_working: Callable[[date], bool] | None = None,
) -> datetime:
    """The moment the clock has run ``hours`` from ``start``.

    :param start: naive UTC
    :param tz: time zone whose days and midnights count
    :param is_working: the working days; ``None`` for the strict clock
    :returns: naive UTC
    """
    if is_working is None:
        return start + timedelta(hours=hours)
    zone = ZoneInfo(tz)
    local = start.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)
    left = timedelta(hours=hours)
    idle = 0
    while True:
        midnight = datetime.combine(local.date() + timedelta(days=1), time())
        if is_working(local.date()):
            idle = 0
        elif idle < MAX_IDLE_DAYS:
            idle += 1
            local = midnight
            continue
        if left <= midnight - local:
            local += left
            break
        left -= midnight - local
        local = midnight
    return local.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)


def days_late(due: date, done: date, is_working: Callable[[date], bool]) -> int:
    """How many working days after the day it was due something was done.

    >>> days_late(date(2026, 2, 27), date(2026, 3, 2), lambda day: day.weekday() < 5)
    1
    """
    days = (due + timedelta(days=n) for n in range(1, (done - due).days + 1))
    return sum(1 for day in days if is_working(day))
