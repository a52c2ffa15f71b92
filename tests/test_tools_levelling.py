"""Contacts that wait: what must hold however many fall on a day."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

levelling = load("levelling")
Job = levelling.Job

MONDAY = date(2026, 12, 7)
REPS = ["Luca", "Claire"]
offsets = st.integers(0, 6)


def after(days):
    return MONDAY + timedelta(days=days)


@st.composite
def capacities(draw):
    """Places of each rep on each day; some days are off, from some on all are."""
    places = {
        (rep, after(day)): draw(st.integers(0, 2)) for rep in REPS for day in range(14)
    }
    return lambda rep, day: places.get((rep, day), 0)


@st.composite
def lone_jobs(draw):
    """Contacts of one rep that do not depend on each other."""
    jobs = st.builds(
        Job, st.just("Luca"), offsets.map(after), st.integers(0, 3), st.just(0)
    )
    return [[job] for job in draw(st.lists(jobs, max_size=8))]


@st.composite
def chains(draw):
    """Customers' contacts in order, messages among them."""
    result = []
    for __ in range(draw(st.integers(0, 6))):
        day, chain = draw(offsets), []
        for __ in range(draw(st.integers(1, 4))):
            resource = draw(st.sampled_from([*REPS, None]))
            chain.append(
                Job(resource, after(day), draw(st.integers(0, 4)), draw(offsets))
            )
            day += draw(st.integers(0, 4))
        result.append(chain)
    return result


def pairs(chains, slots):
    return [
        pair
        for chain, row in zip(chains, slots, strict=True)
        for pair in zip(chain, row, strict=True)
    ]


def most_on_time(jobs, capacity):
    """By augmenting paths: the most contacts that can get a place at all."""
    taken = {}

    def places(job):
        for wait in range(job.tolerance + 1):
            day = job.day + timedelta(days=wait)
            for seat in range(capacity(job.resource, day)):
                yield day, seat

    def find(number, tried):
        for place in places(jobs[number]):
            if place not in tried:
                tried.add(place)
                if place not in taken or find(taken[place], tried):
                    taken[place] = number
                    return True
        return False

    return sum(find(number, set()) for number in range(len(jobs)))


@given(lone_jobs(), capacities())
def test_no_other_order_finds_a_place_for_more(jobs, capacity):
    placed = sum(not row[0].is_over for row in levelling.level(jobs, capacity))
    assert placed == most_on_time([job for [job] in jobs], capacity)


@given(chains(), capacities())
def test_every_contact_once_within_its_tolerance(chains, capacity):
    for job, slot in pairs(chains, levelling.level(chains, capacity)):
        tolerance = job.tolerance if job.resource else 0
        assert job.day <= slot.day <= job.day + timedelta(days=tolerance)
        assert job.resource or not slot.is_over


@given(chains(), capacities())
def test_no_day_takes_more_than_it_has(chains, capacity):
    loads = Counter(
        (job.resource, slot.day)
        for job, slot in pairs(chains, levelling.level(chains, capacity))
        if job.resource and not slot.is_over
    )
    for place, count in loads.items():
        assert count <= capacity(*place)


@given(chains(), capacities())
def test_the_order_and_the_days_between_are_kept(chains, capacity):
    for chain, row in zip(chains, levelling.level(chains, capacity), strict=True):
        for number in range(1, len(chain)):
            planned = (chain[number].day - chain[number - 1].day).days
            left = (row[number].day - row[number - 1].day).days
            assert left >= min(planned, max(chain[number].gap, 1))


@given(chains(), capacities())
def test_the_same_again(chains, capacity):
    assert levelling.level(chains, capacity) == levelling.level(chains, capacity)


@given(chains())
def test_nothing_moves_when_there_is_room(chains):
    for job, slot in pairs(chains, levelling.level(chains, lambda rep, day: 99)):
        assert slot == (job.day, False)


@given(chains(), capacities())
def test_levelling_leaves_no_more_over_than_there_was(chains, capacity):
    """Chains may cost places, but never make a day worse than it was planned."""
    planned = [(job.resource, job.day) for chain in chains for job in chain if job[0]]
    over, days = levelling.count_over(planned, cache(capacity))
    left = sum(
        slot.is_over for __, slot in pairs(chains, levelling.level(chains, capacity))
    )
    assert (over == 0) == (days == 0)
    if not over:
        assert not left


def test_a_full_monday():
    """Five visits on Monday, two a day, Wednesday off: the one that waited too long."""
    jobs = [[Job("Luca", MONDAY, 2, 0)] for __ in range(5)]
    slots = levelling.level(jobs, lambda rep, day: 0 if day == after(2) else 2)
    assert sorted(slot for [slot] in slots) == [
        (MONDAY, False), (MONDAY, False), (MONDAY, True),
        (after(1), False), (after(1), False),
    ]  # fmt: skip


def test_a_message_does_not_wait_for_a_late_call():
    """The call may wait four days, but the message of the day after follows it."""
    chain = [Job("Luca", MONDAY, 4, 0), Job(None, after(1), 0, 0)]
    [[call, message]] = levelling.level(
        [chain], lambda rep, day: 0 if day == MONDAY else 9
    )
    assert call == (MONDAY, True)
    assert message == (after(1), False)


def test_a_call_waits_as_long_as_the_message_after_it_can_follow():
    chain = [Job("Luca", MONDAY, 4, 0), Job(None, after(2), 0, 0)]
    [slots] = levelling.level([chain], lambda rep, day: 0 if day == MONDAY else 9)
    assert slots == [(after(1), False), (after(2), False)]


def test_what_is_over():
    jobs = [("Luca", MONDAY)] * 3 + [("Luca", after(1))] + [("Claire", MONDAY)] * 2
    assert levelling.count_over(jobs, lambda rep, day: 1) == (3, 2)
