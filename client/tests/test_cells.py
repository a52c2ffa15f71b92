"""What stands in one cell."""

import math
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crl_client.cells import Wrong, parse_code, parse_date, parse_number, parse_partner


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("1.5", ".", 1.5),
        (" -3 ", ".", -3),
        ("+.5", ".", 0.5),
        ("1e3", ".", 1000),
        ("1,5", ",", 1.5),
        ("1.234.567,8", ",", 1234567.8),
        ("1.234", ",", 1234),
        ("1 234 567", ".", 1234567),
        ("1\u202f234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("\u22125", ".", -5),
        (7, ".", 7),
        (2.25, ",", 2.25),
    ],
)
def test_numbers(cell, decimal, number):
    assert parse_number(cell, decimal) == number


@pytest.mark.parametrize(
    ("cell", "decimal", "word"),
    [
        ("1,5", ".", "--decimal ,"),
        ("1.5", ",", "decimal comma"),
        ("12%", ".", "not a number"),
        ("", ".", "empty"),
        (None, ".", "empty"),
        ("nan", ".", "not a number"),
        ("inf", ".", "not a number"),
        ("1e999", ".", "finite"),
        (math.nan, ".", "finite"),
        (10**400, ".", "finite"),
        (True, ".", "not a number"),
        ("=1+1", ".", "not a number"),
        ("=cmd|' /C calc'!A0", ".", "not a number"),
        ("1_000", ".", "not a number"),
        ("٣", ".", "not a number"),
        ("1" * 1_000_000 + "x", ".", "not a number"),
        ([1], ".", "not a number"),
        ({"a": 1}, ".", "not a number"),
    ],
)
def test_what_is_no_number(cell, decimal, word):
    with pytest.raises(Wrong, match=word) as caught:
        parse_number(cell, decimal)
    assert len(str(caught.value)) < 200


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back(number):
    assert parse_number(repr(number)) == number
    assert parse_number(repr(number).replace(".", ","), ",") == number


@given(st.text(), st.sampled_from(".,"))
def test_any_text_is_a_number_or_a_sentence(text, decimal):
    try:
        assert math.isfinite(parse_number(text, decimal))
    except Wrong as wrong:
        assert len(str(wrong)) < 300


@pytest.mark.parametrize(
    ("cell", "pattern", "text"),
    [
        ("2026-03-02", "", "2026-03-02"),
        ("2026-03-02 09:30:00", "", "2026-03-02 09:30:00"),
        ("2026-03-02T09:30:00Z", "", "2026-03-02 09:30:00"),
        ("2026-03-02T09:30:00.1234567+02:00", "", "2026-03-02 07:30:00"),
        ("02/03/2026", "%d/%m/%Y", "2026-03-02"),
        ("02/03/2026 09:30", "%d/%m/%Y %H:%M", "2026-03-02 09:30:00"),
        (date(2026, 3, 2), "", "2026-03-02"),
        (datetime(2026, 3, 2), "", "2026-03-02"),
        (datetime(2026, 3, 2, 9, 30), "", "2026-03-02 09:30:00"),
        ("", "", ""),
        (None, "%d", ""),
    ],
)
def test_dates(cell, pattern, text):
    assert parse_date(cell, pattern) == text


@pytest.mark.parametrize(
    "cell",
    ["2026-02-30", "2026-13-01", "02/03/2026", "yesterday", "0001-01-01", "9999-12-31"]
    + ["=NOW()", "2026-03-02 25:00", 45000, True, "1" * 100_000, "2026-W10-1x"],
)
def test_what_is_no_date(cell):
    with pytest.raises(Wrong) as caught:
        parse_date(cell)
    assert len(str(caught.value)) < 200


@given(st.text())
def test_any_text_is_a_date_or_a_sentence(text):
    try:
        found = parse_date(text)
    except Wrong:
        return
    assert found == "" or datetime.fromisoformat(found)


@given(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), st.integers(-840, 840))
def test_moments_become_utc(moment, minutes):
    moment = moment.replace(microsecond=0)
    zone = timezone(timedelta(minutes=minutes))
    text = moment.replace(tzinfo=timezone.utc).astimezone(zone).isoformat()
    assert parse_date(text) == moment.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("cell", "partner"),
    [
        (" C-17 ", "C-17"),
        ("+33 1 23 45 67 89", "+33 1 23 45 67 89"),
        ("'+33 1 23 45", "+33 1 23 45"),
        ("a@example.com", "a@example.com"),
        (1001, "1001"),
        (1001.0, "1001"),
        ("00042", "00042"),
    ],
)
def test_customers(cell, partner):
    assert parse_partner(cell) == partner


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (None, "empty"),
        ("=cmd|' /C calc'!A0", "formula"),
        ("'=1+1", "formula"),
        ("@SUM(A1)", "formula"),
        ("-cmd", "formula"),
        ("a" * 1_000_000, "1000000 characters"),
        ("C\x0017", "cannot be stored"),
        ("C\ud80017", "cannot be stored"),
        ("Bad\ufffd", "another encoding"),
        (True, "neither text nor a number"),
        ({"id": 1}, "neither text nor a number"),
        (10**4000, "too long"),
    ],
)
def test_what_names_nobody(cell, word):
    with pytest.raises(Wrong, match=word) as caught:
        parse_partner(cell)
    assert len(str(caught.value)) < 200


def test_ids_are_numbers():
    assert parse_partner("42", ids=True) == 42
    for cell in ("C-42", "0", "-1", "4.5", str(2**31), "٣"):
        with pytest.raises(Wrong, match="id"):
            parse_partner(cell, ids=True)


def test_codes():
    assert parse_code("nps ") == "nps"
    with pytest.raises(Wrong, match="indicator"):
        parse_code("")
