"""When somebody is reminded of a promise."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

promise = load("promise")

NOW = datetime(2026, 3, 2, 10)
spans = st.timedeltas(timedelta(days=-3), timedelta(days=400))


@given(spans)
def test_before_it_is_due_and_within_the_last_day(span):
    due = NOW + span
    moment = promise.remind_at(NOW, due)
    assert moment >= NOW
    if span > timedelta():
        assert NOW < moment < due
        assert due - moment <= promise.AHEAD
        # whoever does it has at least as long as has passed already, or a day
        assert due - moment >= min(span / 2, promise.AHEAD)
    else:
        assert moment == NOW


def test_a_promise_for_tonight_and_one_for_next_week():
    assert promise.remind_at(NOW, NOW + timedelta(hours=6)) == NOW + timedelta(hours=3)
    week = NOW + timedelta(days=7)
    assert promise.remind_at(NOW, week) == week - timedelta(days=1)
