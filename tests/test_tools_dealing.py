"""Dealing customers out evenly."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

dealing = load("dealing")
counts = st.lists(st.integers(0, 50), min_size=1, max_size=8)


@given(counts, st.integers(0, 300))
def test_everybody_is_dealt_once_and_none_is_taken_away(kept, rest):
    given_out = dealing.fill_up(kept, rest)
    assert sum(given_out) == rest
    assert min(given_out) >= 0


@given(counts, st.integers(0, 300))
def test_whoever_gets_any_is_at_most_one_above_anybody(kept, rest):
    given_out = dealing.fill_up(kept, rest)
    totals = [own + more for own, more in zip(kept, given_out, strict=True)]
    for total, more in zip(totals, given_out, strict=True):
        if more:
            assert total <= min(totals) + 1


@given(st.integers(1, 20), st.integers(0, 500))
def test_of_people_without_customers_the_first_get_the_odd_ones(people, rest):
    share, odd = divmod(rest, people)
    expected = [share + (number < odd) for number in range(people)]
    assert dealing.fill_up([0] * people, rest) == expected


@given(counts, st.integers(0, 300))
def test_one_more_customer_changes_one_share(kept, rest):
    before, after = dealing.fill_up(kept, rest), dealing.fill_up(kept, rest + 1)
    changes = [new - old for old, new in zip(before, after, strict=True)]
    assert sorted(changes) == [0] * (len(kept) - 1) + [1]


def test_who_has_many_gets_none():
    assert dealing.fill_up([9, 0, 0], 5) == [0, 3, 2]
    assert dealing.fill_up([2, 0, 5], 4) == [1, 3, 0]
