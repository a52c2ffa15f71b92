"""From a file to the server: once each, whatever happens on the way."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections import Counter

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crl_client import Client, Transport, UsageError
from crl_client.journal import Journal
from crl_client.load import Load, Options
from crl_client.report import disarm
from fake_odoo import KEY

TODAY = "2026-03-02"


@pytest.fixture
def client(fake):
    with Client(fake.url, KEY, transport=Transport(sleep=lambda s: None)) as client:
        yield client


@pytest.fixture
def run(tmp_path, client):
    """Load some content; returns the counts, and the refused as ``{line: reason}``."""

    def run(content, name="f.csv", today=TODAY, offline=False, **options):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        load = Load(
            path,
            Options(**options),
            None if offline else client,
            state=tmp_path / "state",
        )
        result = load.run(today)
        with result.report.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return dict(result.counts), {
            int(row["refused_line"]): row["refused_reason"] for row in rows
        }

    return run


def test_three_kinds_of_files_give_the_same(tmp_path, fake, run):
    rows = [("C-1", 9, "2026-03-01"), ("C-2", 7.5, "2026-03-01")]
    expected = {(ref, "nps"): (raw, day) for ref, raw, day in rows}
    book = openpyxl.Workbook()
    book.active.append(["ref", "value", "date"])
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "f.xlsx")
    content = {
        "f.csv": "ref;value;date\n"
        + "".join(f"{r};{v};{d}\n".replace(".", ",") for r, v, d in rows),
        "f.jsonl": "".join(
            json.dumps({"ref": r, "value": v, "date": d}) + "\n" for r, v, d in rows
        ),
        "f.xlsx": None,
    }
    for name, text in content.items():
        fake.values.clear()
        fake.keys.clear()
        counts, refused = run(text, name, indicator="nps", decimal=",")
        assert (counts, refused) == ({"created": 2}, {})
        assert fake.values == expected


def test_each_bad_row_is_named_and_the_rest_is_loaded(fake, run):
    content = (
        "customer,code,value,date\n"
        "C-1,nps,1,2026-03-01\n"  # 2
        "nobody,nps,1,2026-03-01\n"
        "C-2,nps,many,2026-03-01\n"
        "C-2,nps,1,yesterday\n"
        "C-1,nps,5,2026-03-01\n"
        "=cmd|' /C calc'!A0,nps,1,2026-03-01\n"
        f"{'x' * 1_000_000},nps,1,2026-03-01\n"
        "C-3,nps\n"
        "C-3,,1,2026-03-01\n"
        ",nps,1,2026-03-01\n"
        "C-4,nps,2,\n"  # 12
    )
    counts, refused = run(content)
    assert counts == {"created": 2, "refused": 9}
    assert set(fake.values) == {("C-1", "nps"), ("C-4", "nps")}
    assert fake.values["C-4", "nps"] == (2, None)
    words = {
        3: "No customer",
        4: "“many” is not a number",
        5: "“yesterday” is not a date",
        6: "Line 2 has a value",
        7: "formula",
        8: "1000000 characters",
        9: "2 cells",
        10: "indicator is empty",
        11: "customer is empty",
    }
    assert set(refused) == set(words)
    for line, word in words.items():
        assert word in refused[line]


def test_wide_files(fake, run):
    content = "ref,nps,churn\nC-1,9,0.5\nC-2,,x\nC-3,,\n"
    counts, refused = run(content, wide=True)
    assert counts == {"created": 2, "refused": 2}
    assert set(fake.values) == {("C-1", "nps"), ("C-1", "churn")}
    assert refused[3].startswith("churn: ") and "no value" in refused[4]


def test_the_report_can_be_mended_and_loaded(tmp_path, fake, run):
    run("ref,value\nC-1,1\nC-2,x\n+33 1 23,1;\n", indicator="nps")
    path = tmp_path / "f.csv.refused.csv"
    mended = path.read_bytes().replace(b"C-2,x", b"C-2,2").replace(b",1;", b",3")
    counts, refused = run(mended, "again.csv", indicator="nps")
    assert (counts, refused) == ({"created": 2}, {})
    assert fake.values["+33 1 23", "nps"] == (3, None)


def test_a_dry_run_changes_nothing(fake, run):
    content = "ref,value\nC-1,1\nC-2,x\n"
    counts, refused = run(content, indicator="nps", offline=True)
    assert (counts, list(refused)) == ({"checked": 1, "refused": 1}, [3])
    assert not fake.calls


def test_a_file_with_a_header_alone(fake, run):
    assert run("ref,value\n", indicator="nps") == ({}, {})
    assert not fake.calls


def test_a_repeated_load_gives_the_same(fake, run):
    content = "ref,value\n" + "".join(f"C-{n},{n}\n" for n in range(25)) + "nobody,1\n"
    first = run(content, indicator="nps", batch=10)
    assert first[0] == {"created": 25, "refused": 1}
    assert run(content, indicator="nps", batch=10) == first
    assert len(fake.keys) == 3


def test_another_day_is_another_load(fake, run):
    content = "ref,value\nC-1,1\n"
    for day in (TODAY, TODAY, "2026-03-03"):
        run(content, indicator="nps", today=day)
    assert len(fake.keys) == 2


def test_a_load_that_broke_goes_on(fake, run, tmp_path):
    content = "ref,value\n" + "".join(f"C-{n},{n}\n" for n in range(49)) + "nobody,1\n"
    fake.faults = [None, None, 422]
    with pytest.raises(Exception, match="No"):
        run(content, indicator="nps", batch=10)
    assert not (tmp_path / "f.csv.refused.csv").exists()
    before = len(fake.calls)
    counts, refused = run(content, indicator="nps", batch=10, today="2026-03-03")
    assert (counts, list(refused)) == ({"created": 49, "refused": 1}, [51])
    assert len(fake.calls) - before == 3
    assert all(TODAY in key for key in fake.keys)
    assert not list((tmp_path / "state").iterdir())


def test_a_journal_that_was_cut_off(tmp_path):
    journal = Journal.open(tmp_path, "x", TODAY)
    journal._append({"batch": 0, "counts": {"created": 3}, "refused": [[1, "why"]]})
    with journal.path.open("a") as file:
        file.write('\n{"batch": 1, "counts": {"cre')
    journal._append({"batch": 2, "counts": {}, "refused": []})
    again = Journal.open(tmp_path, "x", "2026-03-03")
    assert set(again.done) == {0, 2}
    assert again.today == TODAY
    assert again.done[0].refused == [(1, "why")]


@pytest.mark.parametrize(
    "head", [b"", b"garbage", b"{}", b'{"version": 0}\n{}', b"\xff"]
)
def test_a_journal_of_nobody(tmp_path, head):
    (tmp_path / "x.jsonl").write_bytes(head)
    assert Journal.open(tmp_path, "x", TODAY).done == {}


def test_an_old_journal_is_not_gone_on_with(tmp_path, monkeypatch):
    journal = Journal.open(tmp_path, "x", TODAY)
    journal._append({"batch": 0, "counts": {}, "refused": []})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    assert Journal.open(tmp_path, "x", TODAY).done == {}


def test_the_options_make_the_load(tmp_path, client):
    path = tmp_path / "f.csv"
    path.write_text("ref,value\nC-1,1\n")
    ids = {
        Load(path, Options(indicator="nps", **options), client).id
        for options in ({}, {"decimal": ","}, {"batch": 10}, {"ids": True})
    }
    assert len(ids) == 4
    assert all(len(name) == 40 for name in ids)


def test_a_report_must_not_replace_the_file(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("ref,value\n")
    with pytest.raises(UsageError, match="replace"):
        Load(path, Options(indicator="nps"), None, report=path)


@given(st.text())
def test_no_cell_of_a_report_is_a_formula(text):
    shown = disarm(text)
    if shown.lstrip()[:1] in tuple("=+-@"):
        float(shown.replace(",", "."))
    assert not set(shown) & {"\x00", "\r", "\x1b"}


def test_memory_is_flat(tmp_path, fake):
    peaks = []
    for count in (2_000, 8_000):
        path = tmp_path / f"{count}.csv"
        path.write_text("ref,value\n" + "".join(f"C-{n},x\n" for n in range(count)))
        load = Load(path, Options(indicator="nps", batch=500), None)
        tracemalloc.start()
        load.run(TODAY)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_killed_in_the_middle(tmp_path, fake, home):
    """The process is killed again and again, and what comes of it is the same."""
    path = tmp_path / "f.csv"
    bad = "nobody,1\nC-1,x\n"
    path.write_text("ref,value\n" + "".join(f"C-{n},{n}\n{bad}" for n in range(100)))
    environ = {**os.environ, "CRL_URL": fake.url, "CRL_API_KEY": KEY}
    words = ["load", "indicators", str(path), "--indicator=nps", "--batch-size=10"]
    command = [sys.executable, "-m", "crl_client", *words]
    environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    for number, fault in ((3, "hang"), (9, "hang after"), (20, "hang after")):
        # however fast it is, it gets no further
        fake.faults = [None] * (number - 1 - len(fake.calls)) + [fault]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE)
        while len(fake.calls) < number or fake.faults:
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "Went on after" in done.stdout
    assert len(fake.values) == 100
    assert all(raw == int(ref[2:]) for (ref, _code), (raw, _day) in fake.values.items())
    statuses = Counter(row["status"] for rows in fake.keys.values() for row in rows)
    assert statuses == {"created": 100, "refused": 1}
    with path.with_name("f.csv.refused.csv").open(encoding="utf-8-sig") as file:
        lines = [int(row["refused_line"]) for row in csv.DictReader(file)]
    assert lines == [line for line in range(2, 302) if line % 3 != 2]
