"""The order of a timeline, and its pages."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

timeline = load("timeline")

# few moments and sources: most rows meet others at the same moment
moments = st.integers(0, 3).map(
    lambda n: datetime(2026, 3, 2) + timedelta(microseconds=n)
)
places = st.builds(
    timeline.Place, moments, st.sampled_from(["case", "contact", "message"]),
    st.integers(1, 6),
)  # fmt: skip
rows = st.sets(places, max_size=40)


def ask(everything, before, limit):
    """A page as the sources answer: each its own rows below the last one."""
    found = []
    for source in {row.source for row in everything}:
        own = [row for row in everything if row.source == source]
        if before:
            edge = timeline.get_edge(before, source)
            own = [row for row in own if (row.date, row.id) < (before.date, edge)]
        found += sorted(own, reverse=True)[:limit]
    return timeline.take(found, limit)


@given(rows, st.integers(1, 9))
def test_every_row_is_on_one_page_in_the_order_of_all(everything, limit):
    seen, before = [], None
    while page := ask(everything, before, limit):
        seen += page
        before = timeline.read(timeline.write(page[-1]))
    assert seen == sorted(everything, reverse=True)


@given(places)
def test_a_key_is_read_as_it_was_written(place):
    assert timeline.read(timeline.write(place)) == place


@given(rows, moments)
def test_below_a_moment_is_what_was_before(everything, moment):
    page = ask(everything, timeline.Place(moment), 40)
    assert set(page) == {row for row in everything if row.date < moment}


@given(st.text())
def test_nonsense_is_no_place(text):
    place = timeline.read(text)
    assert place is None or timeline.read(timeline.write(place)) == place


@given(st.integers(-5, 2**31 + 5) | st.sampled_from([-1, 2**31 - 1, 2**31, 2**31 + 1]))
def test_only_what_the_database_can_be_asked_for_is_a_place(number):
    """Ids are numbers of four bytes; the one above them all stands for all."""
    place = timeline.read(f"2026-03-02T10:00:00|contact|{number}")
    assert bool(place) == (0 <= number <= 2**31)
    assert timeline.get_edge(timeline.Place(datetime(2026, 3, 2), "b"), "a") == 2**31


def test_moments_are_those_of_the_database():
    assert timeline.read("2026-03-02T10:00:00+01:00") is None
