import math
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

run_out = load("run_out", addon="crl_retention_sale")
Purchase = run_out.Purchase

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
QUANTITIES = st.floats(0.01, 10_000)
LASTING = st.floats(0, 400)
#: As many as a customer has within the gaps that count.
BOOKS = st.lists(DAYS, min_size=1, max_size=13, unique=True)


def buy(days, quantity=1.0):
    return [Purchase(day, quantity, day) for day in days]


@given(BOOKS, QUANTITIES, LASTING, st.randoms())
def test_as_it_is_written(days, quantity, lasting, chance):
    """Delivery plus quantity times days a unit lasts; from the third purchase on the
    last one plus the median gap, gaps of more than three medians left out."""
    purchases = buy(days, quantity)
    chance.shuffle(purchases)
    found = run_out.find(purchases, lasting)
    gaps = [(after - day).days for day, after in pairwise(sorted(days))]
    if len(days) >= 3:
        usual = [gap for gap in gaps if gap <= 3 * median(gaps)]
        assert found.basis == "own_rhythm"
        assert 0 <= (found.day - max(days)).days - median(usual) < 1
    elif lasting:
        lasts = min(math.ceil(round(quantity * lasting, 3)), run_out.MAX_DAYS)
        assert found == (max(days) + timedelta(days=lasts), "product")
    else:
        assert found is None


@given(DAYS, st.integers(0, 60), QUANTITIES, st.floats(0.01, 400))
def test_counted_from_the_delivery(day, later, quantity, lasting):
    """What arrives later runs out so much later."""
    arrival = day + timedelta(days=later)
    at_once = run_out.find([Purchase(day, quantity, day)], lasting)
    delivered = run_out.find([Purchase(day, quantity, arrival)], lasting)
    assert (delivered.day - at_once.day).days == later


def test_of_nothing_nothing_is_known():
    assert run_out.find([], 30) is None


@given(st.lists(DAYS, min_size=3, max_size=13, unique=True), st.integers(0, 60))
def test_a_rhythm_is_of_the_days_on_which_one_buys(days, later):
    """However long the goods were on their way."""
    arrival = timedelta(days=later)
    purchases = [Purchase(day, 1.0, day + arrival) for day in days]
    assert run_out.find(purchases) == run_out.find(buy(days))


@given(DAYS, QUANTITIES, QUANTITIES, st.floats(0.01, 400))
def test_more_lasts_longer(day, one, other, lasting):
    less, more = sorted((one, other))
    assert (
        run_out.find(buy([day], less), lasting).day
        <= run_out.find(buy([day], more), lasting).day
    )


@given(DAYS, st.integers(1, 120), st.integers(3, 12), st.integers(3, 9))
def test_a_rhythm_is_kept_over_a_long_pause(first, gap, times, pauses):
    """One long pause among regular purchases changes nothing."""
    regular = [first + timedelta(days=gap * n) for n in range(times + 1)]
    paused = [*regular[:-1], regular[-1] + timedelta(days=gap * pauses)]
    assert run_out.find(buy(regular)).day == regular[-1] + timedelta(days=gap)
    assert run_out.find(buy(paused)).day == paused[-1] + timedelta(days=gap)
