"""When each contact of a cadence falls: pure date arithmetic.

All days are local days of the company. The rules, in the order they apply:

* A stage starts on the enrollment's start plus the months of the stages before
  it, always counted from the start (31 January + 1 month = 28 February,
  + 2 months = 31 March), so that a short month never shortens the next ones.
* A step falls a delay after its anchor: the start of its stage, of the
  enrollment, or the step before (as planned, or as really done).
* Days the enrollment was paused are added (the remaining delay is kept).
* The step keeps ``min_gap`` days from the day the step before was really done.
* It rolls off non-working days: forward, backward or not at all. Where backward
  would pass the anchor or break the gap, it goes forward.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

#: A roll that finds no working day within a month leaves the day as it is.
MAX_ROLL_DAYS = 31


class Step(NamedTuple):
    """What the arithmetic needs to know of one step.

    :param key: names the step in the result and in ``done``
    :param stage: index of the step's stage in the durations
    :param delay: how many ``unit`` ('days', 'weeks', 'months') after the anchor
    :param anchor: 'stage', 'enrollment', 'previous_planned' or 'previous_done'
    :param min_gap: days to keep after the previous step was done
    :param roll: 'forward', 'backward' or 'none' over non-working days
    :param repeat_months: period of a recurring step, 0 when it happens once
    :param occurrence: which occurrence of a recurring step is placed, from 1
    """

    key: Hashable
    stage: int = 0
    delay: int = 0
    unit: str = "days"
    anchor: str = "stage"
    min_gap: int = 0
    roll: str = "forward"
    repeat_months: int = 0
    occurrence: int = 1


class Reason(NamedTuple):
    """Why a day moved: ``code`` is 'delay', 'pause', 'gap', 'roll' or 'fixed'."""

    code: str
    before: date
    after: date


class Placement(NamedTuple):
    """The day a step falls on, and every shift on the way there."""

    key: Hashable
    day: date
    reasons: tuple[Reason, ...]


def stage_starts(durations: Sequence[int], start: date) -> list[date]:
    """First day of each stage, plus one: the day after the last stage.

    :param durations: months of each stage, 0 for an open-ended one
    >>> stage_starts([1, 1, 1], date(2026, 1, 31))[1:]
    [datetime.date(2026, 2, 28), datetime.date(2026, 3, 31), datetime.date(2026, 4, 30)]
    """
    months = 0
    starts = [start]
    for duration in durations:
        months += duration
        starts.append(start + relativedelta(months=months))
    return starts


def add_delay(day: date, count: int, unit: str) -> date:
    """``day`` plus ``count`` days, weeks or months."""
    return day + relativedelta(**{unit: count})


def roll_day(day: date, roll: str, is_working: Callable[[date], bool]) -> date:
    """The nearest working day in the direction of ``roll``, or ``day`` itself."""
    if roll == "none":
        return day
    step = timedelta(days=1 if roll == "forward" else -1)
    rolled = day
    for __ in range(MAX_ROLL_DAYS):
        if is_working(rolled):
            return rolled
        rolled += step
    return day


def place(
    steps: Iterable[Step],
    durations: Sequence[int],
    start: date,
    is_working: Callable[[date], bool],
    *,
    done: Mapping[Hashable, date] | None = None,
    fixed: Mapping[Hashable, date] | None = None,
    shift: int = 0,
) -> list[Placement]:
    """Place the steps of one cycle, in their order.

    :param steps: the steps in the order of the procedure
    :param durations: months of each stage of the cadence
    :param start: first day of the cycle
    :param done: days on which steps were really done
    :param fixed: days somebody set by hand; they do not move
    :param shift: days the enrollment was paused in this cycle
    """
    done = done or {}
    fixed = fixed or {}
    starts = stage_starts(durations, start)
    placements: list[Placement] = []
    previous: Step | None = None
    previous_day = start
    for step in steps:
        reasons: list[Reason] = []
        previous_real = done.get(previous.key, previous_day) if previous else start
        anchor, shifted = {
            "stage": (starts[step.stage], True),
            "enrollment": (start, True),
            "previous_planned": (previous_day, previous is None),
            "previous_done": (previous_real, previous is None),
        }[step.anchor]
        day = _add_repeats(step, anchor)
        earliest = anchor
        if shift and shifted:
            earliest += timedelta(days=shift)
            day = _move(reasons, "pause", day, day + timedelta(days=shift))
        if step.min_gap and previous:
            earliest = max(earliest, previous_real + timedelta(days=step.min_gap))
            day = _move(reasons, "gap", day, max(day, earliest))
        rolled = roll_day(day, step.roll, is_working)
        if rolled < earliest:
            rolled = roll_day(day, "forward", is_working)
        day = _move(reasons, "roll", day, rolled)
        if step.key in fixed:
            day = _move(reasons, "fixed", day, fixed[step.key])
        placements.append(Placement(step.key, day, tuple(reasons)))
        previous, previous_day = step, day
    return placements


def _add_repeats(step: Step, anchor: date) -> date:
    """The day of an occurrence; months are added at once, from the anchor."""
    months = step.repeat_months * (step.occurrence - 1)
    if step.unit == "months":
        return add_delay(anchor, step.delay + months, "months")
    return add_delay(add_delay(anchor, step.delay, step.unit), months, "months")


def _move(reasons: list[Reason], code: str, before: date, after: date) -> date:
    if before != after:
        reasons.append(Reason(code, before, after))
    return after


def utc_at(day: date, hour: float, tz: str) -> datetime:
    """The moment it is ``hour`` on ``day`` in time zone ``tz``, as naive UTC.

    An hour the clock skips in spring is read by the clock before the jump: 2:30
    becomes 3:30. One that comes twice in autumn is the first of the two.

    >>> utc_at(date(2026, 7, 1), 9.5, "Europe/Paris")
    datetime.datetime(2026, 7, 1, 7, 30)
    """
    minutes = round(hour * 60)
    local = datetime.combine(day, time(), ZoneInfo(tz)) + timedelta(minutes=minutes)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


def local_day(moment: datetime, tz: str) -> date:
    """The day it is in ``tz`` at a naive UTC ``moment``."""
    return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz)).date()


def next_open(moment: datetime, hour_from: float, hour_to: float, tz: str) -> datetime:
    """The first moment at or after ``moment`` inside the daily window, naive UTC.

    A window of no length (``hour_from == hour_to``) is open all day.
    """
    if hour_from >= hour_to:
        return moment
    day = local_day(moment, tz)
    # the clock can skip the whole window of a day
    while True:
        opened = max(moment, utc_at(day, hour_from, tz))
        if opened < utc_at(day, hour_to, tz):
            return opened
        day += timedelta(days=1)


def next_quarter(moment: datetime) -> datetime:
    """The first full quarter of an hour after ``moment``. Naive UTC is as good as local
    time: zones differ by whole quarters."""
    floor = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return floor + timedelta(minutes=15)
