"""Moments and windows: what must hold on every clock, daylight saving included."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tools import any_day, load, local, moments, zones

schedule = load("schedule")

hours = st.integers(0, 24 * 4).map(lambda quarter: quarter / 4)


@given(any_day, hours.filter(lambda hour: hour < 24), zones)
def test_the_clock_shows_the_hour_on_that_day(day, hour, tz):
    moment = schedule.utc_at(day, hour, tz)
    wanted = datetime(day.year, day.month, day.day) + timedelta(hours=hour)
    shown = local(moment, tz)
    assert schedule.local_day(moment, tz) == day
    if shown != wanted:
        # the clock skips that hour: it has just jumped
        assert wanted < shown <= wanted + timedelta(hours=1)
        assert local(moment - timedelta(hours=1, minutes=1), tz) < wanted
        assert day.month in (2, 3, 4, 9, 10)


@given(any_day, zones)
def test_hour_24_is_the_next_midnight(day, tz):
    tomorrow = day + timedelta(days=1)
    assert schedule.utc_at(day, 24, tz) == schedule.utc_at(tomorrow, 0, tz)


@pytest.mark.parametrize(
    "day, hour, tz, expected",
    [
        # spring: 2:30 is skipped; summer time of half an hour on Lord Howe
        (date(2026, 3, 29), 2.5, "Europe/Paris", "2026-03-29 01:30"),
        (date(2026, 3, 29), 9.0, "Europe/Paris", "2026-03-29 07:00"),
        (date(2026, 3, 28), 9.0, "Europe/Paris", "2026-03-28 08:00"),
        (date(2026, 10, 4), 9.0, "Australia/Lord_Howe", "2026-10-03 22:00"),
        (date(2026, 10, 3), 9.0, "Australia/Lord_Howe", "2026-10-02 22:30"),
        # autumn: 2:30 comes twice, the first counts
        (date(2026, 10, 25), 2.5, "Europe/Paris", "2026-10-25 00:30"),
        (date(2026, 10, 25), 9.0, "Europe/Paris", "2026-10-25 08:00"),
        (date(2026, 11, 1), 9.0, "America/New_York", "2026-11-01 14:00"),
        (date(2026, 7, 1), 9.0, "Pacific/Honolulu", "2026-07-01 19:00"),
        (date(2026, 7, 1), 9.0, "Asia/Tokyo", "2026-07-01 00:00"),
        (date(2026, 7, 1), 9.75, "Asia/Kathmandu", "2026-07-01 04:00"),
        (date(2026, 1, 1), 9.0, "Pacific/Auckland", "2025-12-31 20:00"),
    ],
)
def test_known_moments(day, hour, tz, expected):
    assert schedule.utc_at(day, hour, tz) == datetime.fromisoformat(expected)


@given(moments(), zones)
def test_the_local_day_is_the_clock_s(moment, tz):
    assert schedule.local_day(moment, tz) == local(moment, tz).date()


# ---- The daily window ----

windows = st.lists(hours, min_size=2, max_size=2, unique=True).map(sorted)


def is_open(moment, window, tz):
    """Whether the clock in ``tz`` stands inside the window."""
    shown = local(moment, tz)
    hour = shown.hour + shown.minute / 60 + shown.second / 3600
    return window[0] <= hour < window[1]


@given(moments(), zones)
def test_the_next_quarter_is_one_on_every_clock(moment, tz):
    found = schedule.next_quarter(moment)
    assert timedelta(0) < found - moment <= timedelta(minutes=15)
    shown = local(found, tz)
    assert (shown.minute % 15, shown.second) == (0, 0)


@given(moments(), windows, zones)
def test_the_next_opening_is_open_and_not_past(moment, window, tz):
    found = schedule.next_open(moment, *window, tz)
    assert found >= moment
    # a skipped hour stands for the moments after the jump
    assert is_open(found, window, tz) or is_open(found - timedelta(hours=1), window, tz)
    assert schedule.next_open(found, *window, tz) == found
    assert found - moment <= timedelta(hours=48)


@given(moments(), windows, zones)
def test_what_is_open_waits_for_nothing(moment, window, tz):
    assume(is_open(moment, window, tz))
    # but for the hours around a change of the clock
    shown = [local(moment + timedelta(hours=count), tz) for count in (-2, 0, 2)]
    assume(shown[1] - shown[0] == shown[2] - shown[1] == timedelta(hours=2))
    assert schedule.next_open(moment, *window, tz) == moment


@given(moments(), st.integers(0, 3000), windows, zones)
def test_later_never_opens_earlier(moment, minutes, window, tz):
    later = moment + timedelta(minutes=minutes)
    assert schedule.next_open(moment, *window, tz) <= schedule.next_open(
        later, *window, tz
    )


@given(moments(), windows, st.sampled_from(["UTC", "Asia/Tokyo", "Pacific/Honolulu"]))
def test_nothing_is_open_between_now_and_the_next_opening(moment, window, tz):
    found = schedule.next_open(moment, *window, tz)
    step = timedelta(minutes=15)
    passing = moment
    while passing < found:
        assert not is_open(passing, window, tz)
        passing += step


@given(moments(), hours, zones)
def test_a_window_of_no_length_is_always_open(moment, hour, tz):
    assert schedule.next_open(moment, hour, hour, tz) == moment
    assert schedule.next_open(moment, 0, 24, tz) == moment


def test_a_window_that_a_day_skips_opens_the_day_after():
    before = datetime(2026, 3, 29, 0, 0)
    found = schedule.next_open(before, 2, 3, "Europe/Paris")
    assert found == datetime(2026, 3, 30, 0, 0)
