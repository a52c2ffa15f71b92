"""An API key that does not show itself in logs, tracebacks and prints of objects."""

from crl_client.errors import LoginError


class Secret(str):
    """Text whose ``repr`` tells nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def check_key(text: str) -> Secret:
    """The API key in what somebody typed or pasted.

    :raises LoginError: for what cannot be one; HTTP libraries would show it in their
        error messages
    """
    key = text.strip()
    if not key:
        raise LoginError("No API key was given.")
    if not (key.isascii() and key.isprintable()) or " " in key or len(key) > 200:
        raise LoginError(
            "This is not an API key: it is one word of letters, digits and signs."
        )
    return Secret(key)
