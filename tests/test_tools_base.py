"""The customer base: months, years and repeated purchases, whatever was bought."""

from collections import Counter
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import any_day, load

base = load("base", addon="crl_retention_sale")

MONTHS = st.integers(1, 40)
#: Customers by the days between their purchases; often back as soon as they are lost.
BOOKS = st.lists(
    st.lists(st.integers(1, 800) | st.integers(60, 75), max_size=8), max_size=6
)
WINDOWS = st.integers(31, 500) | st.just(60)


def buy(book, today, window):
    """Days on which customers bought, and their stays: unbroken runs of the mornings on
    which they are active, told from each single morning."""
    bought, stays = [], []
    for gaps in book:
        days = [today - timedelta(days=gaps[0] if gaps else 0)]
        for gap in gaps[1:]:
            days.append(days[-1] + timedelta(days=gap))
        days = [day for day in days if day <= today]
        mornings = sorted(
            {
                day + timedelta(days=after)
                for day in days
                for after in range(1, window + 1)
            }
        )
        runs = []
        for morning in mornings:
            if runs and morning - runs[-1][1] == timedelta(days=1):
                runs[-1][1] = morning
            else:
                runs.append([morning, morning])
        stays.append([(first - timedelta(days=1), last) for first, last in runs])
        bought.append(days)
    return bought, stays


def is_active(days, morning, window):
    return any(morning - timedelta(days=window) <= day < morning for day in days)


def group(stays, edges):
    """What the database hands over."""
    counts = Counter()
    for runs in stays:
        for number, (first, last) in enumerate(runs):
            before = runs[number - 1][1] if number else None
            back = runs[number + 1][0] if number + 1 < len(runs) else None
            counts[
                base.place(first, edges),
                base.place(last, edges),
                not number,
                before and base.place(before, edges),
                back and base.place(back, edges),
            ] += 1
    return [base.Stay(*key, count) for key, count in counts.items()]


@given(any_day, MONTHS)
def test_edges_are_months_and_tomorrow(today, months):
    edges = base.edges(today, months)
    assert len(edges) == months + 1
    assert edges == sorted(set(edges))
    assert all(day.day == 1 for day in edges[:-1])
    assert edges[-2] <= today < edges[-1] == today + timedelta(days=1)


@given(BOOKS, any_day, WINDOWS, MONTHS)
def test_months(book, today, window, months):
    edges = base.edges(today, months)
    bought, stays = buy(book, today, window)
    counted = base.count_months(group(stays, edges), len(edges))
    for start, stop, month in zip(edges, edges[1:], counted, strict=False):
        first = {n for n, days in enumerate(bought) if is_active(days, start, window)}
        last = {n for n, days in enumerate(bought) if is_active(days, stop, window)}
        new = {n for n in last - first if min(bought[n]) >= start}
        assert month == (
            len(first),
            len(new),
            len(last - first - new),
            len(first - last),
            len(last),
        )
        assert month.start + month.new + month.won_back - month.lost == month.end


@given(BOOKS, any_day, WINDOWS, MONTHS)
def test_kept_over_a_year(book, today, window, months):
    edges = base.edges(today, months + base.YEAR)
    bought, stays = buy(book, today, window)
    pairs = []
    for runs in stays:
        places = [tuple(base.place(day, edges) for day in run) for run in runs]
        pairs += [
            (max(a[0] + base.YEAR, b[0]), min(a[1] + base.YEAR, b[1]), 1)
            for number, a in enumerate(places)
            for b in places[number + 1 :]
        ]
    kept = base.count_kept(group(stays, edges), pairs, len(edges))
    # the last edge is no month's end
    for number in range(base.YEAR, len(edges) - 1):
        before = edges[number] - relativedelta(years=1)
        assert before == edges[number - base.YEAR]
        assert kept[number] == sum(
            is_active(days, before, window) and is_active(days, edges[number], window)
            for days in bought
        )


@given(BOOKS, any_day, MONTHS)
def test_buyers_of_a_year(book, today, months):
    edges = base.edges(today, months + base.YEAR)
    bought, __ = buy(book, today, 31)
    rows = []
    for days in bought:
        places = [base.place(day, edges) for day in days if day >= edges[0]]
        for number, here in enumerate(places):
            later = places[number + 1] if number + 1 < len(places) else len(edges) + 1
            before = places[number - 1] if number else None
            if later != here:
                rows.append((here, later, before, 1))
    counted = base.count_buyers(rows, len(edges))
    for number in range(base.YEAR, len(edges) - 1):
        start, stop = edges[number - base.YEAR], edges[number]
        counts = [sum(start <= day < stop for day in days) for days in bought]
        assert counted[number] == (
            sum(count > 0 for count in counts),
            sum(count > 1 for count in counts),
        )


@given(st.integers(0, 9), st.integers(1, 9))
def test_rate_of_nobody_is_none(part, whole):
    assert base.rate(part, 0) is None
    assert base.rate(part, whole) == 100 * part / whole


@given(st.floats(0, 90), st.floats(0.1, 10), st.integers(0, 30))
def test_the_way_to_the_target(baseline, points, months):
    begun = date(2026, 3, 1)
    rates = [
        base.expected(baseline, points, begun, begun + relativedelta(months=number))
        for number in range(months + 1)
    ]
    assert rates == sorted(rates)
    assert rates[0] == baseline
    # a target of next month expects nothing yet
    assert base.expected(baseline, points, begun, date(2026, 1, 15)) == baseline
    assert rates[-1] <= baseline + points
    if months >= base.YEAR:
        assert rates[-1] == baseline + points
