"""The bootstrap, from reading a machine's configuration to a server that answers."""

import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest

from bootstrap import (
    addons,
    aptconf,
    cluster,
    databases,
    debian,
    lint,
    logscan,
    odoo,
    python,
    settings,
    source,
    suite,
)
from bootstrap.shell import Failure

DEB822 = """\
Types: deb
# a comment inside
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://vendor.example/tool
Suites: nodistro
Components: main
"""
ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://old.example/debian/ bookworm contrib main
deb-src http://source.example/debian bookworm main
deb http://vendor.example/apt cloud-bookworm main
"""


class TestMirrors:
    def test_both_forms_of_sources_are_read(self, tmp_path):
        (tmp_path / "sources.list.d").mkdir()
        (tmp_path / "sources.list").write_text(ONE_LINE)
        (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
        assert aptconf.main_mirrors(tmp_path, "bookworm") == [
            "http://old.example/debian",
            "http://mirror.example/debian",
        ]

    def test_a_machine_without_sources_has_no_mirror(self, tmp_path):
        assert aptconf.main_mirrors(tmp_path, "bookworm") == []

    def test_a_mirror_given_by_hand_wins(self, monkeypatch):
        monkeypatch.setenv("CRL_DEBIAN_MIRROR", "http://mine.example/debian/")
        assert debian.mirrors() == ["http://mine.example/debian"]


def make_tree(folder, version="19, 0", complete=True):
    """The few files by which an Odoo source is known."""
    release = folder / "odoo" / "release.py"
    release.parent.mkdir(parents=True)
    release.write_text(f"version_info = ({version}, FINAL, 0, '')\n")
    web = folder / "addons" / "web" / "__manifest__.py"
    web.parent.mkdir(parents=True)
    web.touch()
    if complete:
        script = folder / Path(debian.MISSING_SCRIPT).relative_to("odoo")
        script.parent.mkdir(parents=True)
        script.touch()
    return folder


class TestSource:
    def test_a_complete_tree_is_taken(self, tmp_path):
        assert source.problem(make_tree(tmp_path)) == ""

    @pytest.mark.parametrize(
        ("options", "reason"),
        [({"version": "18, 0"}, "is Odoo 18.0"), ({"complete": False}, "incomplete")],
    )
    def test_another_tree_is_refused_with_the_reason(self, tmp_path, options, reason):
        assert reason in source.problem(make_tree(tmp_path, **options))

    def test_an_unusable_odoo_path_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setenv("ODOO_PATH", str(tmp_path))
        with pytest.raises(Failure, match="ODOO_PATH does not point"):
            source.ensure()

    def test_odoo_path_comes_first(self, tmp_path, monkeypatch):
        monkeypatch.setenv("ODOO_PATH", str(make_tree(tmp_path)))
        assert source.ensure().origin == "ODOO_PATH"

    def test_broken_links_of_an_unpacked_package_are_told(self, tmp_path):
        (tmp_path / "icon.woff").symlink_to("nowhere")
        with pytest.raises(Failure, match=r"1 broken links: icon\.woff"):
            debian.complete(tmp_path)


class TestPostgres:
    def test_a_deep_folder_gets_a_short_socket_path(self, tmp_path):
        account = cluster.service_account()
        deep = tmp_path / ("deep" * 30)
        folder = cluster.socket_folder(deep, account, "15")
        try:
            path = str(folder / cluster.SOCKET_NAME)
            assert len(path) <= cluster.SOCKET_PATH_LIMIT
            assert folder.stat().st_mode & 0o077 == 0
        finally:
            folder.rmdir()

    def test_a_strangers_folder_is_refused(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path)
        with pytest.raises(Failure, match="belongs to somebody else"):
            cluster.private_folder(tmp_path / "link", cluster.service_account())

    def test_a_wrong_choice_is_told(self, run_command):
        done = run_command("db", "list", CRL_PG="oracle", PGHOST="")
        assert done.returncode == 1
        assert done.stderr.strip() == "CRL_PG must be 'system' or 'embedded'."

    def test_the_embedded_server_runs(self, run_command):
        done = run_command(
            "db",
            "psql",
            "-XAtc",
            "SELECT count(*) FROM pg_database",
            "postgres",
            CRL_PG="embedded",
            PGHOST="",
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) >= 3

    def test_a_database_is_copied_and_dropped(self, run_command):
        names = [f"crl_copy_{uuid.uuid4().hex[:8]}" for _ in range(2)]
        made = run_command(
            "db", "psql", "-c", f"CREATE DATABASE {names[0]}", "postgres"
        )
        assert made.returncode == 0, made.stderr
        folder = databases.filestore(names[0])
        folder.mkdir(parents=True)
        (folder / "file").write_text("content")
        try:
            assert run_command("db", "copy", *names).returncode == 0
            copied = databases.filestore(names[1]) / "file"
            assert copied.read_text() == "content"
            assert names[1] in run_command("db", "list").stdout.split()
        finally:
            assert run_command("db", "drop", *names).returncode == 0
        assert not copied.exists()
        assert not set(names) & set(run_command("db", "list").stdout.split())


class TestOdoo:
    def test_any_command_runs(self, run_command):
        done = run_command("odoo", "--version")
        assert done.returncode == 0, done.stderr
        assert "19.0" in done.stdout

    def test_it_runs_from_any_folder(self, tmp_path):
        command = [str(settings.ROOT / "bin" / "odoo"), "--version"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert "19.0" in done.stdout

    def test_a_server_gets_a_free_port(self):
        assert odoo.with_port(["-d", "x"])[:2] == ["-d", "x"]
        assert odoo.with_port(["-d", "x"])[2].startswith("--http-port=")

    @pytest.mark.parametrize(
        "arguments",
        [["-p", "1"], ["--http-port=1"], ["--no-http"], ["shell", "-d", "x"]],
    )
    def test_a_port_is_not_forced_on_others(self, arguments):
        assert odoo.with_port(arguments) == arguments


LOG = """\
2026-01-01 10:00:00,000 1 INFO db odoo.addons.x.tests.test_a: Starting A.test_a ...
2026-01-01 10:00:00,000 1 INFO db odoo.addons.x.tests.test_a: skipped A.b : no browser
2026-01-01 10:00:00,000 1 WARNING db odoo.tests.common: Chrome executable not found
2026-01-01 10:00:00,000 1 ERROR db odoo.sql_db: bad query: CREATE EXTENSION pg_trgm
ERROR: extension "pg_trgm" is not available
2026-01-01 10:00:00,000 1 WARNING db odoo.models: something is odd
  on a second line
