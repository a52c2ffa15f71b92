"""Loading values by the command ``crl`` into a real server, whatever happens."""

import csv
import json
import signal
from contextlib import contextmanager

import openpyxl
import pytest

from tests.support.client import read_report
from tests.support.server import PATIENCE, wait_for

pytest_plugins = ["tests.support.fixtures", "tests.support.client"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_load_each_kind_of_file(crl, tmp_path, kind):
    crl.login()
    rows = [(f"C-{n}", n / 4, "2026-03-02") for n in range(120)]
    path = tmp_path / f"values.{kind}"
    if kind == "csv":
        lines = [f"{ref};{raw};{day}".replace(".", ",") for ref, raw, day in rows]
        path.write_text("\n".join(["Kunde;Wert;Datum", *lines]))
    elif kind == "jsonl":
        lines = [
            json.dumps({"customer": ref, "value": raw, "date": day})
            for ref, raw, day in rows
        ]
        path.write_text("\n".join(lines))
    else:
        book = openpyxl.Workbook()
        for row in [("Customer", "Value", "Date"), *rows]:
            book.active.append(row)
        book.save(path)
    words = ["load", "indicators", path, "--indicator=nps", "--batch-size=50"]
    if kind == "csv":
        words.append("--decimal=,")
    assert "Checked 120" in crl(*words, "--dry-run")
    assert not crl.values()
    assert "120 created" in crl(*words)
    assert crl.values() == {(ref, "nps"): raw for ref, raw, _day in rows}
    assert "120 created" in crl(*words)  # the same again: the same answer
    days = crl.database.sql("SELECT DISTINCT date FROM crl_indicator_value")
    assert [str(day) for [day] in days] == ["2026-03-01 23:00:00"]  # Paris


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_each_bad_row_is_named_and_the_rest_is_loaded(crl, tmp_path, protocol):
    crl.login(
        "loader",
        *("--protocol", protocol, "--db", crl.database.name, "--user", "loader"),
    )
    rows = {
        2: ("C-1", "nps", "9", "2026-03-02", ""),
        3: ("c2@Example.com", "nps", "8", "2026-03-02", ""),
        4: ("+33 1 23 45 00 03", "nps", "7", "2026-03-02", ""),
        5: ("nobody", "nps", "1", "2026-03-02", "No active customer"),
        6: ("C-6", "none", "1", "2026-03-02", "no active indicator"),
        7: ("C-7", "nps", "a lot", "2026-03-02", "not a number"),
        8: ("C-8", "nps", "1", "02.03.2026", "not a date"),
        9: ("C-9", "nps", "1", "2090-03-02", "in the future"),
        10: ("C-1", "nps", "5", "2026-03-02", "Line 2 "),
        11: ("c1@example.com", "nps", "5", "2026-03-02", "Line 2 "),
        12: ("=cmd|' /C calc'!A0", "nps", "1", "2026-03-02", "formula"),
        13: ("x" * 1_000_000, "nps", "1", "2026-03-02", "1000000 characters"),
        14: ("TWICE", "nps", "1", "2026-03-02", "several customers"),
        15: ("C-15", "nps", "1e300", "2026-03-02", "not a number between"),
        16: ("Bad\ufffd", "nps", "1", "2026-03-02", "another encoding"),
        17: ("C-17", "nps", "1", "", ""),
    }
    path = tmp_path / "bad.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "indicator", "value", "date"])
        writer.writerows(row[:4] for row in rows.values())
    content = path.read_bytes().replace("Bad\ufffd".encode(), b"Bad\xe9\xc3\xa9")
    path.write_bytes(content + b"C-18,nps\n")
    told = crl("load", "indicators", path, "--encoding=utf-8", code=1)
    assert "4 created" in told
    assert set(crl.values()) == {(f"C-{n}", "nps") for n in (1, 2, 3, 17)}
    assert crl.values()["C-1", "nps"] == 9
    refused = read_report(path)
    words = {line: row[4] for line, row in rows.items() if row[4]} | {18: "2 cells"}
    assert set(refused) == set(words)
    for line, word in words.items():
        assert word in refused[line], line
    # what the dry run says is what happens
    crl.database.sql("DELETE FROM crl_indicator_value")
    crl("load", "indicators", path, "--encoding=utf-8", "--dry-run", code=1)
    assert read_report(path) == refused
    assert not crl.values()


def test_only_managers_load(crl, tmp_path):
    crl.login("rep")
    path = tmp_path / "values.csv"
    path.write_text("ref,value\nC-1,1\n")
    told = crl("load", "indicators", path, "--indicator=nps", code=4)
    assert "Only a manager" in told
    assert not crl.values()


#: No batch after so many begins while somebody else holds the lock.
GATE = """
CREATE FUNCTION crl_test_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM crl_load) >= {enough} THEN
        PERFORM pg_advisory_xact_lock(1);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crl_test_gate BEFORE INSERT ON crl_load
    FOR EACH ROW EXECUTE FUNCTION crl_test_gate();
"""
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def gate(database, enough):
    """Let no batch through after so many, until the end; yields what waits until one
    is at the gate."""
    database.sql("SELECT pg_advisory_lock(1)")
    database.sql(GATE.format(enough=enough))
    try:
        yield lambda: wait_for(lambda: database.one(WAITING), PATIENCE, "no batch")
    finally:
        database.sql("SELECT pg_advisory_unlock(1)")
        database.sql("DROP FUNCTION crl_test_gate CASCADE")


def test_killed_halfway_and_repeated(crl, tmp_path):
    """Three times killed with SIGKILL, then to its end: the same as in one go."""
    crl.login()
    path = tmp_path / "values.csv"
    bad = {n for n in range(500) if n % 50 == 7}
    path.write_text(
        "ref,nps,churn\n"
        + "".join(
            f"{'nobody' if n in bad else 'C'}-{n},{n},{n / 8}\n" for n in range(500)
        )
    )
    words = ["load", "indicators", path, "--wide", "--batch-size=20"]
    for enough in (0, 15, 35):
        with gate(crl.database, enough) as wait:
            process = crl.start(*words, "--quiet")
            wait()
            process.send_signal(signal.SIGKILL)
            process.communicate()
    assert len(crl.values()) < 980
    told = crl(*words, code=1)
    assert "Went on after" in told and "980 created" in told and "Refused 20" in told
    good = [n for n in range(500) if n not in bad]
    values = {(f"C-{n}", "nps"): n for n in good}
    assert crl.values() == values | {(f"C-{n}", "churn"): n / 8 for n in good}
    assert set(read_report(path)) == {n + 2 for n in bad}
    # each batch was done once
    assert crl.database.one("SELECT count(*) FROM crl_load") == 50


def test_the_server_restarts_in_between(crl, tmp_path):
    crl.login()
    path = tmp_path / "values.csv"
    path.write_text("ref,value\n" + "".join(f"C-{n},{n}\n" for n in range(500)))
    words = ["load", "indicators", path, "--indicator=nps", "--batch-size=5"]
    with gate(crl.database, 1) as wait:
        process = crl.start(*words, "--quiet")
        wait()
        # a slow machine takes longer to start a server than the command has patience
        process.send_signal(signal.SIGSTOP)
        crl.server.kill()
    crl.server.start()
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert "500 created" in out
    assert len(crl.values()) == 500
