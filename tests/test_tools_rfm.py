"""Recency, frequency, money: what holds whatever customers buy."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

rfm = load("rfm", addon="crl_retention_sale")

SCORES = range(1, 6)
VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=80)


@given(VALUES)
def test_scores_go_from_1_to_5_in_the_order_of_the_values(values):
    scores = [rfm.rank(values, value) for value in values]
    assert set(scores) <= set(SCORES)
    pairs = sorted(zip(values, scores, strict=True))
    assert [score for __, score in pairs] == sorted(scores)


@given(VALUES)
def test_equal_values_have_equal_scores(values):
    by_value = {}
    for value in values:
        by_value.setdefault(value, set()).add(rfm.rank(values, value))
    assert all(len(scores) == 1 for scores in by_value.values())


@given(VALUES, st.randoms())
def test_the_order_of_the_customers_does_not_matter(values, chance):
    mixed = list(values)
    chance.shuffle(mixed)
    assert [rfm.rank(mixed, v) for v in values] == [rfm.rank(values, v) for v in values]


@given(VALUES, st.integers(2, 4))
def test_twice_as_many_of_the_same_have_the_same_scores(values, times):
    assert [rfm.rank(values * times, v) for v in values] == [
        rfm.rank(values, v) for v in values
    ]


@given(st.sets(st.integers(-(10**6), 10**6), min_size=5, max_size=60))
def test_different_values_make_equal_fifths(values):
    scores = [rfm.rank(list(values), value) for value in values]
    sizes = [scores.count(score) for score in SCORES]
    assert max(sizes) - min(sizes) <= 1


@given(VALUES)
def test_the_worst_have_1_also_when_they_are_most(values):
    assert rfm.rank(values, min(values)) == 1


def test_each_cell_is_one_group():
    """The table is total: every customer is in one group and in no other."""
    codes = {code for code, __ in rfm.GROUPS}
    cells = {
        (*cell, is_new): rfm.get_group(*cell, is_new)
        for cell in product(SCORES, repeat=3)
        for is_new in (False, True)
    }
    assert len(cells) == 250
    assert set(cells.values()) == codes - {"lost"}


def test_groups_follow_what_they_are_made_of():
    """Who buys more, or more often, or later is in no worse a group: along each of the
    three the groups come in one order and never again."""
    for first, second in product(SCORES, repeat=2):
        for line in (
            [rfm.get_group(each, first, second) for each in SCORES],
            [rfm.get_group(first, each, second) for each in SCORES],
            [rfm.get_group(first, second, each) for each in SCORES],
        ):
            seen = [group for n, group in enumerate(line) if line[:n][-1:] != [group]]
            assert len(seen) == len(set(seen)), line


@given(st.sampled_from(SCORES), st.sampled_from(SCORES))
def test_half_a_point_counts_for_the_customer(frequency, money):
    value = rfm.get_value(frequency, money)
    assert value == rfm.get_value(money, frequency)
    assert 0 <= 2 * value - (frequency + money) <= 1


def test_where_the_best_groups_end():
    """Pinned: segments and campaigns are built on them."""
    found = {
        group: {
            (recency, value)
            for recency, value in product(SCORES, repeat=2)
            if rfm.get_group(recency, value, value) == group
        }
        for group in ("champions", "cant_lose")
    }
    assert found == {
        "champions": {(4, 5), (5, 4), (5, 5)},
        "cant_lose": {(1, 4), (1, 5), (2, 5)},
    }


def test_names_are_said_once():
    codes, names = zip(*rfm.GROUPS, strict=True)
    assert len(set(codes)) == len(set(names)) == len(rfm.GROUPS)


def test_only_beginners_are_new():
    assert rfm.get_group(5, 1, 1, is_new=True) == "new"
    assert rfm.get_group(5, 1, 1) == "promising"
    # whoever buys much at once is a good customer first
    assert rfm.get_group(5, 5, 5, is_new=True) == "champions"
    assert rfm.get_group(1, 1, 1, is_new=True) == "hibernating"


def test_quintiles_are_the_published_rule():
    """1 + ⌊5 · strictly worse ÷ all⌋: half of the customers bought once."""
    bought = [1] * 50 + [2] * 25 + [5] * 15 + [9] * 10
    assert [rfm.rank(bought, value) for value in (1, 2, 5, 9)] == [1, 3, 4, 5]
