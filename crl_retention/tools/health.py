"""How healthy a relationship is: a weighted mean of what was measured.

Scores go from 0 to 100, and higher is always healthier. What is missing or out of date
counts neither for nor against: the weights of the rest are shared out anew, and the
confidence says how much of the whole is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

#: The bands, the worst first.
BANDS = ("at_risk", "watch", "healthy")
#: Where customers at risk, and those to watch, end as delivered: up to and including.
AT_RISK_UP_TO = 50.0
WATCH_UP_TO = 75.0
#: Points in 28 days below which the score stays the same.
TREND_POINTS = 3.0
#: What an indicator can be brought to by looking after the customer: not perfection.
REALISTIC = 90.0


@dataclass(frozen=True)
class Limits:
    """The band limits of a company; each belongs to the worse band."""

    at_risk: float = AT_RISK_UP_TO
    watch: float = WATCH_UP_TO


@dataclass(frozen=True)
class Measure:
    """One indicator of one customer."""

    key: object
    weight: float
    #: nothing when it was never measured, or too long ago
    score: float | None
    #: the best band the customer can be in when the score is at or below the limit
    knock_out: str = ""
    knock_out_score: float = 0.0

    @property
    def knocks_out(self) -> bool:
        return bool(
            self.knock_out
            and self.score is not None
            and self.score <= self.knock_out_score
        )


@dataclass(frozen=True)
class Health:
    """What follows from the measures. An empty score or band is unknown."""

    score: float | None
    band: str
    #: per cent of all the weight that is known
    confidence: float


def value_score(raw: float, bad: float, fair: float, good: float) -> float:
    """The score of a measured value: 0 at ``bad``, 50 at ``fair``, 100 at ``good``,
    straight in between, and never beyond. Less is better where ``good`` is less.

    :raises ValueError: unless ``fair`` lies between the others, or for no number

    >>> value_score(45, bad=90, fair=45, good=15)
    50.0
    >>> value_score(5, bad=90, fair=45, good=15)
    100.0
    """
    if bad > good:
        raw, bad, fair, good = -raw, -bad, -fair, -good
    if not bad < fair < good:
        raise ValueError("fair must lie between bad and good")
    if raw != raw:
        raise ValueError("not a number")
    if raw <= fair:
        return 50 * (max(raw, bad) - bad) / (fair - bad)
    return 50 + 50 * (min(raw, good) - fair) / (good - fair)


def get_band(score: float | None, limits: Limits = Limits()) -> str:
    """
    >>> get_band(50), get_band(75), get_band(75.01), get_band(None)
    ('at_risk', 'watch', 'healthy', '')
    """
    if score is None:
        return ""
    if score <= limits.at_risk:
        return "at_risk"
    return "watch" if score <= limits.watch else "healthy"


def get_trend(score, before, points: float = TREND_POINTS) -> str:
    """How the score moved since it was ``before``; empty when one is unknown.

    >>> get_trend(61, 64), get_trend(61, 63.9), get_trend(61, None)
    ('down', 'same', '')
    """
    if score is None or before is None:
        return ""
    # scores have two digits; their difference as a float may have more
    change = round(score - before, 2)
    if abs(change) < points or not change:
        return "same"
    return "up" if change > 0 else "down"


def assess(measures: Iterable[Measure], limits: Limits = Limits()) -> Health:
    """The health of a customer.

    >>> weights, scores = (40, 30, 20, 10), (80, 50, None, 20)
    >>> assess(Measure(w, w, s) for w, s in zip(weights, scores))
    Health(score=61.25, band='watch', confidence=80.0)
    """
    measures = list(measures)
    known = [m for m in measures if m.score is not None and m.weight > 0]
    weight = sum(m.weight for m in known)
    everything = sum(m.weight for m in measures if m.weight > 0)
    score = None
    if weight:
        score = round(sum(m.weight * m.score for m in known) / weight, 2)
    bands = [get_band(score, limits), *(m.knock_out for m in measures if m.knocks_out)]
    return Health(
        score,
        min(filter(None, bands), key=BANDS.index, default=""),
        round(100 * weight / everything, 2) if everything else 0.0,
    )


def get_pulls(measures: Iterable[Measure]) -> dict:
    """How many points each known measure pulls the score down from 100."""
    known = [m for m in measures if m.score is not None and m.weight > 0]
    weight = sum(m.weight for m in known)
    return {m.key: m.weight / weight * (100 - m.score) for m in known}


def find_remedies(
    measures: Sequence[Measure],
    limits: Limits = Limits(),
    count: int = 2,
    level: float = REALISTIC,
    actions: dict | None = None,
) -> list[tuple[object, Health]]:
    """The actions that, by what they bring to a realistic level, lift the customer the
    most: each named by the measure that gains most from it.

    The best one first, then what helps most on top of it, until the customer is
    healthy. What is not known counts as well: it can be asked.

    :param actions: what one does about each key; done once, it helps with all of them.
        Without, each measure has an action of its own
    :returns: ``[(key of a measure, health once this and those before it are done)]``
    """
    measures, actions = list(measures), actions or {}
    remedies = []
    now = assess(measures, limits)
    while len(remedies) < count and now.band not in ("", "healthy"):
        helped: dict = {}
        for index, measure in enumerate(measures):
            if (measure.weight > 0 or measure.knocks_out) and (
                measure.score is None or measure.score < level
            ):
                action = actions.get(measure.key, measure.key)
                helped.setdefault(action, []).append(index)
        rank = partial(_rank_lifted, measures, limits, level)
        best = max(helped.values(), key=rank, default=None)
        if best is None or rank(best) <= _rank(now):
            break
        key = measures[max(best, key=lambda index: rank([index]))].key
        measures = _lift(measures, best, level)
        now = assess(measures, limits)
        remedies.append((key, now))
    return remedies


def _lift(measures, indexes, level):
    return [
        replace(measure, score=level) if index in indexes else measure
        for index, measure in enumerate(measures)
    ]


def _rank_lifted(measures, limits, level, indexes):
    return _rank(assess(_lift(measures, indexes, level), limits))


def _rank(health):
    """Healths in their order: by band, then by score, then by what is known."""
    return (
        BANDS.index(health.band) if health.band else -1,
        -1 if health.score is None else health.score,
        health.confidence,
    )
