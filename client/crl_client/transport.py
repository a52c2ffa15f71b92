"""HTTP with timeouts, patience, and one kind of error each for what can happen."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import httpx

from crl_client.errors import ServerError, Unclear, Unreachable

#: Waiting helps with these: locks, limits, and servers that restart.
PASSING = (409, 429, 500, 502, 503, 504)
#: The server says that it did nothing: repeating is safe whatever was asked.
NOT_DONE = (409, 429)
#: An error inside Odoo is most often there again the next time.
MAX_TRIES_OF_500 = 3


@dataclass(frozen=True)
class Patience:
    """How often and how long to try again.

    :ivar tries: attempts in all
    :ivar first: seconds before the second attempt, doubled with each further one
    :ivar longest: the most seconds between two attempts
    :ivar longest_asked: the most seconds a server may ask for by ``Retry-After``
    """

    tries: int = 6
    first: float = 0.5
    longest: float = 30
    longest_asked: float = 300

    def delay(self, attempt: int, asked: float | None, dice: float) -> float:
        """Seconds to wait after an attempt that failed, 1 for the first.

        :param asked: what the server asked for; it is never undercut
        :param dice: from 0 to 1, so that clients do not come back all at once
        """
        grown: float = min(self.longest, self.first * 2.0 ** (attempt - 1))
        return max(asked or 0.0, grown * (0.5 + dice / 2))


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a header ``Retry-After``, which holds seconds or a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value)) if float(value) < float("inf") else None
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())


class Transport:
    """One server, asked over connections that stay open.

    :param timeout: seconds without a byte before a request counts as failed
    :param on_wait: told ``(seconds, why)`` before each wait
    """

    def __init__(
        self,
        timeout: float = 60,
        patience: Patience | None = None,
        on_wait: Callable[[float, str], None] = lambda seconds, why: None,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.patience = patience or Patience()
        self.on_wait = on_wait
        self._sleep = sleep
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10)),
            follow_redirects=False,  # the key is for this server only
            headers={"User-Agent": "crl-client"},
        )

    def close(self) -> None:
        self._http.close()

    def get(
        self,
        url: str,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        """Read a page once, whatever its status.

        :raises Unreachable: without a connection
        """
        try:
            return self._http.get(url, headers=headers)
        except (httpx.InvalidURL, httpx.TransportError) as error:
            raise Unreachable(f"The server cannot be reached: {error}.") from None

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeatable: bool = False,
        accept: Callable[[httpx.Response], bool] = lambda response: True,
    ) -> httpx.Response:
        """Send a request until there is an answer worth having.

        :param repeatable: whether doing it twice does no harm; others are sent again
            only where the server surely did nothing
        :param accept: whether an answer is from Odoo at all, not from something between
        :returns: the answer, whose status may be an error that waiting does not mend
        :raises Unreachable: when there is no connection to the server
        :raises Unclear: when it broke while the server may have been at work
        :raises ServerError: when it still fails after all attempts
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._http.request(
                    method, url, headers=headers, content=content
                )
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise Unreachable(f"{url} is no address: {error}.") from None
            except httpx.TransportError as error:
                failure, may_repeat, limit = self._judge_break(error, repeatable)
                asked = None
            else:
                if response.is_redirect:
                    raise Unreachable(
                        "The server sends us elsewhere, to "
                        f"{response.headers.get('Location', '?')[:200]}. Log in there."
                    )
                foreign = response.is_success and not accept(response)
                if response.status_code not in PASSING and not foreign:
                    return response
                failure = self._describe(response, foreign)
                may_repeat = repeatable or response.status_code in NOT_DONE
                is_500 = foreign or response.status_code == 500
                limit = MAX_TRIES_OF_500 if is_500 else self.patience.tries
                asked = parse_retry_after(
                    response.headers.get("Retry-After"), datetime.now(timezone.utc)
                )
            limit = min(limit, self.patience.tries)
            too_long = asked is not None and asked > self.patience.longest_asked
            if not may_repeat or attempt >= limit or too_long:
                raise failure
            delay = self.patience.delay(attempt, asked, random.random())
            self.on_wait(delay, str(failure))
            self._sleep(delay)

    def _judge_break(
        self, error: httpx.TransportError, repeatable: bool
    ) -> tuple[ServerError | Unreachable, bool, int]:
        """A connection that broke: the error, whether to try again, how often."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            # nothing was sent
            text = f"The server cannot be reached: {error or 'no answer'}."
            return Unreachable(text), True, self.patience.tries
        if isinstance(error, httpx.TimeoutException):
            text = "The server did not answer in time."
        else:
            text = f"The connection broke: {error or type(error).__name__}."
        if not repeatable:
            text += " Check whether it was done before you repeat it."
        return Unclear(text), repeatable, self.patience.tries

    def _describe(self, response: httpx.Response, foreign: bool) -> ServerError:
        """An answer that is worth another attempt, in a sentence."""
        status = response.status_code
        if foreign:
            text = "The answer is not from Odoo: is there a proxy or a login page?"
            return ServerError(text, status)
        texts = {
            409: "Somebody else is changing the same records.",
            429: "The server asks for fewer requests.",
            500: "The server had an error; its log tells more.",
        }
        text = texts.get(status, f"The server is not available (HTTP {status}).")
        return ServerError(text, status)
