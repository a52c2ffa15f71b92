"""What counts as an answer to a question, and how it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

answers = load("answers")
text = load("text")

said = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)
kinds = st.sampled_from(["text", "yes_no", "choice", "number"])
choices = st.lists(st.text(), max_size=6).map("\n".join).map(answers.read_choices)


@given(kinds, said, choices)
def test_an_answer_is_of_its_kind_or_none(kind, answer, possible):
    try:
        read = answers.read_answer(kind, answer, possible)
    except answers.AnswerError:
        return
    if read is None:
        return
    assert isinstance(read, float) == (kind == "number")
    if kind == "choice":
        assert read in possible
    if kind == "yes_no":
        assert read in ("yes", "no")
    if kind == "text":
        assert "\n" not in read and read == text.clean_words(read)


@given(choices)
def test_every_choice_can_be_chosen(possible):
    for choice in possible:
        assert answers.read_answer("choice", choice, possible) == choice
    assert len(set(possible)) == len(possible)


@given(st.floats(-1e15, 1e15))
def test_a_number_is_kept_and_said(number):
    assert answers.read_answer("number", number, []) == number
    assert answers.read_answer("number", repr(number), []) == number
    assert float(answers.say_number(number)) == pytest.approx(number, abs=1e-4)


@pytest.mark.parametrize("empty", [None, False, "", "  ", "\n"])
def test_nothing_is_no_answer(empty):
    for kind in ("text", "yes_no", "choice", "number"):
        assert answers.read_answer(kind, empty, ["Gas", "Wood"]) is None


@pytest.mark.parametrize("wrong", [True, "ten", "1,5", "nan", "inf", 1e16, 10**400])
def test_what_is_no_number(wrong):
    with pytest.raises(answers.AnswerError):
        answers.read_answer("number", wrong, [])


def test_nought_is_a_number():
    assert answers.read_answer("number", 0, []) == 0
    assert answers.say_number(-0.0) == "0"
