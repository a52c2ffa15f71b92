"""The command ``crl`` against a real server, as the users who would use it."""

import csv
import json

import openpyxl
import pytest

from crl_client import Client, LoginError, Refused

pytest_plugins = ["tests.support.fixtures", "tests.support.client"]


# ---- Login and status ----


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_log_in_and_out(crl, protocol):
    words = ["--protocol", protocol, "--db", crl.database.name, "--user", "loader"]
    assert "as loader" in crl.login("loader", *words)
    told = crl("status")
    version = crl.database.one(
        "SELECT latest_version FROM ir_module_module WHERE name = 'crl_retention'"
    )
    words = version, "19.0", "pass", "Contacts due    0", "User            loader"
    assert all(word in told for word in words), told
    crl("logout")
    crl("status", code=3)


def test_wrong_keys_and_addresses(crl):
    crl("login", crl.server.url, stdin="wrong", code=3)
    words = ["login", crl.server.url, "--db", "nowhere"]
    assert "--db" in crl(*words, stdin="wrong", code=3)
    words += ["--user", "loader", "--protocol", "xmlrpc"]
    assert "cannot open" in crl(*words, stdin="wrong", code=3)
    words = ["--db", crl.database.name, "--user", "rep", "--protocol", "xmlrpc"]
    crl.login("loader", *words, code=3)


def test_the_engine_is_not_well(crl):
    crl.login()
    switch = "UPDATE ir_cron SET active = %s WHERE id = %s"
    crl.database.sql(switch, False, crl.database.ref("ir_cron_run"))
    told = crl("status", code=1)
    crl.database.sql(switch, True, crl.database.ref("ir_cron_run"))
    assert "is switched off" in told


# ---- Procedures and exports ----


def test_enroll(crl, tmp_path):
    crl.login()
    path = tmp_path / "customers.txt"
    path.write_text("C-200\nc201@example.com\nC-202\nnobody\nTWICE\n")
    words = ["enroll", "--cadence", "New account, 3 months", "--partners", path]
    count = "SELECT count(*) FROM crl_enrollment"
    before = crl.database.one(count)
    assert "3 accepted, 2 refused" in crl(*words, "--dry-run", code=1)
    assert crl.database.one(count) == before
    report = tmp_path / "report.csv"
    told = crl(*words, "--report", report, "--date-start", "2026-11-02", code=1)
    assert "3 enrolled, 2 refused" in told
    with report.open(encoding="utf-8-sig") as file:
        rows = {row["partner"]: row for row in csv.DictReader(file)}
    assert rows["C-200"]["status"] == "enrolled"
    assert "no customer" in rows["nobody"]["reason"]
    assert "share" in rows["TWICE"]["reason"]
    day = "SELECT date_start FROM crl_enrollment WHERE id = %s"
    enrollment = int(rows["c201@example.com"]["enrollment_id"])
    assert str(crl.database.one(day, enrollment)) == "2026-11-02"
    # again: nobody gets in twice
    told = crl(*words, code=1)
    assert "goes through this procedure already" in told
    assert crl.database.one(count) == before + 3
    ids = ",".join(str(crl.found["ids"][n]) for n in (203, 204))
    assert "2 enrolled" in crl("enroll", "--cadence", "1", "--partners", ids)
    told = crl("enroll", "--cadence", "None", "--partners", "1", code=2)
    assert "New account, 3 months" in told


def test_a_rep_enrolls_their_own_alone(crl):
    crl.login("rep")
    own, other, second = crl.found["ids"][301:304]
    told = crl("enroll", "--cadence=1", f"--partners={own}", code=0)
    assert "1 enrolled" in told
    told = crl("enroll", "--cadence=1", f"--partners={other},{second}", code=1)
    assert "belong to loader" in told and "1 enrolled, 1 refused" in told
    assert not crl.database.sql(
        "SELECT id FROM crl_enrollment WHERE partner_id = %s", other
    )


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_export(crl, tmp_path, protocol):
    with Client(
        crl.server.url,
        crl.found["keys"]["loader"],
        database=crl.database.name,
        user="loader",
        protocol=protocol,
    ) as client:
        ids = crl.found["ids"][400:410]
        offset = 0 if protocol == "json2" else 20
        client.enroll(1, [partner + offset for partner in ids])
        client.load_values([{"partner": "C-5", "indicator": "nps", "raw": 5}])
        tables = {
            "touchpoints": "crl_touchpoint",
            "enrollments": "crl_enrollment",
            "indicators": "crl_indicator_value",
            "cases": "crl_case",
        }
        for kind, table in tables.items():
            rows = list(client.export(kind))
            expected = crl.database.sql(f"SELECT id FROM {table} ORDER BY id")
            assert [row["id"] for row in rows] == [number for [number] in expected]
            assert not list(client.export(kind, since="2090-01-01"))
    words = ["--db", crl.database.name, "--protocol", protocol, "--user=loader"]
    crl.login("loader", *words)
    for form in ("csv", "jsonl", "xlsx"):
        path = tmp_path / f"touchpoints.{form}"
        crl("export", "touchpoints", "-o", path)
        assert path.stat().st_size > 1000
    lines = (tmp_path / "touchpoints.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["partner"].startswith("Customer ")
    assert crl("export", "touchpoints").count("\n") == len(lines) + 1
    sheet = openpyxl.load_workbook(tmp_path / "touchpoints.xlsx").active
    assert sheet.max_row == len(lines) + 1


def test_exports_show_what_the_user_may_see(crl):
    with Client(crl.server.url, crl.found["keys"]["loader"]) as client:
        client.enroll(1, [crl.found["ids"][450], crl.found["ids"][451]])
    with Client(crl.server.url, crl.found["keys"]["rep"]) as client:
        seen = {row["partner_id"] for row in client.export("enrollments")}
    assert crl.found["ids"][451] in seen
    assert crl.found["ids"][450] not in seen


def test_errors_are_sentences(crl):
    with Client(crl.server.url, crl.found["keys"]["rep"]) as client:
        with pytest.raises(Refused) as caught:
            client.call("crl.touchpoint", "action_skip", [2**31 - 2])
        assert "Traceback" not in str(caught.value)
        with pytest.raises(Refused):
            client.call("res.users", "_write", [2], vals={})
    with Client(crl.server.url, "wrong") as client, pytest.raises(LoginError):
        client.check_login()
