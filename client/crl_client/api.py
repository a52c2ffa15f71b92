"""The client: what the command ``crl`` does, for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any

from crl_client.enroll import Enroller, EnrollResult
from crl_client.errors import LoginError, ServerError, UsageError
from crl_client.export import read_records
from crl_client.profiles import Profile, ProfileStore, from_environment
from crl_client.protocol import Address, Caller, Json2, XmlRpc
from crl_client.secret import check_key
from crl_client.status import Status, read_status
from crl_client.transport import Transport

STATUSES = ("created", "updated", "unchanged", "refused", "checked")
#: The most rows the server takes at once.
MAX_BATCH = 10_000


@dataclass(frozen=True)
class RowResult:
    """What became of one row.

    :ivar row: its position among the rows that were given, from 0
    :ivar status: ``created``, ``updated``, ``unchanged`` or ``refused``; ``checked`` in
        a dry run
    :ivar reason: why it was refused, as a sentence
    """

    row: int
    status: str
    reason: str = ""


class Client:
    """A user of an Odoo server with ``crl_retention``.

    ::

        with Client("https://odoo.example.com", "the API key") as client:
            rows = [{"partner": "C-17", "indicator": "nps", "raw": 9}]
            client.load_values(rows, key="survey of 2 March")

    :param url: the address of the server; ``https://`` when it names no scheme
    :param key: an API key of the user, made in the user's preferences
    :param database: needed where the server has several, and for XML-RPC
    :param user: login of the user, for XML-RPC alone
    :param protocol: ``json2``, or ``xmlrpc`` for servers without it
    :param insecure: send the key over plain http, also to other machines
    :param transport: how patient to be, see :class:`crl_client.Transport`
    :raises UsageError: for what is no address, or lacks a name XML-RPC needs
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        database: str = "",
        user: str = "",
        protocol: str = "json2",
        insecure: bool = False,
        transport: Transport | None = None,
    ):
        self.address = Address(url, insecure)
        self.database, self.user = database, user
        self.transport = transport or Transport()
        secret = check_key(key)
        self._caller: Caller
        if protocol == "json2":
            self._caller = Json2(self.transport, self.address, database, secret)
        elif protocol == "xmlrpc":
            self._caller = XmlRpc(self.transport, self.address, database, user, secret)
        else:
            raise UsageError("The protocol is json2 or xmlrpc.")

    @classmethod
    def from_profile(
        cls, name: str = "", transport: Transport | None = None
    ) -> "Client":
        """The client of a server that ``crl login`` knows, or of the environment
        (``CRL_URL``, ``CRL_API_KEY``) where that is set and no name is given.

        :raises LoginError: when there is no such profile, or its key is gone
        """
        profile = None if name else from_environment()
        return cls.of(profile or ProfileStore().load(name), transport)

    @classmethod
    def of(cls, profile: Profile, transport: Transport | None = None) -> "Client":
        return cls(
            profile.url,
            profile.key,
            database=profile.database,
            user=profile.user,
            protocol=profile.protocol,
            insecure=profile.insecure,
            transport=transport,
        )

    @property
    def protocol(self) -> str:
        return self._caller.name

    @property
    def identity(self) -> str:
        """Tells servers, databases and users apart."""
        return f"{self.address} {self.database} {self.user}"

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.transport.close()

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        *,
        repeatable: bool = False,
        **arguments: Any,
    ) -> Any:
        """Call any public method of any model.

        :param ids: the records; None for methods of the model
        :param repeatable: whether the call does no harm when it is done twice; only
            such calls are repeated after a connection broke
        :raises Refused: with the sentence a user would read
        :raises ServerError: for an error inside the server
        :raises Unclear: when the connection broke in the middle
        :raises Unreachable: without a connection
        :raises LoginError: when the key is not taken
        """
        return self._caller.call(model, method, ids, arguments, repeatable)

    def read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], **options: Any
    ) -> list[dict[str, Any]]:
        """Records as ``search_read`` gives them, with its ``options``."""
        found: list[dict[str, Any]] = self.call(
            model,
            "search_read",
            repeatable=True,
            domain=list(domain),
            fields=list(fields),
            **options,
        )
        return found

    def check_login(self) -> int:
        """The id of the user whose key this is.

        :raises LoginError: when the server does not take it
        """
        context = self.call("res.users", "context_get", repeatable=True)
        uid = context.get("uid") if isinstance(context, dict) else None
        if not isinstance(uid, int) or not uid:
            raise LoginError("The server does not say who this is.")
        return uid

    # ---- Indicators ----

    def load_values(
        self, rows: Iterable[Mapping[str, Any]], key: str | None = None
    ) -> list[RowResult]:
        """Set the values of indicators.

        :param rows: each with ``partner`` (reference, email, phone, or id),
            ``indicator`` (code), ``raw`` (number) and ``date`` (ISO); sent 10,000 at
            a time
        :param key: names this set of rows; the server does a set once, however often
            it is sent. Without it a broken connection is not tried again.
        :returns: one result a row, in their order
        """
        results: list[RowResult] = []
        for number, batch in enumerate(_cut(rows)):
            part = f"{key}:{number}" if key is not None else None
            answer = self.call(
                "crl.indicator",
                "load_values",
                repeatable=part is not None,
                rows=batch,
                key=part,
            )
            results += _read_results(answer, len(batch), len(results))
        return results

    def check_values(self, rows: Iterable[Mapping[str, Any]]) -> list[RowResult]:
        """What :meth:`load_values` would say to these rows; changes nothing."""
        results: list[RowResult] = []
        for batch in _cut(rows):
            answer = self.call(
                "crl.indicator",
                "load_values",
                repeatable=True,
                rows=batch,
                dry_run=True,
            )
            results += _read_results(answer, len(batch), len(results))
        return results

    # ---- Procedures ----

    def enroll(
        self,
        cadence: str | int,
        partners: Iterable[str | int],
        date_start: str | None = None,
        dry_run: bool = False,
    ) -> list[EnrollResult]:
        """Enroll customers in a procedure.

        :param cadence: its name or id
        :param partners: each by id, or by reference or email as text
        :param date_start: ISO day; today when empty
        :param dry_run: say who would get in, and change nothing
        :returns: one result a customer, in their order
        """
        return Enroller(self, cadence, date_start or "", dry_run).run(partners)

    # ---- Reading ----

    def status(self) -> Status:
        """Whether the server and the engine on it are well."""
        return read_status(self)

    def export(self, kind: str, since: str = "") -> Iterator[dict[str, Any]]:
        """Records, page by page, in the order in which they were made.

        :param kind: ``touchpoints``, ``enrollments``, ``indicators`` or ``cases``
        :param since: ISO day or UTC moment; only what was changed from then on
        """
        return read_records(self, kind, since)


def _cut(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in batches the server takes."""
    source = iter(rows)
    while batch := [dict(row) for row in islice(source, MAX_BATCH)]:
        yield batch


def _read_results(answer: Any, count: int, offset: int) -> Iterator[RowResult]:
    """Check the server's answer to a batch, and number its rows on."""
    if not isinstance(answer, list) or len(answer) != count:
        raise ServerError("The server did not say what became of each row.")
    for at, found in enumerate(answer):
        status = found.get("status") if isinstance(found, dict) else None
        if status not in STATUSES or found.get("row", at) != at:
            raise ServerError("The server did not say what became of each row.")
        yield RowResult(offset + at, status, str(found.get("reason") or ""))