2026-01-01 10:00:00,000 1 ERROR db odoo.tests.result: 1 failed, 2 error(s) of 9 tests
"""


class TestLog:
    def test_counts(self):
        report = logscan.scan(LOG.splitlines())
        counted = (report.ran, report.passed, report.failed, report.skipped)
        assert counted == (9, 5, 3, 1)
        assert report.finished

    def test_only_the_warning_of_ours_is_a_fault(self):
        (fault,) = logscan.scan(LOG.splitlines()).faults
        assert fault.endswith("something is odd\n  on a second line")

    def test_a_log_that_breaks_off_is_not_finished(self):
        assert not logscan.scan(LOG.splitlines()[:3]).finished

    @pytest.mark.parametrize(
        ("report", "code", "failed"),
        [
            (logscan.Report(ran=1, finished=True), 0, 0),
            (logscan.Report(ran=1, finished=True), 1, 1),
            (logscan.Report(ran=1), 0, 1),
            (logscan.Report(ran=1, finished=True, faults=["odd"]), 0, 1),
        ],
    )
    def test_a_bad_log_fails_the_run(self, report, code, failed, capsys):
        totals = suite.Totals()
        suite.judge("label", "log", code, report, totals, expect_tests=True)
        assert totals.failed == failed


class TestAddons:
    def test_every_addon_is_found(self):
        folders = {path.parent.name for path in settings.ROOT.glob("*/__manifest__.py")}
        assert set(addons.names()) <= folders

    def test_dependencies_are_odoos_own(self):
        assert not set(addons.dependencies(addons.names())) & set(addons.names())

    def test_a_changed_file_changes_the_fingerprint(self, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "ROOT", tmp_path)
        (tmp_path / "addon").mkdir()
        before = addons.fingerprint("addon")
        (tmp_path / "addon" / "file.py").write_text("x = 1\n")
        assert addons.fingerprint("addon") != before


class TestRepository:
    @pytest.mark.parametrize("name", ["runtime", "test", "lint", "embedded", "uv"])
    def test_python_packages_are_pinned_with_hashes(self, name):
        text = python.requirements(name).read_text()
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all("==" in block and "--hash=" in block for block in blocks)

    def test_no_file_names_a_package_index(self):
        hosts = ("py" + "pi.org", "debian" + ".org", "npm" + "js.")
        for name in lint.tracked_files():
            content = (settings.ROOT / name).read_bytes()
            for host in hosts:
                assert host.encode() not in content, f"{name} names {host}"

    def test_scripts_are_executable(self):
        for path in (*(settings.ROOT / "bin").iterdir(), settings.ROOT / ".ci" / "run"):
            assert os.access(path, os.X_OK), path

    def test_an_unknown_command_shows_the_known_ones(self, run_command):
        done = run_command("run", "nonsense")
        assert done.returncode == 2
        assert "doctor" in done.stdout
