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
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
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


@pytest.mark.parametrize(
    ("text", "encoding", "kind"),
    [
        ("ref;town\nC-1;Łódź\n", "utf-8", "utf-8"),
        ("ref;town\nC-1;Łódź\n", "utf-8-sig", "utf-8"),
        # both orders of bytes
        ("\ufeffref;town\nC-1;Łódź\n", "utf-16-le", "utf-16"),
        ("\ufeffref;town\nC-1;Łódź\n", "utf-16-be", "utf-16"),
        ("ref;town\nC-1;Köln, 5 €\n", "cp1252", "cp1252"),
        # a byte that stands for nothing in Windows
        ("ref;town\nC-1;K\u0081ln\n", "latin-1", "latin-1"),
    ],
)
def test_in_whatever_letters_it_is_written(text, encoding, kind):
    found = table.read_table(text.encode(encoding))
    town = text.strip().rpartition(";")[2]
    assert found == (["ref", "town"], [["C-1", town]], kind)


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_the_header_tells_what_parts_the_cells(delimiter):
    """The rows may have more of something else."""
    other = ";" if delimiter == "," else ","
    row = ["C-1", f"a{other}b{other}c"]
    lines = [delimiter.join(cells) for cells in ([" ref ", "note "], *[row] * 9)]
    found = table.read_table("\r\n".join(lines).encode())
    assert (found.header, found.rows) == (["ref", "note"], [row] * 9)


def test_one_column_and_lines_within_a_cell():
    assert table.read_table(b"ref\nMiller; Sons\n").rows == [["Miller; Sons"]]
    assert table.read_table(b'ref,note\r\nC-1,"a\r\nb"\r\n').rows == [["C-1", "a\r\nb"]]


def test_as_much_as_is_allowed_and_no_more(monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    monkeypatch.setattr(table, "MAX_BYTES", 40)
    rows = b"a,b\n" + b"1,2,,\n" * 3
    assert table.read_table(rows).rows == [["1", "2"]] * 3
    with pytest.raises(table.TableError, match="rows"):
        table.read_table(rows + b"1,2\n")
    full = b"a,b\n1," + b"2" * 33 + b"\n"
    assert len(full) == 40
    assert table.read_table(full).rows
    with pytest.raises(table.TableError, match="size"):
        table.read_table(full + b"\n")
    monkeypatch.undo()
    names = ",".join(f"n{number}" for number in range(table.MAX_COLUMNS))
    assert table.read_table(f"{names}\n1\n".encode()).header == names.split(",")
    with pytest.raises(table.TableError, match="size"):
        table.read_table(f"{names},more\n1\n".encode())


def test_of_a_formula_the_result_counts():
    cells = '<c r="A{0}"><v>7</v></c><c r="B{0}"><f>A{0}+1</f><v>8</v></c>'
    rows = "".join(f'<row r="{line}">{cells.format(line)}</row>' for line in ("1", "2"))
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    assert table.read_table(pack(sheet)).rows == [[7, 8]]


def test_a_small_file_that_unpacks_to_much(monkeypatch):
    monkeypatch.setattr(table, "MAX_UNPACKED", 100)
    with pytest.raises(table.TableError, match="size"):
        table.read_table(pack(f'<worksheet xmlns="{SHEET}"></worksheet>'))


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("1'234.5", ".", 1234.5),
        ("1’234,5", ",", 1234.5),
        ("1.5E+3", ".", 1500),
        ("-1,5e-1", ",", -0.15),
        (".5", ".", 0.5),
        ("7", ",", 7),
        # none, though nothing in them is wrong
        ("", ".", ""),
        ("-", ".", "-"),
        (".", ".", "."),
        ("e5", ".", "e5"),
    ],
)
def test_what_is_a_number(cell, decimal, number):
    assert table.to_number(cell, decimal) == number


def test_what_can_be_read_in_two_ways():
    # as most of the world writes it
    assert table.guess_order(["1/2/2026"]) == "dmy"
    assert table.to_date("1/2/99", "dmy") == "2099-02-01"
    assert table.to_date("1/2/100", "dmy") == "0100-02-01"
    assert (table.to_key(1.5), table.to_key(2.0), table.to_key(None)) == (
        "1.5",
        "2",
        "",
    )
