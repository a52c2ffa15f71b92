"""Which sentences a letter could have, given what is known of the customer."""

from datetime import timedelta

#: Sentences of a letter.
MOST = 3
#: What is older is not shown to whoever writes, in days.
OLDEST = 365
#: How long each kind of fact is worth a sentence, in days, what is best first.
#: 'purchase' and 'point' (why it was a good buy) come from what orders tell.
WORTH = {
    "purchase": 90,
    "point": 90,
    "promise": 90,
    "visit": 60,
    "call": 60,
    "words": 180,
}
#: Kinds whose sentences name something.
NAMED = ("purchase", "point")
#: To somebody who is unhappy: nothing cheerful, nothing sold.
UNHAPPY = ("told", "sorry", "right")
#: Days somebody counts as a new customer.
NEW = 90


def get_standing(since, today):
    """What the time as a customer is worth: a fact without a day, or None.

    :param since: first day as a customer, or None
    """
    if not since or since > today:
        return None
    is_before = (today.month, today.day) < (since.month, since.day)
    years = today.year - since.year - is_before
    if years:
        return {"kind": "year" if years == 1 else "years", "years": years}
    return {"kind": "new"} if (today - since).days <= NEW else None


def choose(facts, is_unhappy, today, since=None):
    """The sentences to offer: ``[(code, fact)]``, ``MOST`` of them.

    At most one a kind of fact; a fact of the future, one that is too old, and words
    that were not kind give none.

    :param facts: dicts with ``kind``, ``date`` and, of words, ``verdict``; purchases
        and their points need a ``name``
    :param is_unhappy: whether the customer waits for us to put something right
    :param since: first day as a customer, or None
    """
    if is_unhappy:
        return [(code, None) for code in UNHAPPY]
    chosen = []
    for kind, days in WORTH.items():
        oldest = today - timedelta(days=days)
        fitting = [
            fact
            for fact in facts
            if fact["kind"] == kind
            and fact["date"]
            and oldest <= fact["date"] <= today
            and (kind != "words" or fact.get("verdict") == "positive")
            and (kind not in NAMED or fact.get("name"))
        ]
        if fitting:
            chosen.append((kind, max(fitting, key=lambda fact: fact["date"])))
    standing = get_standing(since, today)
    if standing:
        chosen.append((standing["kind"], standing))
    chosen = chosen[: MOST - 1]
    if not chosen:
        chosen = [("thanks", None)]
    closing = [(code, None) for code in ("call_me", "soon")]
    return [*chosen, *closing][:MOST]
