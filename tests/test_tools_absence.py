"""How long somebody is away."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

absence = load("absence")

MONDAY = date(2026, 3, 2)
days = st.integers(0, 40).map(lambda number: MONDAY + timedelta(days=number))
missed_days = st.sets(days)


def is_workday(day):
    return day.weekday() < 5


def ask(today, missed):
    return absence.last_day_away(today, is_workday, missed.__contains__)


def test_a_week_off_lasts_over_both_weekends_but_begins_on_its_monday():
    week = {MONDAY + timedelta(days=7 + number) for number in range(5)}
    assert ask(MONDAY + timedelta(days=6), week) is None  # the Sunday before
    assert ask(MONDAY + timedelta(days=7), week) == date(2026, 3, 15)  # a Sunday
    assert ask(MONDAY + timedelta(days=12), week) == date(2026, 3, 15)
    assert ask(MONDAY + timedelta(days=14), week) is None


@given(days, missed_days)
def test_somebody_is_away_on_every_day_they_miss_and_on_none_they_work(today, missed):
    last = ask(today, missed)
    if is_workday(today):
        assert (last is not None) == (today in missed)
    if last is not None:
        assert last >= today
        between = [
            today + timedelta(days=number) for number in range((last - today).days + 1)
        ]
        assert all(day in missed for day in between if is_workday(day))
        following = last + timedelta(days=1)
        assert is_workday(following) and following not in missed


@given(days, missed_days)
def test_the_end_is_the_same_on_each_day_of_an_absence(today, missed):
    last = ask(today, missed)
    if last is not None and last > today:
        assert ask(today + timedelta(days=1), missed) == last


def test_an_absence_without_end_is_looked_at_again():
    last = absence.last_day_away(MONDAY, is_workday, lambda day: True)
    assert last == date(2026, 5, 1)  # 60 days later


def test_an_absence_is_found_behind_a_fortnight_of_days_off():
    def ask(days_off):
        return absence.last_day_away(
            MONDAY + timedelta(days=days_off),
            lambda day: day <= MONDAY,
            lambda day: True,
        )

    assert ask(14) is not None
    assert ask(15) is None


def test_who_never_works_is_not_away():
    assert absence.last_day_away(MONDAY, lambda day: False, lambda day: True) is None
