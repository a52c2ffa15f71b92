"""When somebody is reminded of a promise."""

from datetime import datetime, timedelta

#: Nobody is reminded earlier than this before the moment.
AHEAD = timedelta(hours=24)


def remind_at(start: datetime, due: datetime) -> datetime:
    """The moment of the first reminder: when half of the time has passed, and not
    before the last 24 hours.

    What is due already is reminded of at once.
    """
    return max(start, start + (due - start) / 2, due - AHEAD)
