"""What becomes of a customer's contacts in another version of the procedure.

Pure: what is there is compared with what the other version foresees. What is done,
skipped or failed stays, and is never planned again; what is to do already stays with
whoever does it, and what was agreed by hand keeps its day. No contact comes twice: each
is a step and an occurrence, and a step has at most one that is still to come.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Contact(NamedTuple):
    """A contact of the present cycle.

    :param key: names the contact in the result
    :param step: the step it comes from
    :param occurrence: which one of a recurring step, from 1
    :param state: as in the transitions
    :param is_fixed: its day was agreed by hand
    :param is_past: it is overdue, and waits for something
    """

    key: Hashable
    step: Hashable
    occurrence: int
    state: str
    is_fixed: bool = False
    is_past: bool = False

    @property
    def is_live(self):
        return self.state in ("planned", "open")


class Slot(NamedTuple):
    """A contact the other version foresees, and its day."""

    step: Hashable
    occurrence: int
    day: date


class Change(NamedTuple):
    """What becomes of a contact, or of a step that has none.

    :param verb: 'stays' (to do already, or agreed by hand), 'plan' (where the slot
        says), 'new', 'late' (new, but past), 'past' (planned, but past in the other
        version) or 'drops' (not in the other version)
    :param key: the contact; none for 'new' and 'late'
    :param slot: where it goes; none for 'drops', and for what stays without a step
    """

    verb: str
    key: Hashable | None
    slot: Slot | None


def choose_occurrence(
    contacts: Sequence[Contact], repeats: bool, is_past: Callable[[int], bool]
) -> int | None:
    """Which occurrence of a step is the one to come; none when it is over.

    :param contacts: those of the step
    :param repeats: whether the step comes again and again
    :param is_past: whether an occurrence falls before today

    >>> choose_occurrence([], False, lambda number: False)
    1
    >>> choose_occurrence([Contact(7, "call", 1, "done")], False, lambda number: False)
    >>> choose_occurrence([Contact(7, "call", 1, "done")], True, lambda n: n < 4)
    4
    """
    live = next((contact for contact in contacts if contact.is_live), None)
    if live and (live.state == "open" or live.is_fixed):
        return live.occurrence
    is_over = any(not c.is_live and c.state != "cancelled" for c in contacts)
    if not repeats and is_over:
        return None
    # the number of one that fell away in an earlier move is not used again
    number = max((contact.occurrence for contact in contacts), default=0)
    number = live.occurrence if live else number + 1
    while repeats and is_past(number):
        number += 1
    return number


def compare(
    contacts: Iterable[Contact],
    slots: Iterable[Slot],
    today: date,
    oldest: date,
) -> list[Change]:
    """What a move to another version does.

    :param contacts: all of the present cycle
    :param slots: for each step the occurrence of ``choose_occurrence``, if any
    :param today: new contacts before it are not caught up
    :param oldest: contacts still ahead that would fall before it are left out
    """
    live = {contact.step: contact for contact in contacts if contact.is_live}
    changes = []
    for slot in slots:
        contact = live.pop(slot.step, None)
        if contact is None:
            verb = "late" if slot.day < today else "new"
        elif contact.state == "open" or contact.is_fixed:
            verb = "stays"
        elif slot.day < oldest and not contact.is_past:
            verb = "past"
        else:
            verb = "plan"
        changes.append(Change(verb, contact and contact.key, slot))
    for contact in live.values():
        keeps = contact.state == "open" or contact.is_fixed
        changes.append(Change("stays" if keeps else "drops", contact.key, None))
    return changes
