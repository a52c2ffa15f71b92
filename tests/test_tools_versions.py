"""A move to another version: nothing twice, nothing undone, nothing lost."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

versions = load("versions")

TODAY = date(2026, 3, 2)
OLDEST = TODAY - timedelta(days=3)
STEPS = st.sampled_from("abcd")
CLOSED = ("done", "skipped", "failed", "cancelled")
STEP_SETS = st.sets(STEPS)
DAYS = st.dates(OLDEST - timedelta(days=1), TODAY + timedelta(days=1))


@st.composite
def cycles(draw, steps=STEP_SETS):
    """The contacts of a cycle: of each step closed ones, and at most a live one."""
    contacts = []
    for step in draw(steps):
        states = draw(st.lists(st.sampled_from(CLOSED), max_size=3))
        states += draw(st.lists(st.sampled_from(("planned", "open")), max_size=1))
        for occurrence, state in enumerate(states, start=1):
            is_fixed = draw(st.booleans()) if state == "planned" else False
            key = f"{step}{occurrence}"
            contacts.append(
                versions.Contact(
                    key, step, occurrence, state, is_fixed, draw(st.booleans())
                )
            )
    return contacts


@st.composite
def moves(draw):
    """A cycle, another version, and what the one makes of the other."""
    contacts = draw(cycles())
    slots = []
    for step, repeats in draw(st.dictionaries(STEPS, st.booleans())).items():
        past = draw(st.integers(0, 6))
        occurrence = versions.choose_occurrence(
            [c for c in contacts if c.step == step], repeats, lambda n, p=past: n <= p
        )
        if occurrence:
            slots.append(versions.Slot(step, occurrence, draw(DAYS)))
    return contacts, slots, versions.compare(contacts, slots, TODAY, OLDEST)


@given(moves())
def test_what_is_closed_is_left_alone_and_what_lives_is_decided_once(move):
    contacts, slots, changes = move
    decided = [change.key for change in changes if change.key]
    assert sorted(decided) == sorted(c.key for c in contacts if c.is_live)


@given(moves())
def test_no_step_and_occurrence_comes_twice(move):
    contacts, slots, changes = move
    after = {c.key: (c.step, c.occurrence) for c in contacts}
    for number, change in enumerate(changes):
        if change.slot and change.verb == "plan":
            after[change.key] = change.slot[:2]
        elif change.verb in ("new", "late"):
            after[number] = change.slot[:2]
    assert len(after) == len(set(after.values()))


@given(moves())
def test_a_step_has_at_most_one_contact_to_come(move):
    contacts, slots, changes = move
    steps = {c.key: c.step for c in contacts}
    to_come = [
        steps.get(change.key) or change.slot.step
        for change in changes
        if change.verb in ("stays", "plan", "new")
    ]
    assert len(to_come) == len(set(to_come))


@given(moves())
def test_every_step_of_the_version_is_answered_for(move):
    contacts, slots, changes = move
    assert [change.slot for change in changes if change.slot] == slots


@given(moves())
def test_what_is_begun_or_agreed_stays(move):
    contacts, slots, changes = move
    verbs = {change.key: change.verb for change in changes}
    for contact in contacts:
        if contact.is_live:
            kept = contact.state == "open" or contact.is_fixed
            assert (verbs[contact.key] == "stays") == kept


@given(moves())
def test_nothing_new_falls_before_today_and_nothing_moved_before_the_window(move):
    contacts, slots, changes = move
    waiting = {contact.key for contact in contacts if contact.is_past}
    for change in changes:
        if change.verb in ("new", "late"):
            assert (change.verb == "new") == (change.slot.day >= TODAY)
        if change.verb in ("plan", "past"):
            fits = change.slot.day >= OLDEST or change.key in waiting
            assert (change.verb == "plan") == fits


def test_today_and_the_first_day_of_the_window_count():
    planned = versions.Contact("a1", "a", 1, "planned")
    for contacts, day, verb in (([planned], OLDEST, "plan"), ([], TODAY, "new")):
        slots = [versions.Slot("a", 1, day)]
        [change] = versions.compare(contacts, slots, TODAY, OLDEST)
        assert change.verb == verb


@given(cycles(st.just(["a"])), st.booleans(), st.integers(0, 6))
def test_what_was_closed_is_never_the_one_to_come(contacts, repeats, past):
    number = versions.choose_occurrence(contacts, repeats, lambda n: n <= past)
    assert number not in [c.occurrence for c in contacts if not c.is_live]
    if number is None:
        assert not repeats


@given(cycles(st.just(["a"])), st.booleans(), st.integers(0, 6))
def test_one_is_to_come_until_the_step_is_over(contacts, repeats, past):
    number = versions.choose_occurrence(contacts, repeats, lambda n: n <= past)
    live = next((c for c in contacts if c.is_live), None)
    came = any(c.state in ("done", "skipped", "failed") for c in contacts)
    if live and (live.state == "open" or live.is_fixed):
        assert number == live.occurrence
    elif came and not repeats:
        assert number is None
    else:
        following = live.occurrence if live else len(contacts) + 1
        # one that comes again leaves out what is past, and nothing else
        assert number == (max(following, past + 1) if repeats else following)
