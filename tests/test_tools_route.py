"""The order of a day of visits, and the links to maps."""

import math
from itertools import combinations, permutations
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

route = load("route")
maps = load("maps")

MILAN, COMO, BERGAMO = (45.4642, 9.19), (45.8081, 9.0852), (45.6983, 9.6773)
TURIN, PAVIA = (45.0703, 7.6869), (45.1847, 9.1582)

places = st.tuples(st.floats(-85, 85), st.floats(-180, 180))
#: Towns of one region, some of them in the same place.
near = st.tuples(
    st.integers(0, 20).map(lambda n: 45 + n / 20),
    st.integers(0, 20).map(lambda n: 9 + n / 20),
)
minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def days(draw):
    """Stops with keys of their own, and how the day is driven."""
    rows = draw(
        st.lists(
            st.tuples(
                st.none() | near,
                st.integers(5, 120),
                st.none() | st.none() | minutes,
                st.none() | st.none() | minutes,
            ),
            max_size=7,
        )
    )
    stops = [route.Stop(key, *row) for key, row in enumerate(rows)]
    day = route.Day(
        draw(st.integers(0, 12 * 60)),
        draw(st.none() | near),
        draw(st.sampled_from([5.0, 30.0, 50.0, 90.0])),
        draw(st.none() | near),
    )
    return stops, day


def cost(stops, day):
    visits, total = route.timetable(stops, day)
    return sum(visit.late for visit in visits), total


def as_given(stops):
    """The given order, as far as it can be kept: agreed times go forward, and who
    cannot be found comes last."""
    spotted = [s for s in stops if s.place or s.at is not None]
    agreed = iter(sorted((s for s in stops if s.at is not None), key=lambda s: s.at))
    kept = [s if s.at is None else next(agreed) for s in spotted]
    return kept + [s for s in stops if s not in spotted]


@given(days())
def test_every_visit_once(drawn):
    stops, day = drawn
    assert sorted(route.arrange(stops, day)) == sorted(stops)


@given(days())
def test_the_same_question_has_the_same_answer(drawn):
    stops, day = drawn
    assert route.arrange(stops, day) == route.arrange(list(stops), day)


@given(days())
def test_agreed_times_are_kept(drawn):
    """In their order, never earlier, and to the minute where nothing is late."""
    stops, day = drawn
    order = route.arrange(stops, day)
    agreed = [stop for stop in order if stop.at is not None]
    assert [stop.at for stop in agreed] == sorted(stop.at for stop in agreed)
    visits, __ = route.timetable(order, day)
    for stop, visit in zip(order, visits, strict=True):
        if stop.at is not None:
            assert visit.begin == stop.at + visit.late


@given(days())
def test_never_worse_than_the_given_order(drawn):
    """Not later, and where it is not earlier, not longer."""
    stops, day = drawn
    late, total = cost(route.arrange(stops, day), day)
    given_late, given_total = cost(as_given(stops), day)
    assert late <= given_late
    if late == given_late:
        assert total <= given_total + 1e-3


def change_once(order):
    """The orders with one stretch turned around, or one visit put elsewhere."""
    for first, last in combinations(range(len(order) + 1), 2):
        yield order[:first] + order[first:last][::-1] + order[last:]
    for source, target in permutations(range(len(order)), 2):
        rest = order[:source] + order[source + 1 :]
        yield rest[:target] + [order[source]] + rest[target:]


@given(days())
def test_no_single_change_makes_it_better(drawn):
    """Unless it changes the order of what was agreed."""
    stops, day = drawn
    order = route.arrange(stops, day)
    late, total = cost(order, day)
    spotted = [s for s in order if s.place or s.at is not None]
    lost = order[len(spotted) :]
    agreed = [stop for stop in order if stop.at is not None]
    for changed in change_once(spotted):
        if [stop for stop in changed if stop.at is not None] == agreed:
            other_late, other_total = cost(changed + lost, day)
            assert other_late >= late
            assert other_late > late or other_total >= total - 1e-3


@given(days())
def test_who_cannot_be_found_comes_last(drawn):
    stops, day = drawn
    order = route.arrange(stops, day)
    lost = [stop for stop in stops if not stop.place and stop.at is None]
    assert order[len(order) - len(lost) :] == lost


@given(days())
def test_nobody_is_in_two_places(drawn):
    """One drives after the visit before, and no faster than said."""
    stops, day = drawn
    order = route.arrange(stops, day)
    visits, __ = route.timetable(order, day)
    clock = day.begin
    for stop, visit in zip(order, visits, strict=True):
        assert visit.begin >= clock + visit.distance / day.speed * 60 - 1e-3
        clock = visit.begin + stop.stay


