"""What two shares tell."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tools import load

difference = load("difference")


@st.composite
def shares(draw, least=0):
    total = draw(st.integers(least, 5000))
    return draw(st.integers(0, total)), total


def near(pair, expected):
    return all(abs(a - b) < 0.0001 for a, b in zip(pair, expected, strict=True))


def test_published_examples():
    # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
    assert near(difference.newcombe(56, 70, 48, 80), (0.0524, 0.3339))
    assert near(difference.newcombe(9, 10, 3, 10), (0.1705, 0.8090))
    assert near(difference.newcombe(5, 56, 0, 29), (-0.0381, 0.1926))
    assert near(difference.newcombe(0, 10, 0, 20), (-0.1611, 0.2775))
    # the same author, 17:857, table I
    assert near(difference.wilson(81, 263), (0.2553, 0.3662))
    assert near(difference.wilson(0, 20), (0.0, 0.1611))
    assert near(difference.wilson(1, 29), (0.0061, 0.1718))


@given(shares())
def test_the_share_lies_in_its_interval(share):
    hits, total = share
    low, high = difference.wilson(hits, total)
    assert 0 <= low <= high <= 1
    if total:
        assert low - 1e-9 <= hits / total <= high + 1e-9


@given(shares(), shares())
def test_the_difference_lies_in_its_interval_and_turns_round(one, other):
    low, high = difference.newcombe(*one, *other)
    assert -1 - 1e-9 <= low <= high <= 1 + 1e-9
    back = difference.newcombe(*other, *one)
    assert near((low, high), (-back[1], -back[0]))
    if one[1] and other[1]:
        assert low - 1e-9 <= one[0] / one[1] - other[0] / other[1] <= high + 1e-9


@given(shares(), shares())
def test_no_word_about_few(one, other):
    assume(min(one[1], other[1]) < difference.MIN_SAMPLE)
    assert difference.judge(*one, *other) == "few"


@given(shares(30), shares(30))
def test_a_word_about_many_is_right(one, other):
    verdict = difference.judge(*one, *other)
    higher = one[0] * other[1] > other[0] * one[1]
    assert verdict in ("same", "more" if higher else "less")


def test_of_nobody_nothing_is_known():
    assert difference.wilson(0, 0) == (0, 1)
    assert difference.newcombe(0, 0, 5, 9) == (-1, 1)
    assert difference.newcombe(5, 9, 0, 0) == (-1, 1)


def test_words():
    assert difference.judge(50, 100, 10, 100) == "more"
    assert difference.judge(10, 100, 50, 100) == "less"
    assert difference.judge(30, 100, 28, 100) == "same"
    assert difference.judge(29, 29, 0, 100) == "few"
