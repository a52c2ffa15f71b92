"""When a country leaves people in peace: hours, and days, without messages.

Hours are those of the customer's clock. The evening hour comes after the morning
hour, so that what is left open is one window a day.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from . import schedule

#: After so many days without an open one, the last is given: it is asked again then.
MAX_DAYS = 31


class Quiet(NamedTuple):
    """The quiet hours of a country.

    :param evening: local hour from which on messages rest
    :param morning: local hour at which they go on
    :param days_off: whether Sundays and public holidays are quiet all day
    """

    evening: float
    morning: float
    days_off: bool = False


#: The United States, the United Kingdom, Germany and whatever has no line of its own.
DEFAULT = Quiet(21.0, 8.0)
BY_COUNTRY = {"FR": Quiet(22.0, 8.0, days_off=True)}


def of_country(code: str | None) -> Quiet:
    """The quiet hours of a country, by its two-letter code.

    >>> of_country("FR").evening, of_country("DE").evening, of_country(None).morning
    (22.0, 21.0, 8.0)
    """
    return BY_COUNTRY.get(code or "", DEFAULT)


def first_moment(
    moment: datetime,
    hour_from: float,
    hour_to: float,
    tz: str,
    quiet: Quiet | None = None,
    is_holiday: Callable[[date], bool] | None = None,
) -> datetime | None:
    """The first moment at or after ``moment`` inside the step's hours and outside the
    quiet ones, naive UTC; ``None`` when the two never meet.

    :param hour_from: first local hour of the step; as late as ``hour_to`` for all day
    :param quiet: ``None`` where only the step's hours count
    :param is_holiday: tells whether a local day is a public holiday
    """
    if quiet is None:
        return schedule.next_open(moment, hour_from, hour_to, tz)
    if hour_from >= hour_to:
        hour_from, hour_to = 0.0, 24.0
    opens = max(hour_from, quiet.morning)
    closes = min(hour_to, quiet.evening)
    if opens >= closes:
        return None
    found = schedule.next_open(moment, opens, closes, tz)
    for __ in range(MAX_DAYS):
        day = schedule.local_day(found, tz)
        sunday = day.weekday() == 6
        if not quiet.days_off or not (sunday or (is_holiday and is_holiday(day))):
            break
        tomorrow = schedule.utc_at(day + timedelta(days=1), opens, tz)
        found = schedule.next_open(tomorrow, opens, closes, tz)
    return found
