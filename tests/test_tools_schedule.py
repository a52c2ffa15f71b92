"""When contacts fall: what must hold whatever the procedure, calendar and time zone."""

import calendar
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tools import (
    ALWAYS,
    NEVER,
    SUNDAYS,
    WORKWEEK,
    Week,
    any_day,
    calendars,
    load,
)

schedule = load("schedule")

hours = st.integers(0, 24 * 4).map(lambda quarter: quarter / 4)
month_ends = st.sampled_from([date(2026, 1, 31), date(2026, 8, 31), date(2026, 11, 30)])
rolls = st.sampled_from(["forward", "backward", "none"])


def months_later(day, months):
    """The same day of a later month, or that month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@st.composite
def procedures(draw, roll=rolls):
    """Steps of a procedure in their order, and the months of its stages."""
    durations = draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    stages = draw(st.lists(st.integers(0, len(durations) - 1), min_size=1, max_size=7))
    anchors = ["stage", "enrollment", "previous_planned", "previous_done"]
    steps = [
        schedule.Step(
            key=key,
            stage=stage,
            delay=draw(st.integers(0, 40)),
            unit=draw(st.sampled_from(["days", "weeks", "months"])),
            anchor=draw(st.sampled_from(anchors)),
            min_gap=draw(st.sampled_from([0, 0, 1, 5, 30])),
            roll=draw(roll),
        )
        for key, stage in enumerate(sorted(stages))
    ]
    return steps, durations


@st.composite
def histories(draw, steps, start):
    """Days on which the first steps were really done."""
    count = draw(st.integers(0, len(steps)))
    offsets = st.integers(0, 400)
    return {step.key: start + timedelta(days=draw(offsets)) for step in steps[:count]}


# ---- Stages ----


@given(st.lists(st.integers(0, 15), max_size=8), any_day)
def test_stages_begin_on_the_day_of_the_start_or_the_month_s_last(durations, start):
    months = [sum(durations[:count]) for count in range(len(durations) + 1)]
    assert schedule.stage_starts(durations, start) == [
        months_later(start, count) for count in months
    ]


def test_a_short_month_shortens_no_other():
    starts = schedule.stage_starts([1] * 5, date(2027, 10, 31))
    assert [day.day for day in starts] == [31, 30, 31, 31, 29, 31]


# ---- Rolling ----


@given(any_day, calendars())
def test_rolls_to_the_nearest_working_day(day, is_working):
    reach = [day + timedelta(days=count) for count in range(schedule.MAX_ROLL_DAYS)]
    expected = next(filter(is_working, reach), day)
    assert schedule.roll_day(day, "forward", is_working) == expected
    reach = [day - timedelta(days=count) for count in range(schedule.MAX_ROLL_DAYS)]
    expected = next(filter(is_working, reach), day)
    assert schedule.roll_day(day, "backward", is_working) == expected
    assert schedule.roll_day(day, "none", is_working) == day


@given(any_day, rolls)
def test_a_calendar_without_working_days_moves_nothing(day, roll):
    assert schedule.roll_day(day, roll, NEVER) == day


@given(any_day)
def test_only_sundays_work(day):
    assert schedule.roll_day(day, "forward", SUNDAYS).weekday() == 6
    assert schedule.roll_day(day, "backward", SUNDAYS).weekday() == 6


@given(any_day, any_day, calendars())
def test_rolling_forward_keeps_the_order(one, other, is_working):
    assume(any(is_working(one + timedelta(days=count)) for count in range(7)))
    assume(any(is_working(other + timedelta(days=count)) for count in range(7)))
    first, second = sorted([one, other])
    assert schedule.roll_day(first, "forward", is_working) <= schedule.roll_day(
        second, "forward", is_working
    )


# ---- Placing ----


@given(st.data(), procedures(), any_day, calendars(), st.integers(0, 60))
def test_every_step_keeps_its_distances(data, procedure, start, is_working, shift):
    """No step before its anchor, every gap kept, days off avoided: at once, for any
    procedure, whatever was done early or late."""
    steps, durations = procedure
    done = data.draw(histories(steps, start))
    starts = schedule.stage_starts(durations, start)
    pause = timedelta(days=shift)
    placed = schedule.place(steps, durations, start, is_working, done=done, shift=shift)
    assert [placement.key for placement in placed] == [step.key for step in steps]
    before, before_day = None, start
    for step, (_key, day, _reasons) in zip(steps, placed, strict=True):
        really = done.get(before.key, before_day) if before else start
        anchor = {
            "stage": starts[step.stage] + pause,
            "enrollment": start + pause,
            "previous_planned": before_day if before else start + pause,
            "previous_done": really if before else start + pause,
        }[step.anchor]
        assert day >= anchor
        if before:
            assert day >= really + timedelta(days=step.min_gap) or not step.min_gap
        if step.roll == "forward":
            assert day >= anchor + timedelta(days=step.delay)
        near = [day + timedelta(days=count) for count in range(-15, 16)]
        if step.roll != "none" and any(map(is_working, near)):
            assert is_working(day)
        before, before_day = step, day


@given(procedures(), any_day, calendars(), st.integers(0, 60))
def test_the_reasons_lead_from_the_plain_day_to_the_placed_one(
    procedure, start, is_working, shift
):
    steps, durations = procedure
    placed = schedule.place(steps, durations, start, is_working, shift=shift)
    for placement in placed:
        for one, following in zip(
            placement.reasons, placement.reasons[1:], strict=False
        ):
            assert one.after == following.before
        for reason in placement.reasons:
            assert reason.before != reason.after
        if placement.reasons:
            assert placement.reasons[-1].after == placement.day
    codes = ["pause", "gap", "roll"]
    for placement in placed:
        found = [reason.code for reason in placement.reasons]
        assert found == [code for code in codes if code in found]


@given(procedures(), any_day)
def test_without_gaps_and_days_off_a_step_falls_exactly_its_delay_later(
    procedure, start
):
    steps, durations = procedure
    steps = [step._replace(min_gap=0) for step in steps]
    starts = schedule.stage_starts(durations, start)
    before = start
    for step, placement in zip(
        steps, schedule.place(steps, durations, start, ALWAYS), strict=True
    ):
        anchor = {"stage": starts[step.stage], "enrollment": start}.get(
            step.anchor, before
        )
        expected = {
            "days": lambda a=anchor, s=step: a + timedelta(days=s.delay),
            "weeks": lambda a=anchor, s=step: a + timedelta(days=7 * s.delay),
            "months": lambda a=anchor, s=step: months_later(a, s.delay),
        }[step.unit]()
        assert placement.day == expected
        assert placement.reasons == ()
        before = placement.day


def in_days(procedure):
    """A procedure counted in days, so that a pause moves all of it alike."""
    steps, durations = procedure
    units = {"months": "weeks"}
    return [s._replace(unit=units.get(s.unit, s.unit)) for s in steps], durations


@given(procedures().map(in_days), any_day, st.integers(1, 90))
def test_a_pause_moves_everything_by_its_days(procedure, start, shift):
    steps, durations = procedure
    plain = schedule.place(steps, durations, start, ALWAYS)
    paused = schedule.place(steps, durations, start, ALWAYS, shift=shift)
    for one, other in zip(plain, paused, strict=True):
        moved = (other.day - one.day).days
        # two gaps can swallow a part of the pause, never add to it
        assert moved == shift or (moved < shift and any(s.min_gap for s in steps))


@given(procedures(st.just("forward")), any_day, calendars(), st.integers(0, 60))
def test_a_longer_pause_brings_nothing_forward(procedure, start, is_working, shift):
    steps, durations = procedure
    assume(any(is_working(start + timedelta(days=count)) for count in range(7)))
    shorter = schedule.place(steps, durations, start, is_working, shift=shift)
    longer = schedule.place(steps, durations, start, is_working, shift=shift + 1)
    for one, other in zip(shorter, longer, strict=True):
        assert one.day <= other.day


@given(procedures(), any_day, calendars(), st.data())
def test_a_day_set_by_hand_stays(procedure, start, is_working, data):
    steps, durations = procedure
    step = data.draw(st.sampled_from(steps))
    wanted = data.draw(any_day)
    placed = schedule.place(
        steps, durations, start, is_working, fixed={step.key: wanted}
    )
    assert placed[step.key].day == wanted
    free = schedule.place(steps, durations, start, is_working)
    assert placed[: step.key] == free[: step.key]


@given(procedures(), any_day, calendars(), st.integers(0, 30), st.data())
def test_what_was_done_late_delays_only_what_hangs_on_it(
    procedure, start, is_working, late, data
):
    steps, durations = procedure
    index = data.draw(st.integers(0, len(steps) - 1))
    plain = schedule.place(steps, durations, start, is_working)
    done = {steps[index].key: plain[index].day + timedelta(days=late)}
    moved = schedule.place(steps, durations, start, is_working, done=done)
    assert moved[: index + 1] == plain[: index + 1]
    following = steps[index + 1] if index + 1 < len(steps) else None
    if following and following.anchor != "previous_done" and not following.min_gap:
        assert moved == plain


@given(
    st.one_of(any_day, month_ends),
    st.integers(0, 3),
    st.sampled_from(["days", "weeks", "months"]),
    st.integers(1, 12),
    st.integers(1, 24),
)
def test_recurring_contacts_keep_the_day_of_the_month(
    start, delay, unit, months, occurrence
):
    step = schedule.Step("a", 0, delay, unit, repeat_months=months)
    [placed] = schedule.place(
        [step._replace(occurrence=occurrence)], [0], start, ALWAYS
    )
    first = schedule.add_delay(start, delay, unit)
    if unit == "months":
        # counted from the start: a short month in between shortens nothing
        expected = months_later(start, delay + months * (occurrence - 1))
    else:
        expected = months_later(first, months * (occurrence - 1))
    assert placed.day == expected


def test_rolling_back_never_passes_the_anchor_or_the_gap():
    sunday = date(2026, 3, 1)
    welcome = schedule.Step("a", anchor="enrollment", roll="backward")
    [placed] = schedule.place([welcome], [1], sunday, WORKWEEK)
    assert placed.day == date(2026, 3, 2)
    visit = schedule.Step("b", delay=1, min_gap=5, roll="backward")
    placed = schedule.place(
        [welcome, visit], [1], sunday, WORKWEEK, done={"a": date(2026, 3, 3)}
    )
    # five days after Tuesday is Sunday the 8th: Friday would be too soon
    assert placed[1].day == date(2026, 3, 9)


def test_rolling_back_goes_back_where_it_may():
    visit = schedule.Step("a", delay=10, roll="backward")
    [placed] = schedule.place([visit], [1], date(2026, 3, 5), WORKWEEK)
    # Sunday the 15th becomes Friday the 13th
    assert placed.day == date(2026, 3, 13)


def test_holidays_are_days_off():
    easter = Week(range(5), [date(2026, 4, 3), date(2026, 4, 6)])
    call = schedule.Step("a", delay=2)
    [placed] = schedule.place([call], [1], date(2026, 4, 1), easter)
    assert placed.day == date(2026, 4, 7)
