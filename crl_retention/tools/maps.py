"""Links to maps: plain addresses that a person opens, nothing is asked of anybody.

Each link tells its provider the places in it, when it is opened. OpenStreetMap shows
one place, Google Maps takes a route with its stops, ``geo:`` opens the phone's own map.
"""

from urllib.parse import quote, urlencode

#: Stops between start and end that Google Maps takes in one link.
MAX_WAYPOINTS = 9


def _pair(place):
    return f"{place[0]:.6f},{place[1]:.6f}"


def place_links(place, address):
    """``{provider: link}`` to one place, found by its address when it is not known."""
    if place:
        latitude, longitude = _pair(place).split(",")
        pin = urlencode({"mlat": latitude, "mlon": longitude})
        return {
            "osm": f"https://www.openstreetmap.org/?{pin}#map=17/{latitude}/{longitude}",
            "google": "https://www.google.com/maps/dir/?"
            + urlencode({"api": 1, "destination": _pair(place)}),
            "apple": "https://maps.apple.com/?" + urlencode({"daddr": _pair(place)}),
            "geo": f"geo:{_pair(place)}?q={_pair(place)}",
        }
    if not address:
        return {}
    return {
        "osm": "https://www.openstreetmap.org/search?" + urlencode({"query": address}),
        "google": "https://www.google.com/maps/dir/?"
        + urlencode({"api": 1, "destination": address}),
        "apple": "https://maps.apple.com/?" + urlencode({"daddr": address}),
        "geo": f"geo:0,0?q={quote(address)}",
    }


def route_links(places):
    """Links to the whole way in Google Maps, one for each ``MAX_WAYPOINTS`` stops.

    :param places: where the way goes, start and end included
    """
    if len(places) < 2:
        return []
    links = []
    step = MAX_WAYPOINTS + 1
    for first in range(0, len(places) - 1, step):
        part = [_pair(place) for place in places[first : first + step + 1]]
        query = {"api": 1, "origin": part[0], "destination": part[-1]}
        if part[1:-1]:
            query["waypoints"] = "|".join(part[1:-1])
        links.append(
            "https://www.google.com/maps/dir/?"
            + urlencode({**query, "travelmode": "driving"})
        )
    return links
