"""How close a name is to what somebody types."""

EXACT, BEGINS, WORD_BEGINS, HOLDS = range(4)


def rank(typed: str, name: str) -> int:
    """The less, the closer.

    >>> names = "Bella", "Bella Napoli", "La Bella", "Isabella"
    >>> [rank("bella", name) for name in names]
    [0, 1, 2, 3]
    """
    typed, name = typed.casefold(), name.casefold()
    if typed == name:
        return EXACT
    if name.startswith(typed):
        return BEGINS
    words = name.replace(",", " ").split()
    if all(any(word.startswith(one) for word in words) for one in typed.split()):
        return WORD_BEGINS
    return HOLDS
