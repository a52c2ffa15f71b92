"""Quiet hours: what must hold on every clock, daylight saving and holidays included."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import any_day, load, local, moments, zones

quiet_hours = load("quiet_hours")
schedule = load("schedule")

hours = st.integers(0, 24 * 4).map(lambda quarter: quarter / 4)
windows = st.lists(hours, min_size=2, max_size=2, unique=True).map(sorted)
quiets = st.one_of(
    st.sampled_from([quiet_hours.DEFAULT, *quiet_hours.BY_COUNTRY.values()]),
    st.builds(
        lambda window, days_off: quiet_hours.Quiet(window[1], window[0], days_off),
        windows,
        st.booleans(),
    ),
)
holidays = st.frozensets(any_day, max_size=8)


def is_allowed(moment, window, tz, quiet, off):
    """Read from the clock on the customer's wall."""
    shown = local(moment, tz)
    hour = shown.hour + shown.minute / 60 + shown.second / 3600
    if quiet.days_off and (shown.weekday() == 6 or shown.date() in off):
        return False
    return window[0] <= hour < window[1] and quiet.morning <= hour < quiet.evening


def after_jump(moment, *args):
    """A skipped hour stands for the moments after the jump of the clock."""
    return is_allowed(moment, *args) or is_allowed(moment - timedelta(hours=1), *args)


@given(moments(), windows, zones, quiets, holidays)
def test_the_moment_is_allowed_and_not_past(moment, window, tz, quiet, off):
    found = quiet_hours.first_moment(moment, *window, tz, quiet, off.__contains__)
    if found is None:
        assert max(window[0], quiet.morning) >= min(window[1], quiet.evening)
        return
    assert found >= moment
    assert after_jump(found, window, tz, quiet, off)
    again = quiet_hours.first_moment(found, *window, tz, quiet, off.__contains__)
    assert again == found
    # a day off, a Sunday, or one that the clock skips: never endless
    assert found - moment <= timedelta(days=3 + 2 * len(off))


@given(moments(), windows, zones, quiets, holidays)
def test_nothing_allowed_is_let_slip(moment, window, tz, quiet, off):
    found = quiet_hours.first_moment(moment, *window, tz, quiet, off.__contains__)
    passing, step = moment, timedelta(minutes=45)
    while found and passing < found - timedelta(hours=1):
        before = local(passing, tz) - local(passing - timedelta(hours=2), tz)
        if before == timedelta(hours=2):  # not just after a jump of the clock
            assert not is_allowed(passing, window, tz, quiet, off)
        passing += step


@given(moments(), windows, zones, st.sampled_from(["FR", "DE", "US", "GB", "JP", None]))
def test_a_month_of_holidays_ends(moment, window, tz, country):
    quiet = quiet_hours.of_country(country)
    found = quiet_hours.first_moment(moment, *window, tz, quiet, lambda day: True)
    if found:
        assert moment <= found <= moment + timedelta(days=quiet_hours.MAX_DAYS + 3)
        assert found <= moment + timedelta(days=3) or quiet.days_off


def test_after_a_month_of_holidays_it_is_asked_again():
    start, quiet = datetime(2026, 3, 5, 8), quiet_hours.of_country("FR")
    found = quiet_hours.first_moment(
        start, 0, 24, "Europe/Paris", quiet, lambda day: True
    )
    assert found == datetime(2026, 4, 5, 6)  # 8:00 in Paris, 31 days later


@given(moments(), windows, zones)
def test_without_quiet_hours_the_step_s_count_alone(moment, window, tz):
    assert quiet_hours.first_moment(moment, *window, tz) == schedule.next_open(
        moment, *window, tz
    )


@pytest.mark.parametrize(
    "country, now, tz, expected",
    [
        # Saturday evening: Germany goes on on Sunday, France on Monday
        ("DE", "2026-03-07 20:30", "Europe/Berlin", "2026-03-08 07:00"),
        ("FR", "2026-03-07 21:30", "Europe/Paris", "2026-03-09 07:00"),
        # 20:30 UTC is 21:30 in Paris: an hour later than elsewhere
        ("FR", "2026-03-05 20:30", "Europe/Paris", "2026-03-05 20:30"),
        ("GB", "2026-03-05 20:59", "Europe/London", "2026-03-05 20:59"),
        ("GB", "2026-03-05 21:00", "Europe/London", "2026-03-06 08:00"),
        ("US", "2026-03-05 12:59", "America/New_York", "2026-03-05 13:00"),
        # Easter Monday 2026, and the night the clock goes forward
        ("FR", "2026-04-06 08:00", "Europe/Paris", "2026-04-07 06:00"),
        ("DE", "2026-03-28 20:30", "Europe/Berlin", "2026-03-29 06:00"),
    ],
)
def test_known_moments(country, now, tz, expected):
    found = quiet_hours.first_moment(
        datetime.fromisoformat(now),
        0,
        24,
        tz,
        quiet_hours.of_country(country),
        {date(2026, 4, 6)}.__contains__,
    )
    assert found == datetime.fromisoformat(expected)


def test_hours_that_never_meet():
    quiet = quiet_hours.of_country("FR")
    now = datetime(2026, 3, 5)
    assert quiet_hours.first_moment(now, 22, 24, "Europe/Paris", quiet) is None
    assert quiet_hours.first_moment(now, 5, 8, "Europe/Paris", quiet) is None


@pytest.mark.parametrize("window", [(0, 0), (9, 9), (18, 9)])
@given(moments(), zones, quiets | st.just(quiet_hours.Quiet(24.0, 0.0)))
def test_hours_that_end_before_they_begin_are_all_day(window, moment, tz, quiet):
    found = quiet_hours.first_moment(moment, *window, tz, quiet)
    assert found == quiet_hours.first_moment(moment, 0, 24, tz, quiet)
