"""Hold-outs, states, and that ``tools`` is plain Python."""

import ast
import doctest
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import ROOT, load

holdout = load("holdout")
transitions = load("transitions")

MODULES = sorted((path.parts[-3], path.stem) for path in ROOT.glob("*/tools/[a-z]*.py"))
ids = st.integers(1, 10**9)
percents = st.floats(0, 100)


@pytest.mark.parametrize(("addon", "name"), MODULES)
def test_examples_in_the_documentation(addon, name):
    assert doctest.testmod(load(name, addon=addon)).failed == 0


@pytest.mark.parametrize("addon", sorted({addon for addon, __ in MODULES}))
def test_tools_need_no_odoo(addon):
    """Imported alone, in an interpreter of their own, as a script would."""
    names = [name for owner, name in MODULES if owner == addon]
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / addon)!r})\n"
        f"from tools import {', '.join(names)}\n"
        "sys.exit('odoo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=60)
    assert done.returncode == 0


# ---- Hold-out ----


def share(salt, cadence, percent, count=20000):
    held = (holdout.is_held_out(salt, cadence, n, percent) for n in range(count))
    return sum(held) / count * 100


@given(st.text(max_size=40), ids, ids, percents)
def test_the_same_customer_gets_the_same_answer(salt, cadence, partner, percent):
    first = holdout.is_held_out(salt, cadence, partner, percent)
    assert holdout.is_held_out(salt, cadence, partner, percent) is first


@given(st.text(max_size=40), ids, ids, percents, percents)
def test_a_larger_share_only_adds_customers(salt, cadence, partner, one, other):
    low, high = sorted([one, other])
    if holdout.is_held_out(salt, cadence, partner, low):
        assert holdout.is_held_out(salt, cadence, partner, high)


@given(st.text(max_size=40), ids, ids)
def test_none_at_0_and_all_at_100_percent(salt, cadence, partner):
    assert not holdout.is_held_out(salt, cadence, partner, 0)
    assert holdout.is_held_out(salt, cadence, partner, 100)


@pytest.mark.parametrize("percent", [1, 5, 10, 33.3, 50, 90])
def test_the_share_is_the_one_asked_for(percent):
    # four standard deviations of 20,000 draws
    margin = 4 * (percent * (100 - percent) / 20000) ** 0.5
    assert share("salt", 7, percent) == pytest.approx(percent, abs=margin)


def test_who_is_held_out_differs_between_procedures_and_databases():
    def held(salt, cadence):
        return {n for n in range(5000) if holdout.is_held_out(salt, cadence, n, 50)}

    reference = held("salt", 1)
    for other in (held("salt", 2), held("pepper", 1)):
        # by chance half of the half is in both
        assert 1100 < len(reference & other) < 1400


def test_who_is_held_out_never_changes():
    """Pinned: another hash would mix the groups of running procedures."""
    held = [n for n in range(1, 100) if holdout.is_held_out("db", 1, n, 10)]
    assert held == [35, 43, 56, 58, 66, 78, 93, 99]


# ---- States ----

TABLES = {
    "TOUCHPOINT": ("crl_touchpoint.py", "STATES", "planned"),
    "ENROLLMENT": ("crl_enrollment.py", "ENROLLMENT_STATES", "running"),
    "CASE": ("crl_case.py", "CASE_STATES", "open"),
}
#: As the drawings of the documentation call them.
DRAWN = {
    "TOUCHPOINT": "Contact",
    "ENROLLMENT": "Enrollment",
    "CASE": "Case",
    "CAMPAIGN": "Campaign",
}


def declared(filename, name):
    """The keys of a selection, read from the source of a model."""
    tree = ast.parse((ROOT / "crl_retention" / "models" / filename).read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return [key for key, __ in ast.literal_eval(node.value)]
    raise AssertionError(f"{filename} declares no {name}")


@pytest.mark.parametrize("name", TABLES)
def test_every_state_of_the_model_has_its_row(name):
    table = getattr(transitions, name)
    filename, selection, _initial = TABLES[name]
    assert set(table) == set(declared(filename, selection))


@pytest.mark.parametrize("name", TABLES)
def test_every_target_is_a_state_and_none_its_own(name):
    table = getattr(transitions, name)
    for state, targets in table.items():
        assert targets <= set(table)
        assert state not in targets


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached(name):
    table = getattr(transitions, name)
    reached, ahead = set(), [TABLES[name][2]]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead.extend(table[state])
    assert reached == set(table)


@pytest.mark.parametrize("name", TABLES)
def test_allowed_is_what_the_table_says(name):
    table = getattr(transitions, name)
    for before in table:
        for after in table:
            expected = before == after or after in table[before]
            assert transitions.is_allowed(table, before, after) is expected
        assert not transitions.is_allowed(table, before, "no such state")


@pytest.mark.parametrize("name", DRAWN)
def test_the_documentation_draws_what_is_allowed(name):
    design = (ROOT / "doc" / "design.md").read_text()
    [drawing] = re.findall(rf'state "{DRAWN[name]}" as \w+ {{(.*?)}}', design, re.S)
    drawn = set(re.findall(r"(\w+) --> (\w+)", drawing))
    table = getattr(transitions, name)
    assert drawn == {(state, after) for state in table for after in table[state]}


def test_what_was_skipped_or_cancelled_stays_so():
    assert not transitions.TOUCHPOINT["skipped"]
    assert not transitions.TOUCHPOINT["cancelled"]
    assert "open" not in transitions.TOUCHPOINT["done"]


def test_what_failed_can_be_planned_again():
    assert transitions.is_allowed(transitions.TOUCHPOINT, "failed", "planned")
    assert transitions.is_allowed(transitions.ENROLLMENT, "exited", "running")
    assert transitions.is_allowed(transitions.CASE, "not_recovered", "recovered")
