"""When a customer is best called: on their own clock, outside quiet hours."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from . import quiet_hours, schedule


class Window(NamedTuple):
    """Hours of one day of the week in which the customer likes to be called.

    :param weekday: 0 is Monday
    :param hour_from: local hour, 9.5 is half past nine
    :param hour_to: local hour, up to 24
    """

    weekday: int
    hour_from: float
    hour_to: float


def first_moment(
    moment: datetime,
    tz: str,
    windows: Iterable[Window] = (),
    quiet: quiet_hours.Quiet | None = None,
    is_holiday: Callable[[date], bool] | None = None,
) -> datetime:
    """The first moment at or after ``moment`` the customer may be called, naive UTC.

    What the customer said goes before quiet hours; who said nothing is called outside
    of those, or at any time where none count.

    :param quiet: the quiet hours of the customer's country; ``None``: none
    :param is_holiday: tells whether a local day is a public holiday

    >>> noon = datetime(2026, 3, 2, 12)  # a Monday
    >>> first_moment(noon, "UTC", [Window(1, 9.5, 11), Window(0, 8, 10)])
    datetime.datetime(2026, 3, 3, 9, 30)
    """
    windows = sorted(windows)
    if windows:
        today = schedule.local_day(moment, tz)
        # a window the clock skips in spring is open again a week later
        for days in range(15):
            day = today + timedelta(days=days)
            for window in windows:
                if window.weekday != day.weekday():
                    continue
                start = schedule.utc_at(day, window.hour_from, tz)
                end = schedule.utc_at(day, window.hour_to, tz)
                if max(start, moment) < end:
                    return max(start, moment)
    found = quiet_hours.first_moment(moment, 0.0, 0.0, tz, quiet, is_holiday)
    return found or moment
