"""Files of every kind and in every state."""

import codecs
import tracemalloc

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crl_client.errors import UsageError
from crl_client.look import look
from crl_client.source import MAX_LINE, Record, Unreadable, open_rows


def read(path, **options):
    found = look(path)
    table = open_rows(path, options.pop("encoding", "") or found.encoding, **options)
    return table.columns, list(table.rows)


def write(tmp_path, content, name="f.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode(encoding)
    )
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings_are_found(tmp_path, encoding):
    path = write(tmp_path, "ref;value\nCafé Zürich;1\n" * 1, encoding=encoding)
    columns, rows = read(path)
    assert columns == ["ref", "value"]
    assert rows == [Record(2, {"ref": "Café Zürich", "value": "1"})]
    warned = encoding in ("utf-16-le", "utf-16-be", "cp1252")
    assert bool(look(path).warning) is warned


def test_one_wrong_byte_does_not_garble_the_rest(tmp_path):
    path = write(tmp_path, "ref,value\nCafé,1\nZürich,2\n".encode() + b"Bad\xff,3\n")
    rows = read(path)[1]
    assert [row.cells["ref"] for row in rows] == ["Café", "Zürich", "Bad\ufffd"]


def test_bytes_that_no_code_page_knows(tmp_path):
    path = write(tmp_path, b"ref,value\nA\x81\xe9,1\n")
    assert look(path).encoding == "latin-1"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path, separator):
    content = f'ref{separator}"a, b; c"\nA{separator}1\n'
    columns, rows = read(write(tmp_path, content))
    assert columns == ["ref", "a, b; c"]
    assert rows[0].cells == {"ref": "A", "a, b; c": "1"}


def test_bad_lines_are_named_and_the_rest_is_read(tmp_path):
    path = write(
        tmp_path,
        "ref,value\nA,1\nB\nC,1,2\n\n , \nD,1,\n"
        + "E," + "9" * (MAX_LINE + 10) + "\n"
        + '"F\nG",1\nH,"1"2\nI,1\n',
    )  # fmt: skip
    rows = read(path)[1]
    good = {row.line: row.cells["ref"] for row in rows if isinstance(row, Record)}
    assert good == {2: "A", 7: "D", 9: "F\nG", 12: "I"}
    bad = {row.line: row.reason for row in rows if isinstance(row, Unreadable)}
    assert set(bad) == {3, 4, 8, 11}
    assert "1 cells" in bad[3] and "3 cells" in bad[4]
    assert "too long" in bad[8] and "quotation" in bad[11]


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    [row] = read(write(tmp_path, 'ref,value\n"A,1\nB,2\nC,3\n'))[1]
    assert row.line == 2
    assert "not closed" in row.reason and "Lines 2 to 4" in row.reason


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" , ,\n"])
def test_empty_files(tmp_path, content):
    with pytest.raises(UsageError, match="first line"):
        read(write(tmp_path, content))


def test_header_alone(tmp_path):
    assert read(write(tmp_path, "ref,value\n")) == (["ref", "value"], [])


def test_columns_of_one_name(tmp_path):
    with pytest.raises(UsageError, match="same name: ref"):
        read(write(tmp_path, "ref,ref\n"))


def test_nul_bytes(tmp_path):
    rows = read(write(tmp_path, b"ref,value\nA\x00B,1\nC,2\n"))[1]
    assert rows[-1] == Record(3, {"ref": "C", "value": "2"})


def test_json_lines(tmp_path):
    deep = "[" * 100_000
    path = write(
        tmp_path,
        '{"ref": "A", "value": 1}\n\n[1]\nnot json\n' + deep + "\n"
        '{"ref": "B", "value": NaN}\n{"value": 2}\n',
        "f.jsonl",
    )
    columns, rows = read(path)
    assert columns == ["ref", "value"]
    kinds = [(row.line, type(row)) for row in rows]
    bad = [(3, Unreadable), (4, Unreadable), (5, Unreadable)]
    assert kinds == [(1, Record), *bad, (6, Record), (7, Record)]


def test_fields_that_come_later(tmp_path):
    content = '{"ref": "A"}\n{"ref": "B", "date": "2026-03-02"}\n'
    assert read(write(tmp_path, content, "f.jsonl"))[0] == ["ref", "date"]


def test_a_file_without_any_json(tmp_path):
    with pytest.raises(UsageError, match="JSON object"):
        read(write(tmp_path, "a,b\n" * 2000, "f.jsonl"))


def test_workbooks(tmp_path):
    path = tmp_path / "f.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["ref", "value"])
    book.active.append(["A", 1.5])
    book.active.append([])
    book.active.append(["B"])
    book.active.append(["C", 1, "too much"])
    book.create_sheet("Second").append(["other"])
    book.save(path)
    columns, rows = read(path)
    assert columns == ["ref", "value"]
    assert rows[:2] == [
        Record(2, {"ref": "A", "value": 1.5}),
        Record(4, {"ref": "B", "value": None}),
    ]
    assert isinstance(rows[2], Unreadable)
    assert read(path, sheet="Second") == (["other"], [])
    with pytest.raises(UsageError, match="no sheet 'Third'"):
        read(path, sheet="Third")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"ref,value\n"])
def test_what_is_no_workbook(tmp_path, content):
    with pytest.raises(UsageError, match="not an .xlsx"):
        read(write(tmp_path, content, "f.xlsx"))


def test_a_workbook_cut_off(tmp_path):
    path = tmp_path / "f.xlsx"
    book = openpyxl.Workbook()
    for number in range(5000):
        book.active.append([f"C-{number}", number])
    book.save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UsageError, match="workbook"):
        read(path)


@pytest.mark.parametrize("name", ["f.xls", "f.pdf", "f"])
def test_other_kinds(tmp_path, name):
    with pytest.raises(UsageError, match="xls|none of"):
        read(write(tmp_path, "ref,value\n", name))


def test_a_missing_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "missing.csv")


@given(st.binary(max_size=400), st.sampled_from(["f.csv", "f.jsonl", "f.xlsx"]))
def test_any_bytes_are_read_or_refused(tmp_path, content, name):
    try:
        columns, rows = read(write(tmp_path, content, name))
    except UsageError:
        return
    assert columns or name == "f.jsonl"
    assert all(isinstance(row, Record | Unreadable) for row in rows)


def test_memory_is_flat(tmp_path):
    path = tmp_path / "f.csv"
    peaks = []
    for count in (5_000, 25_000):
        path.write_text("ref,value\n" + "".join(f"C-{n},1\n" for n in range(count)))
        look(path)
        tracemalloc.start()
        for _row in open_rows(path).rows:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_marks_of_encodings_are_no_part_of_a_name(tmp_path):
    path = write(tmp_path, codecs.BOM_UTF8 + b"ref,value\nA,1\n")
    assert read(path, encoding="utf-8")[0] == ["ref", "value"]
