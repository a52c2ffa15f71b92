"""The clock of a case: 48 hours, of working days or as they pass."""

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tools import (
    ALWAYS,
    NEVER,
    STEADY_ZONES,
    SUNDAYS,
    WORKWEEK,
    Week,
    calendars,
    load,
    local,
    moments,
    zones,
)

clock = load("clock")

spans = st.integers(0, 4 * 24 * 8).map(lambda quarter: quarter / 4)
steady = st.sampled_from(STEADY_ZONES)
ONE_HOUR = timedelta(hours=1)


def worked(start, end, is_working):
    """Time of working days between two moments of one clock."""
    total = timedelta()
    while start < end:
        midnight = datetime(start.year, start.month, start.day) + timedelta(days=1)
        if is_working(start.date()):
            total += min(midnight, end) - start
        start = midnight
    return total


def sparse(is_working, moment):
    """Whether a month from now has no working day at all."""
    return not any(is_working((moment + timedelta(n)).date()) for n in range(-1, 31))


@pytest.mark.parametrize(
    "start, expected",
    [
        # Paris: one hour ahead in winter
        ("2026-02-27 15:00", "2026-03-03 15:00"),  # Friday 16:00 -> Tuesday 16:00
        ("2026-03-02 09:00", "2026-03-04 09:00"),  # Monday -> Wednesday
        ("2026-02-28 11:00", "2026-03-03 23:00"),  # Saturday: from Monday 0:00
        ("2026-03-01 11:00", "2026-03-03 23:00"),  # Sunday: from Monday 0:00
        ("2026-02-26 22:59", "2026-03-02 22:59"),  # Thursday 23:59 -> Monday 23:59
        ("2026-03-27 15:00", "2026-03-31 14:00"),  # Friday 16:00, clocks change
        ("2026-10-23 14:00", "2026-10-27 15:00"),
    ],
)
def test_48_hours_of_working_days(start, expected):
    found = clock.deadline(datetime.fromisoformat(start), 48, "Europe/Paris", WORKWEEK)
    assert found == datetime.fromisoformat(expected)


@given(moments(), spans, zones)
def test_the_strict_clock_counts_every_hour(start, hours, tz):
    assert clock.deadline(start, hours, tz) == start + timedelta(hours=hours)


@given(moments(), spans, steady, calendars())
def test_exactly_the_hours_of_working_days(start, hours, tz, is_working):
    assume(not sparse(is_working, start))
    found = clock.deadline(start, hours, tz, is_working)
    begin, end = local(start, tz), local(found, tz)
    assert found >= start + timedelta(hours=hours)
    assert worked(begin, end, is_working) == timedelta(hours=hours)
    if hours:
        # it stops in a working day, or with its last moment
        assert is_working((end - timedelta(microseconds=1)).date())


@given(moments(), spans, zones, calendars())
def test_a_change_of_the_clock_costs_an_hour_at_most(start, hours, tz, is_working):
    assume(not sparse(is_working, start))
    found = clock.deadline(start, hours, tz, is_working)
    assert found >= start + timedelta(hours=hours) - ONE_HOUR
    off = worked(local(start, tz), local(found, tz), is_working) - timedelta(
        hours=hours
    )
    assert abs(off) <= ONE_HOUR


@given(moments(), st.integers(0, 5000), spans, steady, calendars())
def test_who_complains_later_is_not_due_earlier(start, minutes, hours, tz, is_working):
    assume(not sparse(is_working, start))
    later = start + timedelta(minutes=minutes)
    assert clock.deadline(start, hours, tz, is_working) <= clock.deadline(
        later, hours, tz, is_working
    )


@given(moments(), spans, st.integers(1, 96), zones, calendars())
def test_more_hours_never_end_earlier(start, hours, more, tz, is_working):
    assert clock.deadline(start, hours, tz, is_working) <= clock.deadline(
        start, hours + more, tz, is_working
    )


@given(moments(), spans, steady)
def test_every_day_works_is_the_strict_clock(start, hours, tz):
    assert clock.deadline(start, hours, tz, ALWAYS) == start + timedelta(hours=hours)


@given(moments(), st.integers(1, 400), steady)
def test_without_a_working_day_the_clock_still_ends(start, hours, tz):
    found = clock.deadline(start, hours, tz, NEVER)
    idle = timedelta(days=clock.MAX_IDLE_DAYS)
    midnight = datetime.combine(local(start, tz).date(), datetime.min.time())
    assert local(found, tz) == midnight + idle + timedelta(hours=hours)


@given(moments(), st.integers(1, 24 * 20), steady)
def test_only_sundays_count_however_many_it_takes(start, hours, tz):
    found = clock.deadline(start, hours, tz, SUNDAYS)
    assert worked(local(start, tz), local(found, tz), SUNDAYS) == timedelta(hours=hours)


def test_a_month_off_is_waited_for():
    august = Week(range(5), [datetime(2026, 8, n).date() for n in range(1, 32)])
    found = clock.deadline(datetime(2026, 7, 31, 14), 48, "Europe/Paris", august)
    assert found == datetime(2026, 9, 2, 14)


def test_a_holiday_does_not_count():
    easter_monday = Week(range(5), [datetime(2026, 4, 6).date()])
    found = clock.deadline(datetime(2026, 4, 3, 14), 48, "Europe/Paris", easter_monday)
    assert found == datetime(2026, 4, 8, 14)


@given(moments(), st.integers(0, 40), calendars())
def test_days_late_counts_the_working_days_after(moment, days, is_working):
    due = moment.date()
    done = due + timedelta(days)
    late = clock.days_late(due, done, is_working)
    assert 0 <= late <= days
    step = clock.days_late(due, done + timedelta(1), is_working) - late
    assert step == is_working(done + timedelta(1))
    assert clock.days_late(done, due, is_working) == 0
