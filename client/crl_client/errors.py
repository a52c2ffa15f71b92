"""What can go wrong, each kind with the exit code of the command ``crl``."""


class CrlError(Exception):
    """Base of everything this package raises on purpose; its text is a sentence."""

    exit_code = 4


class UsageError(CrlError):
    """What was asked for makes no sense: a wrong option, file or column."""

    exit_code = 2


class Unreachable(CrlError):
    """The server cannot be reached, or what answers there is no Odoo."""

    exit_code = 3


class NoInterface(Unreachable):
    """Something answers, but not at the address of the interface we speak."""


class LoginError(CrlError):
    """There is no key, or the server does not take it."""

    exit_code = 3


class ServerError(CrlError):
    """The server answered with an error.

    :ivar status: the HTTP status, 0 where XML-RPC told none
    """

    exit_code = 4

    def __init__(self, message: str, status: int = 0):
        super().__init__(message)
        self.status = status


class Refused(ServerError):
    """The server understood and said no; its text is the sentence a user would read."""


class Unclear(ServerError):
    """The connection broke: the server may have done what it was asked, or not."""
