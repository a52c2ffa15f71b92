"""The two ways to call Odoo's methods: JSON-2, and XML-RPC for servers without it.

Addresses, headers and the calls of XML-RPC are ``odoo-client-lib``'s. Requests go
through our :class:`~crl_client.transport.Transport`, for that library hides the status
and the headers of an answer, opens a connection for each call, and tries once.
"""

import json
import xmlrpc.client
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import odoolib
from odoolib.tools import AuthenticationError

from crl_client.errors import (
    CrlError,
    LoginError,
    NoInterface,
    Refused,
    ServerError,
    UsageError,
)
from crl_client.secret import Secret
from crl_client.transport import Transport

XMLRPC_ACCESS_DENIED = 3
XMLRPC_REFUSALS = (2, 4)


class Caller(Protocol):
    """Calls a method of a model."""

    name: str

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        repeatable: bool,
    ) -> Any: ...


class Address:
    """Where a server is: scheme, host and port.

    :param insecure: whether a key may go there over plain http
    :raises UsageError: for what is not the address of an Odoo server
    """

    def __init__(self, url: str, insecure: bool = True):
        text = url.strip()
        if "://" not in text:
            text = f"https://{text}"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise UsageError(f"{url[:200]!r} is not the address of a server.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url[:200]!r} is not the address of a server.")
        if parts.username is not None or parts.password is not None:
            raise UsageError("Leave names and passwords out of the address.")
        if parts.path.strip("/").split("/")[0] not in ("", "odoo", "web"):
            raise UsageError(
                f"Odoo has no address of its own below another ({parts.path[:200]})."
            )
        host = parts.hostname
        is_local = host in ("localhost", "127.0.0.1", "::1")
        if not (insecure or is_local or parts.scheme == "https"):
            raise UsageError(
                "Over http:// anybody on the way can read the key: use https://, or "
                "say --insecure (CRL_INSECURE=1)."
            )
        self.host = f"[{host}]" if ":" in host else host
        self.is_secure = parts.scheme == "https"
        self.port = port or (443 if self.is_secure else 80)

    @property
    def suffix(self) -> str:
        return "s" if self.is_secure else ""

    def __str__(self) -> str:
        default = 443 if self.is_secure else 80
        port = "" if self.port == default else f":{self.port}"
        return f"http{self.suffix}://{self.host}{port}"


def is_json(response: httpx.Response) -> bool:
    """Whether an answer is JSON, as all of Odoo's are."""
    try:
        response.json()
    except ValueError:
        return False
    return True


def get_message(response: httpx.Response) -> str:
    """The sentence in an error of JSON-2; never its traceback."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    message = answer.get("message") if isinstance(answer, dict) else None
    return message.strip()[:2000] if isinstance(message, str) else ""


class Json2:
    """Odoo 19's own interface: a key, named arguments, one request a call."""

    name = "json2"

    def __init__(
        self, transport: Transport, address: Address, database: str, key: Secret
    ):
        self._transport = transport
        self._connection = odoolib.get_connection(
            hostname=address.host,
            protocol="json2" + address.suffix,
            port=address.port,
            database=database,
            password=key,
        )

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        repeatable: bool,
    ) -> Any:
        body = dict(arguments)
        if ids is not None:
            body["ids"] = list(ids)
        try:
            content = json.dumps(body, allow_nan=False).encode()
        except ValueError:
            raise UsageError("Not a number and infinite cannot be sent.") from None
        response = self._transport.send(
            "POST",
            f"{self._connection.connector.url}{model}/{method}",
            headers=self._connection.bearer_header,
            content=content,
            repeatable=repeatable,
            accept=is_json,
        )
        if response.is_success:
            return response.json()
        status, message = response.status_code, get_message(response)
        if status == 401:
            raise LoginError("The server does not take this API key.")
        if status == 413:
            text = "The server takes no requests this large: send fewer rows at once."
            raise Refused(text, status)
        if message and 400 <= status < 500:
            raise Refused(message, status)
        if status == 404:
            raise NoInterface(
                "There is no Odoo 19 database here. Where a server has several, name "
                "one with --db."
            )
        raise ServerError(message or f"The server answered with {status}.", status)


class _Connector(odoolib.XmlRPCConnector):  # type: ignore[misc]
    """XML-RPC over our transport; ``repeatable`` is of the call at hand."""

    def __init__(self, transport: Transport, address: Address, database: str):
        super().__init__(address.host, address.port)
        self.url = f"{address}/xmlrpc/2"
        self.transport = transport
        self.headers = {"Content-Type": "text/xml"}
        if database:
            self.headers["X-Odoo-Database"] = database
        self.repeatable = False

    def send(self, service_name: str, method: str, *args: Any) -> Any:
        plain = tuple(
            str.__str__(arg) if isinstance(arg, Secret) else arg for arg in args
        )
        try:
            content = xmlrpc.client.dumps(plain, method, allow_none=True).encode()
        except (OverflowError, TypeError) as error:
            raise UsageError(f"XML-RPC cannot send this: {error}.") from None
        response = self.transport.send(
            "POST",
            f"{self.url}/{service_name}",
            headers=self.headers,
            content=content,
            repeatable=self.repeatable or service_name == "common",
            accept=_is_xml,
        )
        if not response.is_success:
            raise NoInterface("There is no XML-RPC here.")
        try:
            [result], _method = xmlrpc.client.loads(response.content)
        except xmlrpc.client.Fault as fault:
            raise _read_fault(fault) from None
        return result


def _is_xml(response: httpx.Response) -> bool:
    return response.content.lstrip()[:5] == b"<?xml"


def _read_fault(fault: xmlrpc.client.Fault) -> CrlError:
    """The error behind a fault; of a traceback its last line at most."""
    text = str(fault.faultString).strip()
    if fault.faultCode == XMLRPC_ACCESS_DENIED:
        return LoginError("The server does not take this user and API key.")
    if fault.faultCode in XMLRPC_REFUSALS:
        return Refused(text[:2000])
    return ServerError("The server had an error; its log tells more.", 500)


class XmlRpc:
    """The old interface, which Odoo 20 and later will no longer have."""

    name = "xmlrpc"

    def __init__(
        self,
        transport: Transport,
        address: Address,
        database: str,
        user: str,
        key: Secret,
    ):
        if not database or not user:
            raise UsageError("XML-RPC needs the names of the database and of the user.")
        self._connector = _Connector(transport, address, database)
        self._connection = odoolib.Connection(self._connector, database, user, key)

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        repeatable: bool,
    ) -> Any:
        self._login()
        named = dict(arguments)
        positional: list[Any] = [list(ids)] if ids is not None else []
        if method == "create":
            positional = [named.pop("vals_list")]  # Odoo looks there what to return
        self._connector.repeatable = repeatable
        try:
            # not through its models, whose search_read() and read() change the answer
            return self._connection.get_service("object").execute_kw(
                self._connection.database,
                self._connection.user_id,
                self._connection.password,
                model,
                method,
                positional,
                named,
            )
        finally:
            self._connector.repeatable = False

    def _login(self) -> None:
        """Learn the user's id, once."""
        try:
            self._connection.check_login(False)
        except AuthenticationError:
            raise LoginError(
                "The server does not take this user and API key."
            ) from None
        except ServerError as error:
            if error.status != 500:
                raise
            raise LoginError("The server cannot open this database.") from None
