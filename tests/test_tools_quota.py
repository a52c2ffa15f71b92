"""Targets of a month, and room for visits: what holds whatever the figures."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

quota = load("quota")
slots = load("slots")
schedule = load("schedule")

ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "America/St_Johns",
    ]
)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
TARGETS = st.integers(0, 500)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 20))
#: Spans anywhere, and within two days of full hours, where many touch.
SPANS = st.lists(
    st.one_of(
        st.tuples(MOMENTS, st.integers(0, 900)),
        st.tuples(
            st.integers(0, 47).map(
                lambda hour: datetime(2026, 1, 8) + timedelta(hours=hour)
            ),
            st.integers(0, 8).map(lambda hours: 60 * hours),
        ),
    ).map(lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))),
    max_size=12,
)
MINUTES = st.integers(0, 240).map(lambda number: timedelta(minutes=number))


# ---- Months ----


@given(DAYS, ZONES)
def test_every_moment_is_of_one_month(day, tz):
    """A month ends where the next one begins, also where the clocks change."""
    start, stop = quota.month_bounds(day, tz)
    assert start < stop
    assert quota.month_bounds(quota.next_month(day), tz)[0] == stop
    assert quota.month_bounds(quota.previous_month(day), tz)[1] == start
    assert schedule.local_day(start, tz) == quota.first_day(day)
    last = schedule.local_day(stop - timedelta(minutes=1), tz)
    assert (last + timedelta(days=1)).day == 1


@given(DAYS)
def test_months_follow_each_other(day):
    after = quota.next_month(day)
    assert after.day == 1 and 28 <= (after - quota.first_day(day)).days <= 31
    assert quota.previous_month(after) == quota.first_day(day)


# ---- Pace ----


@given(st.sets(DAYS, max_size=40), DAYS, DAYS)
def test_days_gone(working, month, today):
    days = quota.count_days(working, month, today)
    assert 0 <= days.gone <= days.total <= 31
    if today >= quota.next_month(month):
        assert days.gone == days.total
    if today <= quota.first_day(month):
        assert days.gone == 0


@given(DAYS, st.sets(st.integers(-40, 40), max_size=40), st.integers(-40, 40))
def test_days_are_counted_within_their_month(month, offsets, ahead):
    """Each once, also the first and the last; a day has gone when it is over."""
    working = [month + timedelta(days=offset) for offset in offsets]
    today = month + timedelta(days=ahead)
    own = [day for day in working if (day.year, day.month) == (month.year, month.month)]
    gone = [day for day in own if day < today]
    assert quota.count_days(working * 2, month, today) == (len(gone), len(own))


@given(TARGETS, st.integers(0, 31), st.integers(0, 31))
def test_expected_ends_at_the_target(target, one, other):
    days = quota.Days(min(one, other), max(one, other))
    due = quota.expected(target, days)
    assert 0 <= due <= target
    whole = quota.Days(days.total, days.total)
    assert quota.expected(target, whole) == (target if days.total else 0)


@given(TARGETS, TARGETS, st.integers(0, 31), st.integers(0, 31))
def test_pace_is_attainment(actual, target, one, other):
    """C16: actual / (target × working days gone / working days)."""
    days = quota.Days(min(one, other), max(one, other))
    pace = quota.pace(actual, target, days)
    if target and days.gone:
        assert abs(pace - actual / (target * days.gone / days.total)) < 1e-9
    else:
        assert pace == 0
    assert quota.pace(actual + 1, target, days) >= pace


# ---- Spans ----


@given(SPANS)
def test_merged_spans_do_not_touch(spans):
    merged = slots.merge(spans)
    assert all(start < stop for start, stop in merged)
    for (__, stop), (start, ___) in zip(merged, merged[1:], strict=False):
        assert stop < start
    for start, stop in spans:
        if start < stop:
            assert slots.is_within((start, stop), merged)


@given(SPANS, SPANS)
def test_what_is_left_is_free(spans, taken):
    left = slots.subtract(spans, taken)
    for span in left:
        assert slots.is_within(span, spans)
        assert not slots.clashes(span, slots.merge(taken))
    total = sum((b - a for a, b in slots.merge(spans)), timedelta())
    cut = sum((b - a for a, b in left), timedelta())
    assert cut <= total
    assert slots.subtract(left, taken) == left


@given(SPANS, SPANS, MINUTES, MINUTES, MOMENTS)
def test_packed_visits_fit(hours, taken, length, travel, after):
    """None leaves the hours, comes too near to anything, or begins too early."""
    starts = slots.pack(hours, taken, length, travel, after)
    if not length:
        assert starts == []
        return
    visits = [(start, start + length) for start in starts]
    for visit in visits:
        assert slots.is_within(visit, hours)
        assert visit[0] >= after and visit[0].minute % 15 == 0
        for start, stop in taken:
            if start < stop:
                assert visit[1] + travel <= start or stop + travel <= visit[0]
    for one, other in zip(visits, visits[1:], strict=False):
        assert one[1] + travel <= other[0]
    # what was packed leaves no room for another one
    spans = [*taken, *visits]
    assert slots.pack(hours, spans, length, travel, after) == []


@given(st.integers(0, 95), st.integers(1, 40))
def test_hours_may_be_used_up_to_their_ends(quarter, count):
    start = datetime(2026, 1, 8) + quarter * slots.QUARTER
    length = count * slots.QUARTER
    hours = [(start, start + length)]
    assert slots.pack(hours, [], length, timedelta(hours=1)) == [start]


@given(MOMENTS)
def test_round_up(moment):
    rounded = slots.round_up(moment)
    assert timedelta() <= rounded - moment < timedelta(minutes=15)
    assert rounded.minute % 15 == 0 and not (rounded.second or rounded.microsecond)


# ---- Filling ----

PLACES = st.tuples(st.floats(-89, 89), st.floats(-179, 179))


@given(
    st.lists(MOMENTS, max_size=20, unique=True),
    st.lists(st.one_of(st.none(), PLACES), max_size=20),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 1, 20)), st.lists(PLACES)),
    st.one_of(st.none(), st.integers(0, 3)),
)
def test_fill(moments, places, there, most):
    free = [(moment, moment.date()) for moment in sorted(moments)]
    wanted = [slots.Wanted(number, place) for number, place in enumerate(places)]
    room = None if most is None else {day: most for __, day in free}
    limits = room and dict(room)
    before = {day: list(spots) for day, spots in there.items()}
    given_ = slots.fill(free, wanted, there, room)
    assert len(set(given_.values())) == len(given_)
    assert set(given_.values()) <= {moment for moment, __ in free}
    # nobody is passed over for somebody less urgent
    assert list(given_) == list(range(len(given_)))
    if most is None:
        assert len(given_) == min(len(free), len(wanted))
    else:
        for day in {day for __, day in free}:
            assert sum(m.date() == day for m in given_.values()) <= most
    assert (there, room) == (before, limits)


FRIDAY = date(2026, 1, 9)
#: An hour on Thursday, two on Friday.
FREE = [
    (datetime(2026, 1, 8, 9), date(2026, 1, 8)),
    (datetime(2026, 1, 9, 9), FRIDAY),
    (datetime(2026, 1, 9, 11), FRIDAY),
]


def test_fill_goes_on_where_it_went_before():
    """Whoever lives near the customer just put on a day is visited on it as well."""
    # 16 km of road between each and the next one
    wanted = [slots.Wanted(number, (48 + 0.11 * number, 16.0)) for number in (1, 2)]
    assert slots.fill(FREE, wanted, {FRIDAY: [(48.0, 16.0)]}) == {
        1: datetime(2026, 1, 9, 9),
        2: datetime(2026, 1, 9, 11),
    }


def test_near_is_20_km_of_road():
    """A degree of latitude is 111.2 km for a bird, and 144.6 of road."""
    free = [(datetime(2026, 1, 8, 9), "free"), (datetime(2026, 1, 9, 9), "busy")]
    wanted = [slots.Wanted("customer", (48.0, 16.0))]
    for there, chosen in ((48.138, free[1]), (48.139, free[0])):
        places = {"busy": [(50.0, 16.0), (there, 16.0)]}
        assert slots.fill(free, wanted, places) == {"customer": chosen[0]}


def test_fill_goes_where_the_rep_is():
    """Vienna is visited on Friday: who lives there is visited then, not on Thursday."""
    vienna, suburb, graz = (48.21, 16.37), (48.25, 16.40), (47.07, 15.44)
    wanted = [slots.Wanted("suburb", suburb), slots.Wanted("graz", graz)]
    assert slots.fill(FREE, wanted, {FRIDAY: [vienna]}) == {
        "suburb": datetime(2026, 1, 9, 9),
        "graz": datetime(2026, 1, 8, 9),
    }


def test_fill_drives_nobody_through_the_country_in_a_morning():
    """A day for each far town; when the days are used up, the nearest one."""
    days = [date(2026, 1, 8), date(2026, 1, 9)]
    free = [
        (datetime.combine(day, time(hour)), day) for day in days for hour in (9, 11)
    ]
    como, florence, naples = (45.81, 9.07), (43.77, 11.25), (40.85, 14.26)
    wanted = [
        slots.Wanted("como", como),
        slots.Wanted("naples", naples),
        slots.Wanted("florence", florence),
    ]
    assert slots.fill(free, wanted, {}) == {
        "como": datetime(2026, 1, 8, 9),
        "naples": datetime(2026, 1, 9, 9),
        "florence": datetime(2026, 1, 8, 11),
    }


def test_days_of_the_spring_change():
    """Eight o'clock is another moment after the change: hours are the user's."""
    zone = ZoneInfo("Europe/Paris")
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)):
        moment = schedule.utc_at(day, 8.0, "Europe/Paris")
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        assert (local.hour, local.date()) == (8, day)
