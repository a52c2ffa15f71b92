"""Rows of values from elsewhere: whatever is sent is taken whole or named."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

loading = load("loading")
NOW = datetime(2026, 3, 2, 10)
#: Anything JSON can carry.
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
moments = st.datetimes(datetime(1990, 1, 1), NOW)
fields = st.sampled_from(sorted(loading.FIELDS))


def day_start(day):
    """Of a company an hour ahead of UTC."""
    return datetime(day.year, day.month, day.day) - timedelta(hours=1)


def read(*rows):
    return loading.read_rows(list(rows), NOW, day_start)


@given(st.lists(anything | st.dictionaries(fields, anything)))
def test_whatever_is_sent_is_a_row_or_an_error(rows):
    results = read(*rows)
    assert len(results) == len(rows)
    for result in results:
        if isinstance(result, loading.RowError):
            assert result.code
        else:
            assert abs(result.raw) <= loading.MAX_RAW
            assert result.date <= NOW + timedelta(days=1)
            assert result.date.tzinfo is None


ROW = {"partner": "C-17", "indicator": "nps", "raw": 8, "date": "2026-03-02T09:00"}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("partner", " C-17 ", "C-17"),
        ("partner", "x" * 200, "x" * 200),
        ("partner", 1, 1),
        ("partner", 2**31 - 1, 2**31 - 1),
        ("raw", -1e15, -1e15),
        ("date", None, NOW),
        ("date", "", NOW),
        ("date", " 2026-03-02 ", datetime(2026, 3, 1, 23)),
        ("date", "1990-01-02", datetime(1990, 1, 1, 23)),
        ("date", "2026-03-02T09:30:15.9Z", datetime(2026, 3, 2, 9, 30, 15)),
        ("date", "2026-03-03T10:00:00", NOW + timedelta(days=1)),
    ],
)
def test_what_is_taken(field, value, expected):
    [result] = read({**ROW, field: value})
    assert getattr(result, field) == expected


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("partner", {"missing": [None, "", " "]}),
        ("partner", {"partner": [0, -1, 2**31, True, 1.0, [], "x" * 201, "C\n17"]}),
        ("indicator", {"missing": [None, ""], "indicator": [5, "x" * 201, "n\tps"]}),
        ("raw", {"missing": [None]}),
        ("raw", {"raw": ["8", "", True, [], 1.1e15, -1.1e15, 1e999, float("nan")]}),
        ("date", {"date": [5, True, "soon", "2026-02-30", "2026-03-02T25", "0" * 41]}),
        ("date", {"date": ["1989-12-31", "1989-12-31T09", "2100-01-01T09"]}),
        ("date", {"date": ["2100-01-01", "9999-12-31T23:00-14:00"]}),
        ("date", {"future": ["2026-03-03T10:00:01", "2026-03-04", "2099-12-31"]}),
        ("date_", {"unknown": [None]}),
    ],
)
def test_what_is_refused(field, codes):
    for code, values in codes.items():
        for value in values:
            [result] = read({**ROW, field: value})
            assert isinstance(result, loading.RowError), value
            assert result.code == code, value


@pytest.mark.parametrize("row", [None, [], "C-17", 5])
def test_what_is_no_row(row):
    [result] = read(row)
    assert result.code == "shape"


@given(
    st.integers(1, loading.MAX_ID) | st.text("abc@+1", min_size=1, max_size=20),
    st.floats(-1e15, 1e15) | st.integers(-(10**15), 10**15),
    moments,
)
def test_a_good_row_says_what_was_sent(partner, raw, moment):
    row = {"partner": partner, "indicator": "nps", "raw": raw}
    [result] = read({**row, "date": moment.isoformat()})
    assert result == (partner, "nps", raw, moment.replace(microsecond=0))


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_zones_do_not_move_a_moment(moment, minutes):
    moment = moment.replace(microsecond=0)
    local = moment + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    if local.year in loading.YEARS:
        assert loading.read_moment(local.isoformat() + zone, day_start) == moment


@given(st.lists(st.tuples(st.integers(0, 3) | st.none(), st.integers(0, 3))))
def test_of_doubles_the_latest_counts(pairs):
    rows = [
        loading.Row(1, "nps", 0.0, NOW - timedelta(days=days)) for __, days in pairs
    ]
    keys = [key for key, __ in pairs]
    doubles = loading.find_doubles(rows, keys)
    for key in set(keys) - {None}:
        mine = [place for place, other in enumerate(keys) if other == key]
        [kept] = [place for place in mine if place not in doubles]
        latest = max(rows[place].date for place in mine)
        assert kept == min(place for place in mine if rows[place].date == latest)
        for place in set(mine) - {kept}:
            why, other = doubles[place]
            assert other == kept
            assert (why == "repeated") == (rows[place].date == rows[kept].date)
    assert not any(keys[place] is None for place in doubles)
