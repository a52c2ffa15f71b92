"""How long somebody is away. Days are local days of the one who is."""

from collections.abc import Callable
from datetime import date, timedelta

#: Days off in a row that an absence is looked for behind, and how far ahead its end.
LOOK_BACK = 14
LOOK_AHEAD = 60

Days = Callable[[date], bool]


def last_day_away(today: date, is_workday: Days, is_missed: Days) -> date | None:
    """The last day of the absence that ``today`` lies in, or none.

    An absence begins on the first working day that is missed and ends before the next
    one that is worked; days off in between and after belong to it, so that nobody is
    back for a weekend. It is looked for 60 days ahead: a longer one ends then, until
    it is asked for again.

    :param is_workday: whether a day would be worked, were there no absence
    :param is_missed: whether a working day is not worked
    """
    day = today
    for __ in range(LOOK_BACK):
        if is_workday(day):
            break
        day -= timedelta(days=1)
    if not (is_workday(day) and is_missed(day)):
        return None
    last = today
    for __ in range(LOOK_AHEAD):
        following = last + timedelta(days=1)
        if is_workday(following) and not is_missed(following):
            break
        last = following
    return last
