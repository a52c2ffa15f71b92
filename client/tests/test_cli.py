"""The command, as a person or a script calls it."""

import io
import sys

import pytest

from crl_client import cli, commands
from crl_client import login as logins
from crl_client.transport import Patience, Transport
from fake_odoo import KEY


@pytest.fixture
def crl(monkeypatch, capsys):
    """Say words to the command; returns ``(exit code, stdout, stderr)``."""

    def make_transport(options):
        patience = Patience(tries=2, first=0)
        return Transport(patience=patience, sleep=lambda seconds: None)

    monkeypatch.setattr(commands, "make_transport", make_transport)

    def crl(*words, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = cli.main(words)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert KEY not in out + err
        return code, out, err

    return crl


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("ref,value\nC-1,1\nnobody,2\n")
    return str(path)


def test_log_in_load_log_out(crl, fake, csv_file):
    code, out, _err = crl("login", fake.url, stdin=KEY + "\n")
    assert code == 0
    assert "as loader" in out
    code, out, _err = crl("load", "indicators", csv_file, "--indicator", "nps")
    assert code == 1
    assert "Loaded 1 value: 1 created." in out
    assert "Refused 1" in out
    assert fake.values.keys() == {("C-1", "nps")}
    code, out, _err = crl("profiles")
    assert out.startswith("* 127.0.0.1")
    assert crl("logout")[0] == 0
    code, _out, err = crl("load", "indicators", csv_file, "--indicator", "nps")
    assert code == 3
    assert "crl login" in err


def test_a_key_typed_at_the_terminal_is_not_shown(crl, fake, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    asked = []

    def getpass(text):
        asked.append(text)
        return KEY

    monkeypatch.setattr(logins.getpass, "getpass", getpass)
    monkeypatch.setattr(logins.sys, "stdin", Terminal())
    profile = logins.log_in(fake.url, transport=Transport())
    assert asked and profile.user == "loader"


def test_all_loaded(crl, fake, tmp_path, monkeypatch):
    monkeypatch.setenv("CRL_URL", fake.url)
    monkeypatch.setenv("CRL_API_KEY", KEY)
    path = tmp_path / "f.csv"
    path.write_text("Kunde;Wert\nC-1;1,5\n")
    words = ["load", "indicators", str(path), "--indicator=nps", "--decimal=,"]
    assert crl(*words)[0] == 0
    assert fake.values["C-1", "nps"][0] == 1.5


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["load"],
        ["load", "indicators", "missing.csv"],
        ["load", "indicators", "FILE"],
        ["load", "indicators", "."],
        ["load", "indicators", "FILE", "--map", "partner"],
        ["load", "indicators", "FILE", "--map", "raw=none"],
        ["load", "indicators", "FILE", "--indicator=nps", "--batch-size=0"],
        ["load", "indicators", "FILE", "--indicator=nps", "--batch-size=10001"],
        ["load", "indicators", "FILE", "--indicator=nps", "--decimal=;"],
        ["load", "indicators", "FILE", "--indicator=nps", "--encoding=klingon"],
        ["load", "indicators", "FILE", "--indicator=nps", "--separator=;;"],
        ["load", "indicators", "FILE", "--indicator=nps", "--date=soon"],
        ["load", "indicators", "FILE", "--indicator=nps", "--offline"],
        ["load", "indicators", "FILE", "--indicator=nps", "--report=FILE"],
        ["load", "indicators", "FILE", "--indicator=nps", "--timeout=-1"],
        ["enroll", "--cadence=1"],
        ["enroll", "--cadence=1", "--partners=missing.txt"],
        ["enroll", "--cadence=1", "--partners="],
        ["enroll", "--cadence=1", "--partners=C-1,C-2"],
        ["enroll", "--cadence=1", "--partners=1", "--report=FILE/report.csv"],
        ["export", "secrets"],
        ["export", "cases", "--format=xlsx"],
        ["export", "cases", "--since=soon"],
        ["login", "ftp://odoo.example.com"],
        ["login", "http://odoo.example.com"],
    ],
)
def test_wrong_words(crl, fake, csv_file, monkeypatch, words):
    monkeypatch.setenv("CRL_URL", fake.url)
    monkeypatch.setenv("CRL_API_KEY", KEY)
    code, _out, err = crl(*(word.replace("FILE", csv_file) for word in words))
    assert code == 2
    assert err and "Traceback" not in err
    assert not fake.values


def test_the_key_goes_over_plain_http_only_when_told(crl, fake):
    code, _out, err = crl("login", "http://odoo.example.com", stdin=KEY)
    assert (code, "--insecure" in err) == (2, True)


def test_a_workbook_is_no_list_of_customers(crl, fake, tmp_path, monkeypatch):
    monkeypatch.setenv("CRL_URL", fake.url)
    monkeypatch.setenv("CRL_API_KEY", KEY)
    book = tmp_path / "customers.xlsx"
    book.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00C-1\n")
    code, _out, err = crl("enroll", "--cadence=1", f"--partners={book}")
    assert (code, "is no text" in err) == (2, True)


@pytest.mark.parametrize("key", ["", "wrong", "two words", "x" * 999])
def test_keys_that_are_not_taken(crl, fake, key, home):
    code, _out, err = crl("login", fake.url, stdin=key)
    assert code == 3 and err
    assert not key or key not in err
    assert not list(home.rglob("*.json"))


def test_nobody_is_there(crl):
    code, _out, err = crl("login", "http://127.0.0.1:9", stdin=KEY)
    assert code == 3
    assert "cannot be reached" in err


def test_an_error_of_the_server(crl, fake, csv_file, monkeypatch):
    monkeypatch.setenv("CRL_URL", fake.url)
    monkeypatch.setenv("CRL_API_KEY", KEY)
    fake.faults = [500] * 9
    code, _out, err = crl("load", "indicators", csv_file, "--indicator=nps")
    assert code == 4
    assert "log tells more" in err


def test_interrupted(crl, fake, csv_file, monkeypatch):
    monkeypatch.setenv("CRL_URL", fake.url)
    monkeypatch.setenv("CRL_API_KEY", KEY)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.Load, "run", interrupt)
    code, _out, err = crl("load", "indicators", csv_file, "--indicator=nps")
    assert code == 130
    assert "again to go on" in err


def test_a_warning_about_the_encoding(crl, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes("ref,value\nCafé,1\n".encode("cp1252"))
    words = ["load", "indicators", str(path), "--indicator=nps", "-n", "--offline"]
    code, _out, err = crl(*words)
    assert code == 0
    assert "not UTF-8" in err
    assert "not UTF-8" not in crl(*words, "--encoding=cp1252")[2]


def test_help_tells_the_exit_codes(crl):
    code, out, _err = crl("--help")
    assert code == 0
    assert "refused" in out and "exit codes" in out
