"""Files people upload: a table, or a reason why not."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

table = load("table")
#: What a spreadsheet writes into a cell.
cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=12,
).filter(lambda text: "\ufeff" not in text)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(b"PK\x03\x04".__add__))
def test_any_bytes_are_a_table_or_refused(content):
    try:
        found = table.read_table(content)
    except table.TableError:
        return
    assert found.rows


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=5))
def test_what_was_written_is_read(rows):
    rows = [["ref", "nps", "date"], *rows]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(rows)
        found = table.read_table(text.getvalue().encode(encoding))
        assert [found.header, *found.rows] == rows


@given(st.floats(-1e12, 1e12).map(lambda number: round(number, 3)))
def test_numbers_however_they_are_written(number):
    assert table.to_number(f"{number:,.3f}") == number
    german = f"{number:,.3f}".translate(str.maketrans(",.", ".,"))
    assert table.to_number(german, ",") == number
    assert table.to_number(number) == number


@given(st.dates(), st.sampled_from("/.-"))
def test_dates_however_they_are_written(day, separator):
    for order in ("dmy", "mdy"):
        text = separator.join(
            {"d": f"{day:%d}", "m": f"{day:%m}", "y": f"{day.year:04}"}[part]
            for part in order
        )
        if day.year >= 100:
            assert table.to_date(text, order) == day.isoformat()
    assert table.to_date(day) == day.isoformat()


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"a,b\n", "empty"),
        (b"a\0b\n1\n", "broken"),
        (b"PK\x03\x04", "broken"),
        (b"\xff\xfe\x00", "broken"),
        (b"x" * (table.MAX_BYTES + 1), "size"),
    ],
)
def test_why_not(content, code):
    with pytest.raises(table.TableError, match=code):
        table.read_table(content)


def test_a_cell_of_a_megabyte():
    [row] = table.read_table(b"ref,nps\n" + b"x" * 2**20 + b",5\n").rows
    assert len(row[0]) == 2**20
