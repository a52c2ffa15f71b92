"""When a customer runs out of a product: the definition, for one of each.

``crl.run.out`` says it to the database for any number of customers at once.
"""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from . import rhythm

#: Days one purchase can last at most: whatever is typed, the day can be written down.
MAX_DAYS = 36500
#: Decimals of days that count: 5 of 12 pieces at 12 days a dozen last 5 days, not 6.
DIGITS = 3


class Purchase(NamedTuple):
    """What somebody bought of a product on one day, on the company's clock.

    :param quantity: in the product's own unit, returned goods taken off
    :param arrival: the day it was delivered, where that is known, else ``day``
    """

    day: date
    quantity: float
    arrival: date


class RunOut(NamedTuple):
    """:param basis: 'own_rhythm' or 'product'"""

    day: date
    basis: str


def find(purchases: Iterable[Purchase], days_per_unit: float = 0) -> RunOut | None:
    """When the product is used up, or nothing where that is not known.

    - From the third purchase day on the customer's own rhythm tells: the last one plus
      the gap in general.
    - Before, what came last and how long a unit lasts.

    What is left at home of the purchases before is not known, and not guessed.

    :param purchases: one a day, of days on which something was kept
    :param days_per_unit: how many days a unit lasts; 0 where nobody said

    >>> week = [Purchase(date(2026, 1, d), 2, date(2026, 1, d)) for d in (1, 8, 15)]
    >>> find(week), find(week[:1], 10), find(week[:2])
    (RunOut(day=datetime.date(2026, 1, 22), basis='own_rhythm'), \
RunOut(day=datetime.date(2026, 1, 21), basis='product'), None)
    """
    bought = sorted(purchases)
    if not bought:
        return None
    last = bought[-1]
    gap = rhythm.find_gap(purchase.day for purchase in bought)
    if gap is not None:
        return RunOut(rhythm.get_expected(last.day, gap), "own_rhythm")
    if not days_per_unit:
        return None
    days = math.ceil(round(last.quantity * days_per_unit, DIGITS))
    return RunOut(last.arrival + timedelta(days=min(days, MAX_DAYS)), "product")
