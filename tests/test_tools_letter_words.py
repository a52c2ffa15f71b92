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
    assert len(codes) == len(set(codes)) == 3
    # whoever is told something is asked to answer
    assert unhappy or codes[-1] in ("call_me", "soon")


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
            assert timedelta(0) <= today - fact["date"] <= timedelta(180)
            assert code != "words" or fact["verdict"] == "positive"
            assert code not in letter.NAMED or fact["name"]


@pytest.mark.parametrize(
    ("since", "standing"),
    [
        (None, None),
        (TODAY + timedelta(1), None),
        (TODAY, {"kind": "new"}),
        (TODAY - timedelta(90), {"kind": "new"}),
        (TODAY - timedelta(91), None),
        (date(2025, 11, 23), None),
        (date(2025, 11, 22), {"kind": "year", "years": 1}),
        (date(2019, 1, 1), {"kind": "years", "years": 7}),
        (date(2024, 2, 29), {"kind": "years", "years": 2}),
    ],
)
def test_how_long_somebody_is_a_customer(since, standing):
    assert letter.get_standing(since, TODAY) == standing


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("purchase", 90),
        ("point", 90),
        ("promise", 90),
        ("visit", 60),
        ("call", 60),
        ("words", 180),
    ],
)
def test_how_long_a_fact_is_worth_a_sentence(kind, days):
    for age, is_told in ((0, True), (days, True), (days + 1, False), (-1, False)):
        fact = {"kind": kind, "date": TODAY - timedelta(age), "name": "Dough"}
        fact["verdict"] = "positive"
        codes = [code for code, _fact in letter.choose([fact], False, TODAY)]
        assert (kind in codes) == is_told, age
        for missing in ("name", "verdict"):
            codes = [
                code
                for code, _fact in letter.choose(
                    [{**fact, missing: None}], False, TODAY
                )
            ]
            needs = {"name": ("purchase", "point"), "verdict": ("words",)}[missing]
            assert (kind in codes) == (is_told and kind not in needs), missing


@given(fact_lists, any_day, st.none() | any_day)
def test_of_a_kind_the_latest_and_the_best_kinds_first(facts, today, since):
    chosen = letter.choose(facts, False, today, since)
    told = [code for code, _fact in chosen if code in letter.WORTH]
    assert told == [kind for kind in letter.WORTH if kind in told]
    for code, fact in chosen:
        if code in letter.WORTH:
            alone = [one for one in facts if one["kind"] == code]
            later = [one for one in alone if one["date"] and one["date"] > fact["date"]]
            # those are of the future, or miss something
            assert code not in {
                found for found, _fact in letter.choose(later, False, today)
            }


@given(st.none() | st.integers(0, 4000))
def test_how_long_somebody_is_here_is_said_when_there_is_room(ago):
    since = TODAY - timedelta(ago) if ago is not None else None
    standing = letter.get_standing(since, TODAY)
    first = (standing["kind"], standing) if standing else ("thanks", None)
    closing = [("call_me", None), ("soon", None)]
    assert letter.choose([], False, TODAY, since) == [first, *closing]


def test_however_much_there_is_to_tell_the_last_sentence_asks():
    facts = [
        {"kind": kind, "date": TODAY, "verdict": "positive", "name": "Dough"}
        for kind in letter.WORTH
    ]
    codes = [code for code, _fact in letter.choose(facts, False, TODAY, TODAY)]
    assert codes == ["purchase", "point", "call_me"]
