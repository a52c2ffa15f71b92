"""Which days have their anniversary on a day.

A 29 February has it on 28 February in years without one, so that every customer has
one every year.
"""

from calendar import isleap
from datetime import date

#: Days in which no second anniversary is kept, should the customer's date be corrected.
LEAST_DAYS = 183


def get_days(day: date) -> list[tuple[int, int]]:
    """The days of the year whose anniversary is on a day, as ``(month, day)``.

    >>> get_days(date(2026, 2, 28)), get_days(date(2028, 2, 28))
    ([(2, 28), (2, 29)], [(2, 28)])
    """
    days = [(day.month, day.day)]
    if days == [(2, 28)] and not isleap(day.year):
        days.append((2, 29))
    return days
