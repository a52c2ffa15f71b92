"""How often somebody buys, read off the days on which they bought.

The same for a customer as a whole and for one product of theirs. ``crl.rhythm`` says it
to the database for any number of customers at once.
"""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median

#: Gaps before one speaks of a rhythm: of three purchases.
LEAST_GAPS = 2
#: Gaps that count, the latest. Else one who once bought every week and now buys every
#: month would be late for ever: a month is more than three weeks, and left out.
LATEST_GAPS = 12
#: A gap of more than so many medians was an exception: a holiday, a stock bought ahead.
EXCEPTION = 3
#: A purchase is late when so many gaps have gone by, as delivered.
LATE_FACTOR = 2.0
#: Days after which it is late at the earliest: who buys on every working day breaks no
#: rhythm over a weekend.
LEAST_LATE_DAYS = 7


def find_gap(days: Iterable[date]) -> float | None:
    """The days between two purchases, in general; nothing before the third one.

    The median of the latest gaps, those left out that are longer than three medians.

    :param days: on which something was bought; each counts once

    >>> find_gap([date(2026, 1, 1), date(2026, 1, 8), date(2026, 1, 15)])
    7.0
    >>> find_gap([date(2026, 1, 1), date(2026, 1, 8)])
    """
    dates = sorted(set(days))
    gaps = [(b - a).days for a, b in zip(dates, dates[1:], strict=False)]
    gaps = gaps[-LATEST_GAPS:]
    if len(gaps) < LEAST_GAPS:
        return None
    longest = EXCEPTION * median(gaps)
    return float(median(gap for gap in gaps if gap <= longest))


def get_expected(last: date, gap: float) -> date:
    """The day the next purchase is to be expected.

    >>> get_expected(date(2026, 1, 1), 10.5)
    datetime.date(2026, 1, 12)
    """
    return last + timedelta(days=math.ceil(gap))


def get_latest(last: date, gap: float, factor: float = LATE_FACTOR) -> date:
    """The last day on which the next purchase is not late yet.

    >>> get_latest(date(2026, 1, 1), 10.5), get_latest(date(2026, 1, 1), 1)
    (datetime.date(2026, 1, 22), datetime.date(2026, 1, 8))
    """
    return last + timedelta(days=max(math.floor(factor * gap), LEAST_LATE_DAYS))
