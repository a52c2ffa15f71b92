"""What could be written by hand: three sentences, none embarrassing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import any_day, load

letter = load("letter")

TODAY = date(2026, 11, 22)
fact_lists = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([*letter.WORTH, "other"]),
            "date": st.none() | any_day,
            "verdict": st.sampled_from([None, "positive", "neutral", "negative"]),
            "name": st.sampled_from(["", "Dough"]),
        }
    ),
    max_size=12,
)


@given(fact_lists, st.booleans(), any_day, st.none() | any_day)
def test_always_three_sentences_and_never_the_same_twice(facts, unhappy, today, since):
    chosen = letter.choose(facts, unhappy, today, since)
    codes = [code for code, _fact in chosen]
    assert len(codes) == len(set(codes)) == letter.MOST


@given(fact_lists, any_day, st.none() | any_day)
def test_nothing_cheerful_to_the_unhappy(facts, today, since):
    chosen = letter.choose(facts, True, today, since)
    assert tuple(code for code, _fact in chosen) == letter.UNHAPPY


@given(fact_lists, any_day, st.none() | any_day)
def test_nothing_old_nothing_to_come_and_no_unkind_words(facts, today, since):
    for code, fact in letter.choose(facts, False, today, since):
        if code in letter.WORTH:
            assert fact in facts
            assert fact["kind"] == code
            assert timedelta(0) <= today - fact["date"] <= timedelta(365)
            assert code != "words" or fact["verdict"] == "positive"
            assert code not in letter.NAMED or fact["name"]


@pytest.mark.parametrize(
    ("since", "standing"),
    [
        (None, None),
        (TODAY + timedelta(1), None),
        (TODAY, {"kind": "new"}),
        (TODAY - timedelta(letter.NEW), {"kind": "new"}),
        (TODAY - timedelta(letter.NEW + 1), None),
        (date(2025, 11, 23), None),
        (date(2025, 11, 22), {"kind": "year", "years": 1}),
        (date(2019, 1, 1), {"kind": "years", "years": 7}),
        (date(2024, 2, 29), {"kind": "years", "years": 2}),
    ],
)
def test_how_long_somebody_is_a_customer(since, standing):
    assert letter.get_standing(since, TODAY) == standing
