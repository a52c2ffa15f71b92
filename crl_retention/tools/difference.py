"""What two shares tell: by how much one is above the other, and how sure that is.

The interval is Newcombe's (1998, method 10): Wilson's score intervals of both shares,
put together. It holds for small numbers and for shares near 0 and 1 too.
"""

from math import sqrt

#: Standard deviations to both sides of a 95 % interval.
Z = 1.959963984540054
#: The fewest people in a group before anything is said about it.
MIN_SAMPLE = 30


def wilson(hits: int, total: int, z: float = Z) -> tuple[float, float]:
    """The interval in which a share lies.

    >>> tuple(round(end, 4) for end in wilson(15, 50))
    (0.191, 0.4375)
    """
    if not total:
        return 0.0, 1.0
    share, square = hits / total, z * z
    middle = share + square / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def newcombe(
    hits: int, total: int, other_hits: int, other_total: int, z: float = Z
) -> tuple[float, float]:
    """The interval in which the first share less the other lies, from -1 to 1.

    >>> tuple(round(end, 4) for end in newcombe(56, 70, 48, 80))
    (0.0524, 0.3339)
    """
    if not (total and other_total):
        return -1.0, 1.0
    share, other = hits / total, other_hits / other_total
    low, high = wilson(hits, total, z)
    other_low, other_high = wilson(other_hits, other_total, z)
    difference = share - other
    return (
        difference - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def judge(
    hits: int, total: int, other_hits: int, other_total: int, sample: int = MIN_SAMPLE
) -> str:
    """What may be said of two shares: 'few' (not enough data yet), 'same' (no
    difference can be told), 'more' or 'less' (the first share is)."""
    if min(total, other_total) < sample:
        return "few"
    low, high = newcombe(hits, total, other_hits, other_total)
    if low > 0:
        return "more"
    return "less" if high < 0 else "same"
