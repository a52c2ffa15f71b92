"""Recency, frequency, money: how customers buy, compared with each other.

Each is a score from 1 to 5, 5 the best. Equal customers have equal scores: it counts
how many are strictly worse, not how many places there are.
"""

from collections.abc import Sequence

#: The groups, the most valuable first: ``code, name``.
GROUPS = [
    ("champions", "Champions"),
    ("loyal", "Loyal"),
    ("promising", "Promising"),
    ("new", "New"),
    ("attention", "Need attention"),
    ("about_to_sleep", "About to sleep"),
    ("at_risk", "Slipping away"),
    ("cant_lose", "Can't lose"),
    ("hibernating", "Hibernating"),
    ("lost", "Stopped buying"),
]

#: The group by recency (rows, 1 to 5) and value (columns, 1 to 5: the mean of frequency
#: and money).
TABLE = (
    ("hibernating", "hibernating", "at_risk", "cant_lose", "cant_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("about_to_sleep", "about_to_sleep", "attention", "loyal", "loyal"),
    ("promising", "promising", "loyal", "loyal", "champions"),
    ("promising", "promising", "loyal", "champions", "champions"),
)
#: What a customer of this group is whose first purchase was within the window.
BEGINNERS = {"promising": "new"}


def rank(values: Sequence, value) -> int:
    """The score of a value among those of all customers, its own included.

    >>> [rank([0, 0, 0, 10, 20], value) for value in (0, 10, 20)]
    [1, 4, 5]
    """
    worse = sum(other < value for other in values)
    return 1 + 5 * worse // len(values)


def get_group(recency: int, frequency: int, money: int, is_new: bool = False) -> str:
    """The group of a customer who bought within the window.

    :param is_new: they bought for the first time within it

    >>> get_group(5, 5, 4), get_group(1, 1, 2), get_group(5, 1, 3, is_new=True)
    ('champions', 'hibernating', 'new')
    """
    group = TABLE[recency - 1][get_value(frequency, money) - 1]
    return BEGINNERS.get(group, group) if is_new else group


def get_value(frequency: int, money: int) -> int:
    """The mean of two scores; half a point counts for the customer."""
    return (frequency + money + 1) // 2
