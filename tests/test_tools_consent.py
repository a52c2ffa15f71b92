"""Which word about consent holds: in doubt, a no."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from tests.support.tools import load

consent = load("consent")
Word = consent.Word

START = datetime(2026, 3, 2, 10)
#: Nothing, and whatever can be said: before dates were kept, on two days, in turn.
WORDS = [None] + [
    Word(*said)
    for said in product(
        [consent.GRANTED, consent.WITHDRAWN, consent.LIFTED],
        ["page", "mailing"],
        [None, START, START + timedelta(days=1)],
        [0, 1],
    )
]


def is_no(word):
    return bool(word and word.status == consent.WITHDRAWN)


def is_later(one, other):
    return (one.date or datetime.min, one.rank) > (
        other.date or datetime.min,
        other.rank,
    )


@pytest.fixture(scope="module")
def cases():
    """What holds for whatever the person, the customer and the address said."""
    return [(*said, consent.in_force(*said)) for said in product(WORDS, WORDS, WORDS)]


def test_a_no_of_the_person_or_the_address_is_never_passed(cases):
    for own, _whole, address, held in cases:
        if is_no(own) or is_no(address):
            assert is_no(held)


def test_a_yes_was_said_by_the_person_or_for_all(cases):
    for own, whole, _address, held in cases:
        if held and held.status == consent.GRANTED:
            assert held in (own, whole)


def test_a_no_to_all_ends_with_a_later_word_of_the_person_alone(cases):
    for own, whole, address, held in cases:
        if is_no(whole) and not is_no(own) and not is_no(address):
            assert held == (whole if not own or is_later(whole, own) else own)


def test_the_word_of_the_person_comes_before_a_yes_to_all(cases):
    for own, whole, address, held in cases:
        if own and not is_no(whole) and not is_no(address):
            assert held == own


def test_nothing_said_is_nothing(cases):
    for own, whole, address, held in cases:
        assert (held is None) == (own is None and whole is None and not is_no(address))


def test_what_holds_is_ours_only_if_no_blacklist_says_more(cases):
    """A no of Odoo's blacklist stops service messages too: it must not hide."""
    for own, _whole, address, held in cases:
        if any(is_no(word) and word.source == "mailing" for word in (own, address)):
            assert not held.is_ours


@pytest.mark.parametrize(
    ("status", "source", "expected"),
    [
        ("withdrawn", "page", True),
        ("withdrawn", "do_not_contact", True),
        ("withdrawn", "mailing", False),
        ("withdrawn", "blacklist", False),
        ("granted", "page", False),
        ("lifted", "blacklist", False),
    ],
)
def test_ours(status, source, expected):
    assert Word(status, source).is_ours is expected


def test_only_a_withdrawal_is_a_no():
    assert Word(consent.WITHDRAWN).is_no
    assert not Word(consent.GRANTED).is_no
    assert not Word(consent.LIFTED).is_no
