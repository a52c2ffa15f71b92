"""Dealing customers out to people as evenly as can be."""

from collections.abc import Sequence


def fill_up(kept: Sequence[int], rest: int) -> list[int]:
    """How many of the rest each person gets, when some have customers of their own.

    Whoever has fewest gets the next one, the first of them in a tie: so nobody who gets
    any ends up with more than one above anybody else.

    >>> fill_up([0, 0], 5)
    [3, 2]
    >>> fill_up([4, 0, 1], 3)
    [0, 2, 1]
    """
    given = [0] * len(kept)
    order = sorted(range(len(kept)), key=kept.__getitem__)
    # raise the lowest together to the level of the next, as water does
    for count, __ in enumerate(order, start=1):
        lowest = order[:count]
        level = kept[order[count - 1]]
        room = (kept[order[count]] - level) * count if count < len(order) else rest
        share, left = divmod(min(rest, room), count)
        for person in lowest:
            given[person] += share
        for person in sorted(lowest)[:left]:
            given[person] += 1
        rest -= min(rest, room)
    return given
