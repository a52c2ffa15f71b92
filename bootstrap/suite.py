"""``make test``: the addons' tests in Odoo, a demo installation, and pytest."""

import os
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from bootstrap import addons, databases, logscan, machine, odoo, python, settings
from bootstrap.shell import Failure, say

# TestDunderinit has a second test, of imports, that takes 30 s to read all of Odoo; the
# idiom tests look at ours.
CHECKER_TESTS = (
    "ManifestLinter",
    "TestDunderinit.test_dunderinit",
    "TestIndex",
    "TestNaming",
    "TestTestHoles",
)
SHOWN_FAULTS = 40
SCRATCH = re.compile(r"crl_test_(\d+)_\w+")


@dataclass
class Totals:
    """Counts over everything that ran."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, passed=0, failed=0, skipped=0):
        with self.lock:
            self.passed += passed
            self.failed += failed
            self.skipped += skipped

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def default_tags(name):
    """Every test of an addon of ours, and Odoo's own checks of addons."""
    checks = [f"/{addons.CHECKER}:{test}" for test in CHECKER_TESTS]
    return ",".join([f"/{name}", *checks])


def sweep(server):
    """Drop the databases of test runs that were killed."""
    for name in server.sql("SELECT datname FROM pg_database"):
        match = SCRATCH.fullmatch(name)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            databases.drop(server, name)


def run_odoo(server, label, base, arguments, totals, expect_tests):
    """One Odoo run on a fresh copy of a template; its log decides."""
    begun = time.monotonic()
    name = f"crl_test_{os.getpid()}_{label}"
    log = settings.LOGS / f"test-{label}.log"
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    databases.copy(server, base, name)
    try:
        options = ["-d", name, "--stop-after-init", "--max-cron-threads=0"]
        code = odoo.call(server, odoo.with_port([*options, *arguments]), log)
    finally:
        databases.drop(server, name)
    with log.open(errors="replace") as lines:
        report = logscan.scan(lines)
    totals.add(report.passed, report.failed, report.skipped)
    judge(label, log, code, report, totals, expect_tests)
    say(
        f"{label}: {report.passed} passed, {report.failed} failed, "
        f"{report.skipped} skipped in {time.monotonic() - begun:.0f} s ({log})"
    )


def judge(label, log, code, report, totals, expect_tests):
    """Count the log itself as one check: no warning, no crash, tests really ran."""
    for test, reason in report.skips:
        print(f"SKIPPED {test}: {reason}")
    for block in report.faults[:SHOWN_FAULTS]:
        print(block)
    if len(report.faults) > SHOWN_FAULTS:
        print(f"… and {len(report.faults) - SHOWN_FAULTS} more, see {log}")
    problems = []
    if report.faults and not report.failed:
        problems.append(f"{len(report.faults)} warnings or errors in the log")
    if code and not report.failed:
        problems.append(f"Odoo ended with code {code}")
    if expect_tests and not report.finished:
        problems.append("the tests did not come to their end")
    if problems:
        print(f"FAILED {label}: {'; '.join(problems)} ({log})")
        totals.add(failed=1)
    elif not report.failed:
        totals.add(passed=1)


def run_addon_tests(server, tags, totals):
    """Each addon where only what it stands on is installed, so that what it needs is
    known, and what another one changes does not get in its way."""
    for name in addons.names():
        if tags and not re.search(rf"/{name}\b", tags):
            continue
        own = addons.standing_on(name)
        base = databases.template(server, addons.dependencies(own))
        modules = own if tags else [*own, addons.CHECKER]
        arguments = ["-i", ",".join(modules)]
        arguments.append(f"--test-tags={tags or default_tags(name)}")
        run_odoo(server, name, base, arguments, totals, expect_tests=True)


def run_demo_install(server, totals):
    """Install with demo data, which the tests do without, and the tests of it."""
    own = addons.names(with_tests=False)
    base = databases.template(server, addons.dependencies(own), demo=True)
    arguments = ["-i", ",".join(own), "--with-demo", "--test-tags=crl_demo"]
    run_odoo(server, "demo", base, arguments, totals, expect_tests=False)


def run_pytest(totals):
    """The tests that look at the repository from outside. What they say is shown when
    they have ended, for the addons' tests speak meanwhile."""
    report = settings.LOGS / "pytest.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [python.PYTHON, "-m", "pytest", "-q", "-rs", f"--junitxml={report}"]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=settings.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout, flush=True)
    if not report.is_file():
        totals.add(failed=1)
        return
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {
        name: int(suite.get(name))
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    totals.add(passed, failed, count["skipped"])


def main(only="", tags=""):
    """Run everything, or one part of it; return the exit code."""
    if only not in ("", "odoo", "demo", "pytest"):
        raise Failure("ONLY must be 'odoo', 'demo' or 'pytest'.")
    parts = [only] if only else ["odoo", "demo", "pytest"]
    if tags and not only:
        parts = ["odoo"]
    python.ensure("test", "lint")
    server = odoo.prepare()
    sweep(server)
    totals = Totals()
    if "odoo" in parts:
        machine.ensure_browser()
        machine.ensure_fonts()
    # side by side: neither keeps two cores busy alone
    with ThreadPoolExecutor(1) as aside:
        outside = aside.submit(run_pytest, totals) if "pytest" in parts else None
        if "odoo" in parts:
            run_addon_tests(server, tags, totals)
        if "demo" in parts:
            run_demo_install(server, totals)
        if outside:
            outside.result()
    print(totals.line())
    return 1 if totals.failed else 0
