"""Whether a server and the engine on it are well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from crl_client.errors import ServerError
from crl_client.protocol import is_json

if TYPE_CHECKING:
    from crl_client.api import Client


@dataclass(frozen=True)
class Status:
    """What a server tells of itself.

    :ivar odoo: version of Odoo
    :ivar addon: version of ``crl_retention``; '' where it is not installed or too old
        to tell
    :ivar health: ``pass``, ``fail``, or '' where nothing answers
    :ivar troubles: sentences by code
    :ivar figures: the backlog and the last run, as ``/crl/health`` gives them
    """

    url: str
    database: str
    user: str
    odoo: str
    addon: str
    health: str
    troubles: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return self.health == "pass"


def read_version(client: Client) -> str:
    """The version of Odoo.

    :raises ServerError: where there is no Odoo 19 or newer
    """
    response = _get(client, "/web/version")
    answer = response.json() if is_json(response) else None
    version = answer.get("version") if isinstance(answer, dict) else None
    if not isinstance(version, str):
        raise ServerError("This server does not tell its version.", 404)
    return version[:40]


def read_status(client: Client) -> Status:
    try:
        version = read_version(client)
    except ServerError:
        version = ""
    uid = client.check_login()
    [user] = client.read("res.users", [("id", "=", uid)], ["login"], limit=1)
    health: dict[str, Any] = {}
    response = _get(client, "/crl/health")
    if is_json(response) and isinstance(response.json(), dict):
        health = response.json()
    troubles = health.pop("troubles", None)
    return Status(
        url=str(client.address),
        database=client.database,
        user=str(user["login"]),
        odoo=version,
        addon=str(health.pop("version", "") or ""),
        health=str(health.pop("status", "") or ""),
        troubles=troubles if isinstance(troubles, dict) else {},
        figures=health,
    )


def _get(client: Client, path: str) -> httpx.Response:
    headers = {"X-Odoo-Database": client.database} if client.database else {}
    return client.transport.get(f"{client.address}{path}", headers)
