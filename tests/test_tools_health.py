"""The health score: what must hold whatever was measured."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tools import load

health = load("health")
Measure = health.Measure
BANDS = health.BANDS

scores = st.floats(0, 100)
numbers = st.floats(-1e9, 1e9)
weights = st.one_of(st.just(0.0), st.floats(0.01, 1000))


@st.composite
def measures(draw, least=0):
    """Indicators of a customer, some unknown, some that knock out."""
    return [
        Measure(
            key,
            draw(weights),
            draw(st.none() | scores),
            draw(st.sampled_from(["", "", "watch", "at_risk"])),
            draw(st.sampled_from([0.0, 25.0])),
        )
        for key in range(draw(st.integers(least, 6)))
    ]


@st.composite
def limits(draw):
    at_risk, watch = sorted(draw(st.tuples(scores, scores)))
    return health.Limits(at_risk, watch)


@st.composite
def thresholds(draw):
    points = draw(
        st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=3, unique=True)
    )
    return sorted(points, reverse=draw(st.booleans()))


def simple(weights, scores):
    return [
        Measure(i, w, s) for i, (w, s) in enumerate(zip(weights, scores, strict=True))
    ]


def rank(band):
    return BANDS.index(band) if band else -1


# ---- The agreed figures ----


def test_the_agreed_example():
    result = health.assess(simple((40, 30, 20, 10), (80, 50, None, 20)))
    assert result == health.Health(61.25, "watch", 80.0)


def test_limits_belong_to_the_worse_band():
    bands = [health.get_band(s) for s in (0, 50, 50.01, 75, 75.01, 100)]
    assert bands == ["at_risk", "at_risk", "watch", "watch", "healthy", "healthy"]


def test_less_than_three_points_are_the_same():
    trends = [health.get_trend(60, before) for before in (57, 57.01, 62.99, 63)]
    assert trends == ["up", "same", "same", "down"]
    assert health.get_trend(60, 60, points=0) == "same"
    assert health.get_trend(None, 60) == health.get_trend(60, None) == ""


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_trend_is_of_scores_as_they_are_written(score, before):
    """In hundredths, whatever their difference is as a float."""
    change = score - before
    trend = "same" if abs(change) < 300 else "up" if change > 0 else "down"
    assert health.get_trend(score / 100, before / 100) == trend


def test_nothing_is_known():
    assert health.assess([]) == health.Health(None, "", 0.0)
    assert health.assess(simple((40, 60), (None, None))) == health.Health(None, "", 0.0)
    # of no weight: shown, not scored
    assert health.assess(simple((0,), (10,))) == health.Health(None, "", 0.0)


def test_a_knock_out_is_known_even_where_nothing_else_is():
    breach = Measure("breach", 0, 0, "at_risk")
    assert health.assess([breach]).band == "at_risk"


# ---- A value's score ----


@given(numbers, thresholds())
def test_a_value_scores_within_bounds(raw, points):
    assert 0 <= health.value_score(raw, *points) <= 100


@given(numbers, numbers, thresholds())
def test_a_better_value_never_scores_less(one, other, points):
    bad, __, good = points
    worse, better = sorted((one, other), reverse=bad > good)
    assert health.value_score(worse, *points) <= health.value_score(better, *points)


@given(thresholds())
def test_a_value_scores_what_the_thresholds_say(points):
    assert [health.value_score(raw, *points) for raw in points] == [0, 50, 100]


@given(numbers, thresholds())
def test_a_value_and_its_mirror_score_the_same(raw, points):
    mirrored = health.value_score(-raw, *(-point for point in points))
    assert mirrored == health.value_score(raw, *points)


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=3))
def test_thresholds_in_no_order_are_refused(points):
    bad, fair, good = points
    assume(not (bad < fair < good or bad > fair > good))
    try:
        health.value_score(1, *points)
    except ValueError:
        return
    raise AssertionError(points)


def test_no_number_is_refused():
    try:
        health.value_score(float("nan"), 0, 1, 2)
    except ValueError:
        return
    raise AssertionError("a score of nothing")


# ---- The score of a customer ----


@given(measures(), limits())
def test_bounded(given_measures, bounds):
    result = health.assess(given_measures, bounds)
    assert result.score is None or 0 <= result.score <= 100
    assert 0 <= result.confidence <= 100
    known = [m.score for m in given_measures if m.weight and m.score is not None]
    assert (result.score is None) == (not known)
    if known:
        assert min(known) - 0.01 <= result.score <= max(known) + 0.01


@given(measures(least=1), limits(), scores, st.data())
def test_monotone_in_each_indicator(given_measures, bounds, more, data):
    index = data.draw(st.integers(0, len(given_measures) - 1))
    measure = given_measures[index]
    assume(measure.score is not None)
    better = list(given_measures)
    better[index] = replace(measure, score=max(measure.score, more))
    before = health.assess(given_measures, bounds)
    after = health.assess(better, bounds)
    assert (after.score or 0) >= (before.score or 0)
    # without a score only what knocks out is known
    assert rank(after.band) >= rank(before.band) or after.score is None
    assert after.confidence == before.confidence


@given(measures(), limits())
def test_what_is_unknown_is_ignored(given_measures, bounds):
    known = [m for m in given_measures if m.score is not None]
    result, alone = (health.assess(m, bounds) for m in (given_measures, known))
    assert (result.score, result.band) == (alone.score, alone.band)
    assert result.confidence <= alone.confidence


@given(measures(), limits(), st.sampled_from([0.25, 2.0, 64.0]))
def test_only_the_proportion_of_weights_counts(given_measures, bounds, factor):
    scaled = [replace(m, weight=m.weight * factor) for m in given_measures]
    assert health.assess(scaled, bounds) == health.assess(given_measures, bounds)


@given(measures(), limits(), st.randoms())
def test_order_does_not_count(given_measures, bounds, random):
    shuffled = list(given_measures)
    random.shuffle(shuffled)
    one, other = (health.assess(m, bounds) for m in (given_measures, shuffled))
    # rounding may tip what lies between two hundredths
    assert abs((one.score or 0) - (other.score or 0)) <= 0.011
    assert abs(one.confidence - other.confidence) <= 0.011


@given(measures(), limits(), st.sampled_from(["watch", "at_risk"]))
def test_a_knock_out_caps_the_band_and_leaves_the_score(given_measures, bounds, band):
    knock = Measure("knock", 0, 0, band)
    before = health.assess(given_measures, bounds)
    after = health.assess([*given_measures, knock], bounds)
    assert after.score == before.score
    assert rank(after.band) <= rank(band)
    if before.band:
        assert after.band == min(before.band, band, key=BANDS.index)


@given(measures())
def test_what_pulls_down_adds_up(given_measures):
    score = health.assess(given_measures).score
    pulls = health.get_pulls(given_measures)
    assert all(pull >= 0 for pull in pulls.values())
    if score is not None:
        assert abs(100 - sum(pulls.values()) - score) <= 0.011


# ---- What would help ----


@given(measures(), limits())
def test_remedies_help_and_end_when_healthy(given_measures, bounds):
    before = health.assess(given_measures, bounds)
    remedies = health.find_remedies(given_measures, bounds)
    assert len(remedies) <= 2
    assert len({key for key, __ in remedies}) == len(remedies)
    if before.band in ("", "healthy"):
        assert not remedies
    for __, after in remedies:
        assert health._rank(after) > health._rank(before)
        assert before.band != "healthy"
        before = after


@given(measures(least=1), limits())
def test_no_other_single_remedy_lifts_the_band_higher(given_measures, bounds):
    remedies = health.find_remedies(given_measures, bounds, count=1)
    for key, after in remedies:
        for index, measure in enumerate(given_measures):
            if measure.key != key and (measure.score or 0) < health.REALISTIC:
                other = health.assess(
                    health._lift(given_measures, [index], health.REALISTIC), bounds
                )
                assert rank(other.band) <= rank(after.band)


def test_a_knock_out_is_the_first_thing_to_mend():
    measures = [*simple((60, 40), (80, 70)), Measure("case", 0, 0, "watch")]
    assert health.find_remedies(measures) == [
        ("case", health.Health(76.0, "healthy", 100.0))
    ]


def test_what_would_change_nothing_is_no_remedy():
    # at what can be reached it still knocks out
    strict = Measure("case", 0, 50, "watch", knock_out_score=95)
    assert not health.find_remedies([*simple((60,), (95,)), strict])


def test_to_know_more_is_worth_asking():
    """Where nothing lifts the score any more, what is not known can be asked."""
    remedies = health.find_remedies(
        simple((50, 50), (90, None)), health.Limits(watch=95)
    )
    assert remedies == [(1, health.Health(90.0, "watch", 100.0))]


def test_two_remedies_bring_back_to_green():
    measures = simple((40, 30, 20, 10), (20, 30, 80, 70))
    remedies = health.find_remedies(measures)
    assert [key for key, __ in remedies] == [0, 1]
    assert [after.band for __, after in remedies] == ["watch", "healthy"]


def test_what_is_done_once_helps_with_all_it_belongs_to():
    measures = simple((20, 30, 30, 20), (20, 30, 30, 20))
    actions = {0: "visit", 1: "visit", 2: "call", 3: "call"}
    (first, one), (second, both) = health.find_remedies(measures, actions=actions)
    # of a pair that gains the same the first action, of an action what gains most
    assert (first, one.score, second, both.score) == (1, 58.0, 2, 90.0)


def test_what_was_never_asked_can_be():
    measures = simple((50, 50), (40, None))
    assert [key for key, __ in health.find_remedies(measures, count=1)] == [0]
    measures = simple((30, 30, 80), (40, 40, None))
    assert [key for key, __ in health.find_remedies(measures, count=1)] == [2]


def test_a_remedy_brings_no_perfection_however_weights_are_written():
    [(key, after)] = health.find_remedies(simple((0.5, 0.5), (20, 95)))
    assert (key, after.score) == (0, 92.5)
