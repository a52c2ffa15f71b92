"""Dealing customers out evenly."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

dealing = load("dealing")
counts = st.lists(st.integers(0, 50), min_size=1, max_size=8)


@given(counts, st.integers(0, 300))
def test_as_if_dealt_one_by_one_to_whoever_has_fewest(kept, rest):
    totals = list(kept)
    for _customer in range(rest):
        totals[totals.index(min(totals))] += 1
    given_out = dealing.fill_up(kept, rest)
    assert [own + more for own, more in zip(kept, given_out, strict=True)] == totals


@given(st.integers(1, 20), st.integers(0, 500))
def test_of_people_without_customers_the_first_get_the_odd_ones(people, rest):
    share, odd = divmod(rest, people)
    expected = [share + (number < odd) for number in range(people)]
    assert dealing.fill_up([0] * people, rest) == expected


def test_who_has_many_gets_none():
    assert dealing.fill_up([9, 0, 0], 5) == [0, 3, 2]
    assert dealing.fill_up([2, 0, 5], 4) == [1, 3, 0]
