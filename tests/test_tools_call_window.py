"""When a customer is best called, for any moment, time zone and set of hours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load, local, moments, zones

call_window = load("call_window")
quiet_hours = load("quiet_hours")

windows = st.builds(
    lambda day, start, length: call_window.Window(day, start / 4, (start + length) / 4),
    st.integers(0, 6),
    st.integers(0, 88),
    st.integers(4, 8),
)


def is_callable(moment, tz, spans):
    return call_window.first_moment(moment, tz, spans) == moment


@given(moments(), zones, st.lists(windows, min_size=1, max_size=5))
def test_what_the_customer_said_holds(moment, tz, spans):
    found = call_window.first_moment(moment, tz, spans)
    assert moment <= found <= moment + timedelta(days=15)
    there = local(found, tz)
    hour = there.hour + there.minute / 60 + there.second / 3600
    assert any(
        span.weekday == there.weekday()
        and span.hour_from <= hour < span.hour_to
        # on the days the clock is put forward or back, hours are others
        or local(found - timedelta(days=1), tz).utcoffset() != there.utcoffset()
        or local(found + timedelta(days=1), tz).utcoffset() != there.utcoffset()
        for span in spans
    )
    assert is_callable(found, tz, spans)
    assert is_callable(moment, tz, spans) == (found == moment)


@given(moments(), zones, st.lists(windows, min_size=1, max_size=5))
def test_no_earlier_moment_fits(moment, tz, spans):
    found = call_window.first_moment(moment, tz, spans)
    if found > moment:
        halfway = moment + (found - moment) / 2
        assert not is_callable(halfway, tz, spans)


@given(moments(), zones)
def test_who_said_nothing_is_called_outside_quiet_hours(moment, tz):
    assert is_callable(moment, tz, ())
    found = call_window.first_moment(moment, tz, quiet=quiet_hours.DEFAULT)
    assert moment <= found <= moment + timedelta(hours=12)
    assert 8 <= local(found, tz).hour < 21


@pytest.mark.parametrize(
    ("moment", "callable_now"),
    [
        ("2026-03-02 08:29", False),  # Monday, half past nine in Paris is 8:30
        ("2026-03-02 08:30", True),
        ("2026-03-02 10:59", True),
        ("2026-03-02 11:00", False),
        ("2026-03-03 09:00", False),
        ("2026-03-30 07:30", True),  # after the clock was put forward
    ],
)
def test_on_the_customers_clock(moment, callable_now):
    spans = [call_window.Window(0, 9.5, 12)]
    moment = datetime.fromisoformat(moment)
    assert is_callable(moment, "Europe/Paris", spans) is callable_now
