"""Reading an Odoo log: how many tests ran, and which lines must not be there."""

import re
from dataclasses import dataclass, field

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) "
    r"(?P<logger>\S+?): (?P<text>.*)$"
)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r"^skipped (?P<test>.+?) : (?P<reason>.*)$")
BAD_LEVELS = {"WARNING", "ERROR", "CRITICAL"}

# Lines that tell of the machine or of Odoo itself, not of our addons.
ALLOWED = (
    # The embedded PostgreSQL has no contrib modules; Odoo then does without them.
    (r"odoo\.sql_db", r'extension "(pg_trgm|unaccent|vector)" is not available'),
    (r"odoo\.sql_db", r"bad query: b?['\"]?CREATE EXTENSION"),
    # Odoo still asks for this package where its successor is missing.
    (r"py\.warnings", r"PyPDF2 is deprecated"),
    # Without a browser the tests are skipped, and counted as such.
    (r".*", r"Chrome executable not found"),
    # A browser test that has passed closes a page that is still fetching bundles.
    (r".*\.browser", r"Error received after termination: AssetsLoadingError"),
)


@dataclass
class Report:
    """What a log tells."""

    ran: int = 0
    failed: int = 0
    finished: bool = False
    skips: list = field(default_factory=list)
    faults: list = field(default_factory=list)

    @property
    def skipped(self):
        return len(self.skips)

    @property
    def passed(self):
        return max(0, self.ran - self.failed - self.skipped)


def is_allowed(logger, text):
    return any(
        re.fullmatch(allowed_logger, logger) and re.search(pattern, text)
        for allowed_logger, pattern in ALLOWED
    )


def entries(lines):
    """Group the lines of a log: each headed line with those that continue it."""
    current = None
    for line in lines:
        match = LINE.match(line)
        if match:
            if current:
                yield current
            current = (match, [line.rstrip("\n")])
        elif current:
            current[1].append(line.rstrip("\n"))
    if current:
        yield current


def scan(lines):
    """Read a log whole."""
    report = Report()
    for match, block in entries(lines):
        text = "\n".join((match["text"], *block[1:]))
        result = RESULT.search(match["text"])
        if result and match["logger"] == "odoo.tests.result":
            failures, errors, ran = map(int, result.groups())
            report.failed += failures + errors
            report.ran += ran
            report.finished = True
            continue
        skip = SKIPPED.match(match["text"])
        if skip and match["level"] == "INFO":
            report.skips.append((skip["test"], skip["reason"]))
        if match["level"] in BAD_LEVELS and not is_allowed(match["logger"], text):
            report.faults.append("\n".join(block))
    return report
