"""Which word about consent holds: in doubt, a no."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

consent = load("consent")
Word = consent.Word

START = datetime(2026, 3, 2, 10)
words = st.none() | st.builds(
    Word,
    st.sampled_from([consent.GRANTED, consent.WITHDRAWN, consent.LIFTED]),
    st.sampled_from(["page", "employee", "mailing", "blacklist"]),
    st.integers(0, 3).map(lambda days: START + timedelta(days=days)),
    st.integers(0, 9),
)


def is_no(word):
    return bool(word and word.is_no)


@given(own=words, whole=words, address=words)
def test_a_no_of_the_person_or_the_address_is_never_passed(own, whole, address):
    held = consent.in_force(own, whole, address)
    if is_no(own) or is_no(address):
        assert held.is_no


@given(own=words, whole=words, address=words)
def test_a_yes_was_said_by_the_person_or_for_all(own, whole, address):
    held = consent.in_force(own, whole, address)
    if held and held.status == consent.GRANTED:
        assert held in (own, whole)


@given(own=words, whole=words, address=words)
def test_a_no_to_all_ends_with_a_later_yes_alone(own, whole, address):
    held = consent.in_force(own, whole, address)
    if is_no(whole) and not is_no(held):
        assert own and (own.date, own.rank) >= (whole.date, whole.rank)


@given(own=words, whole=words, address=words)
def test_nothing_said_is_nothing(own, whole, address):
    held = consent.in_force(own, whole, address)
    assert (held is None) == (own is None and whole is None and not is_no(address))


@given(own=words, whole=words, address=words)
def test_what_holds_is_ours_only_if_no_blacklist_says_more(own, whole, address):
    """A no of Odoo's blacklist stops service messages too: it must not hide."""
    if is_no(address) and not address.is_ours:
        assert not consent.in_force(own, whole, address).is_ours


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
