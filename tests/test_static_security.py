"""What nobody may write into the addons, found by reading them.

Access rows are looked for in ``test_odoo19_idioms.py``.
"""

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
SOURCES = [
    path
    for addon in ADDONS
    for path in sorted(addon.rglob("*.py"))
    if "tests" not in path.relative_to(addon).parts
]
XML = [path for addon in ADDONS for path in sorted(addon.rglob("*.xml"))]
#: Models of no company: what everybody shares.
SHARED = {"crl.case.cause", "crl.heartbeat", "crl.stage"}


def named(path):
    return str(path.relative_to(ROOT))


def calls(tree):
    """``(line, dotted name)`` of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_sudo_says_why(path):
    lines = path.read_text().splitlines()
    silent = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if ".sudo()" in line
        # at its end, or just above
        and not any("#" in near for near in lines[max(0, number - 2) : number])
    ]
    assert not silent, "say why the engine's rights are needed:\n" + "\n".join(silent)


#: Shows HTML of a step as it is: it was sanitized when the step was written.
SANITIZED_BEFORE = "crl_touchpoint_step.py"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_dangerous_is_called(path):
    faults = []
    for line, name, node in calls(ast.parse(path.read_text())):
        if re.search(r"\bcr\.commit$", name):
            faults.append(f"{line}: {name}() ends somebody else's transaction")
        if name in ("eval", "exec", "safe_eval", "compile", "os.system"):
            faults.append(f"{line}: {name}() runs text")
        first = node.args[0] if node.args else None
        is_joined = isinstance(first, ast.JoinedStr | ast.BinOp)
        if name.endswith("Markup") and is_joined:
            faults.append(f"{line}: Markup() of a text put together")
        if re.search(r"\bcr\.execute$|^SQL$", name) and is_joined:
            faults.append(f"{line}: SQL put together from texts")
        for keyword in node.keywords:
            unsafe = keyword.arg in ("autoescape", "sanitize", "verify")
            if keyword.arg == "sanitize" and path.name == SANITIZED_BEFORE:
                continue
            if unsafe and getattr(keyword.value, "value", None) is False:
                faults.append(f"{line}: {keyword.arg}=False")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", XML, ids=named)
def test_templates_escape(path):
    for node in ElementTree.parse(path).iter():
        raw = {"t-raw", "t-out-mode"} & node.attrib.keys()
        assert not raw, f"<{node.tag} {raw}> does not escape"


def test_every_model_keeps_companies_apart():
    ruled = set()
    for path in XML:
        for record in ElementTree.parse(path).iter("record"):
            fields = {f.get("name"): f for f in record.findall("field")}
            if record.get("model") != "ir.rule" or "groups" in fields:
                continue
            text = fields["domain_force"].text
            # a dialog is seen by whoever opened it
            if "company_ids" in text or "create_uid" in text:
                ruled.add(fields["model_id"].get("ref").removeprefix("model_"))
    declared = {
        name.group(1)
        for path in SOURCES
        for name in re.finditer(
            r"\(models\.(?:Transient)?Model\):.*?_name = \"(crl\.[a-z.]+)\"",
            path.read_text(),
            re.DOTALL,
        )
        if "class " not in name.group(0)
    }
    assert len(declared) > 10
    missing = {n for n in declared - SHARED if n.replace(".", "_") not in ruled}
    assert not missing, f"no rule by company, or by who opened a dialog: {missing}"


READERS = """
import re, sys
from datetime import date
sys.path.insert(0, {root!r})
from tests.support.tools import load
evil = [piece * 20000 + end for piece in {pieces!r} for end in ("", "!")]
for source in {patterns!r}:
    for words in evil:
        re.match(source, words)
page, placeholders, text = load("page"), load("placeholders"), load("text")
auto_reply, today = load("auto_reply"), date(2026, 3, 2)
for words in evil:
    auto_reply.is_automatic({{}}, words)
    auto_reply.return_date(words, today)
    page.first_name(words)
    page.page_colours(words)
    placeholders.inline_paths(words)
    text.clean_words(words)
"""
PIECES = [
    *"a -\t\n\0=1@,",
    "\u3000",
    "a.",
    "a,",
    "1.",
    "(550",
    "object.",
    "{{",
    "{{ object.a",
    "back ",
    "bis 1. ",
    "1月",
]


def test_no_text_keeps_a_pattern_busy():
    """A pattern that goes back and forth over a long text would take hours."""
    patterns = [
        node.args[0].value
        for path in SOURCES
        for _line, name, node in calls(ast.parse(path.read_text()))
        if name == "re.compile" and isinstance(node.args[0], ast.Constant)
    ]
    assert len(patterns) > 3
    script = READERS.format(root=str(ROOT), pieces=PIECES, patterns=patterns)
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300)
