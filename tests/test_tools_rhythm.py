"""In which rhythm somebody buys: what holds whatever the days."""

from datetime import date, timedelta
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

rhythm = load("rhythm", addon="crl_retention_sale")

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
GAPS = st.lists(st.integers(1, 400), min_size=2, max_size=30)
FACTORS = st.floats(1, 100)


def days_of(start, gaps):
    days = [start]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    return days


@given(st.lists(DAYS, max_size=2))
def test_no_rhythm_before_the_third_purchase(days):
    assert rhythm.find_gap(days) is None


@given(DAYS, GAPS, st.randoms())
def test_the_order_of_the_days_and_days_said_twice_do_not_matter(start, gaps, chance):
    days = days_of(start, gaps)
    mixed = [*days, *days[:3]]
    chance.shuffle(mixed)
    assert rhythm.find_gap(mixed) == rhythm.find_gap(days)


@given(DAYS, GAPS | st.lists(st.integers(1, 6), min_size=2, max_size=30))
def test_as_it_is_written(start, gaps):
    """The median of the last twelve gaps, without those longer than three medians."""
    latest = gaps[-12:]
    usual = [gap for gap in latest if gap <= 3 * median(latest)]
    assert rhythm.find_gap(days_of(start, gaps)) == median(usual)


@given(DAYS, st.integers(1, 100))
def test_a_gap_of_three_medians_counts_and_a_longer_one_not(start, gap):
    gaps = [gap, 2 * gap, 6 * gap]
    assert rhythm.find_gap(days_of(start, gaps)) == 2 * gap
    gaps[-1] += 1
    assert rhythm.find_gap(days_of(start, gaps)) == 1.5 * gap


@given(DAYS, GAPS)
def test_the_gap_is_one_of_theirs_or_between_two(start, gaps):
    gap = rhythm.find_gap(days_of(start, gaps))
    latest = gaps[-rhythm.LATEST_GAPS :]
    assert min(latest) <= gap <= max(latest)
    assert (2 * gap).is_integer()


@given(DAYS, st.integers(1, 400), st.integers(2, 30))
def test_who_buys_regularly_has_that_rhythm(start, gap, count):
    assert rhythm.find_gap(days_of(start, [gap] * count)) == gap


@given(DAYS, st.integers(1, 60), st.integers(3, 11), st.data())
def test_one_long_pause_changes_nothing(start, gap, count, data):
    gaps = [gap] * count
    gaps.insert(data.draw(st.integers(0, count)), 3 * gap + 1)
    assert rhythm.find_gap(days_of(start, gaps)) == gap


@given(DAYS, GAPS, GAPS)
def test_what_was_long_ago_does_not_count(start, former, other):
    """A weekly customer who orders every month now is not late for ever."""
    gaps = [30] * rhythm.LATEST_GAPS
    for before in (former, other):
        assert rhythm.find_gap(days_of(start, before + gaps)) == 30


@given(DAYS, GAPS)
def test_whole_weeks_move_with_the_calendar(start, gaps):
    later = start + timedelta(days=364)
    assert rhythm.find_gap(days_of(start, gaps)) == rhythm.find_gap(
        days_of(later, gaps)
    )


@given(DAYS, st.integers(1, 1000).map(lambda half: half / 2), FACTORS)
def test_expected_before_late(last, gap, factor):
    expected = rhythm.get_expected(last, gap)
    latest = rhythm.get_latest(last, gap, factor)
    assert last < expected
    assert (expected - last).days - gap < 1
    assert latest >= last + timedelta(days=rhythm.LEAST_LATE_DAYS)
    # of a part of a day nobody is late
    assert -1 < (latest - last).days - max(factor * gap, rhythm.LEAST_LATE_DAYS) <= 0
    assert latest <= rhythm.get_latest(last, gap, factor + 1)
    # half a day is no day: it is expected the day after, and not late before
    assert expected <= latest + timedelta(days=1)