@given(days(), near)
def test_a_detour_is_what_the_day_gets_longer_by(drawn, place):
    stops, day = drawn
    stops = [stop._replace(at=None, by=None) for stop in stops if stop.place]
    more = route.detour(stops, place, day)
    if more is None:
        assert not stops and not day.base and not day.here
        return
    new = route.Stop("new", place)
    longer = min(
        cost([*stops[:spot], new, *stops[spot:]], day)[1]
        for spot in range(len(stops) + 1)
    )
    assert more == pytest.approx(max(0.0, longer - cost(stops, day)[1]), abs=1e-3)


@given(places, places)
def test_way(a, b):
    assert route.way(a, b) == pytest.approx(route.way(b, a))
    assert 0 <= route.way(a, b) <= 20038 * route.DETOUR
    assert route.way(a, a) == 0
    assert route.way(a, None) == 0


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_no_way_is_longer_than_to_the_other_side_of_the_world(lat, lon):
    assert route.way((lat, lon), (-lat, lon + 180)) == pytest.approx(
        math.pi * 6371 * 1.3, rel=1e-6
    )


@given(st.integers(0, 1000), st.sampled_from([5.0, 30.0, 47.3, 50.0, 90.0]))
def test_full_minutes_are_not_rounded_up(minutes, speed):
    assert route.drive(minutes * speed / 60, speed) == minutes
    assert route.drive(minutes * speed / 60 + 0.01, speed) == minutes + 1


def test_known_ways():
    # a degree is 111.2 km for a bird, and 144.6 of road; 50 km of it take an hour
    assert route.way((0, 0), (0, 1)) == pytest.approx(144.55, abs=0.01)
    assert route.drive(50, route.Day().speed) == 60
    """Milan–Como is 39 km for a bird, Milan–Turin 126."""
    assert route.way(MILAN, COMO) / route.DETOUR == pytest.approx(39, abs=1)
    assert route.way(MILAN, TURIN) / route.DETOUR == pytest.approx(126, abs=2)
    assert route.drive(50, 50) == 60
    assert route.drive(0, 50) == 0


def keys(order):
    return [stop.key for stop in order]


def test_a_day_around_milan():
    stops = [
        route.Stop("turin", TURIN),
        route.Stop("bergamo", BERGAMO),
        route.Stop("como", COMO),
    ]
    order = keys(route.arrange(stops, route.Day(base=MILAN)))
    # Como and Bergamo, neighbours, are not torn apart
    assert order[1] != "turin"


def test_others_are_fitted_between_agreed_times():
    stops = [
        route.Stop("turin at 15", TURIN, at=15 * 60),
        route.Stop("como", COMO),
        route.Stop("pavia", PAVIA),
    ]
    day = route.Day(base=MILAN, speed=80)
    order = route.arrange(stops, day)
    assert not cost(order, day)[0]
    visits = {visit.key: visit.begin for visit in route.timetable(order, day)[0]}
    assert visits["turin at 15"] == 15 * 60
    assert visits["como"] < 15 * 60


def test_a_deadline_goes_before_the_shorter_way():
    stops = [
        route.Stop("como", COMO),
        route.Stop("bergamo", BERGAMO, by=10 * 60 + 30),
    ]
    day = route.Day(base=MILAN)
    assert keys(route.arrange(stops, day)) == ["bergamo", "como"]


def test_more_than_can_be_improved():
    count = route.MAX_IMPROVED + 5
    stops = [route.Stop(n, (45 + n * 7 % count / 50, 9)) for n in range(count)]
    order = route.arrange(stops, route.Day(base=(45, 9)))
    assert keys(order)[0] == 0
    assert cost(order, route.Day(base=(45, 9))) <= cost(stops, route.Day(base=(45, 9)))


# ---- Links ----


def query(link):
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


@given(st.lists(places, max_size=40))
def test_route_links_go_from_end_to_end(way):
    links = [query(link) for link in maps.route_links(way)]
    if len(way) < 2:
        assert not links
        return
    assert links[0]["origin"] == maps._pair(way[0])
    assert links[-1]["destination"] == maps._pair(way[-1])
    for one, following in zip(links, links[1:], strict=False):
        assert one["destination"] == following["origin"]
    stops = [link.get("waypoints", "").split("|") for link in links]
    assert all(len(part) <= maps.MAX_WAYPOINTS for part in stops)
    found = [links[0]["origin"]]
    for link, part in zip(links, stops, strict=True):
        found += [*filter(None, part), link["destination"]]
    assert found == [maps._pair(place) for place in way]


@given(st.text(min_size=1, max_size=60))
def test_links_by_address(address):
    """Whatever is written in an address stays one value of the link."""
    for provider, link in maps.place_links(None, address).items():
        assert link.isascii() and not set('"<> \n') & set(link)
        if provider != "geo":
            [value] = [v for v in query(link).values() if v != "1"] or [address]
            assert value == address or not address.strip()


def test_nowhere():
    assert maps.place_links(None, "") == {}
