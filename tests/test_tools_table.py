"""Files people upload: a table, or a reason why not."""

import csv
import io
import zipfile
from datetime import datetime

import openpyxl
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


def pack(sheet):
    """An XLSX file with this as its only sheet."""
    plain, packed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            is_sheet = name.endswith("sheet1.xml")
            target.writestr(name, sheet if is_sheet else source.read(name))
    return packed.getvalue()


@pytest.mark.parametrize(
    "rows, code",
    [
        # each row would be 16,384 cells in memory
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>' * 2, "empty"),
        ('<row r="1"><c r="GS1"><v>1</v></c></row>' * 2, "size"),
        # the gap would be filled with empty rows
        ('<row r="999999999999"><c r="A1"><v>1</v></c></row>', "rows"),
    ],
)
def test_a_small_file_that_claims_much(rows, code, monkeypatch):
    monkeypatch.setattr(table, "MAX_LINES", 1000)
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{name}"><sheetData>{rows}</sheetData></worksheet>'
    with pytest.raises(table.TableError, match=code):
        table.read_table(pack(sheet))


def test_many_columns_and_empty_lines():
    with pytest.raises(table.TableError, match="size"):
        table.read_table(b"a,b\n" + b"," * 5000 + b"x\n")
    assert table.read_table(b"a,b\n\n" + b"," * 5000 + b"\n1,2,3\n") == (
        ["a", "b", ""],
        [["1", "2", "3"]],
        "utf-8",
    )


def test_a_day_in_a_spreadsheet_is_a_day():
    assert table.to_date(datetime(2026, 3, 2)) == "2026-03-02"
    assert table.to_date(datetime(2026, 3, 2, 9)) == "2026-03-02T09:00:00"


@pytest.mark.parametrize("text", ["²/3/2026", "1/1/99999999999999999999", "9" * 5000])
def test_what_is_no_date_stays_as_it_is(text):
    assert table.to_date(text, "dmy") == text
    assert table.to_date(f"{text}/1/1", "dmy") == f"{text}/1/1"


def test_a_cell_of_a_megabyte():
    [row] = table.read_table(b"ref,nps\n" + b"x" * 2**20 + b",5\n").rows
    assert len(row[0]) == 2**20
