"""``crl login``: asks for a key, tries it, and keeps it."""

import getpass
import os
import sys
from dataclasses import replace

from crl_client.api import Client
from crl_client.errors import NoInterface
from crl_client.profiles import PROTOCOLS, Profile, ProfileStore
from crl_client.protocol import Address
from crl_client.secret import Secret, check_key
from crl_client.transport import Transport


def ask_key() -> Secret:
    """The API key from ``CRL_API_KEY``, else typed without echo, else from a pipe."""
    given = os.environ.get("CRL_API_KEY")
    if given:
        return check_key(given)
    if sys.stdin.isatty():
        return check_key(getpass.getpass("API key (it is not shown): "))
    return check_key(sys.stdin.readline(1000))


def log_in(
    url: str,
    database: str = "",
    user: str = "",
    name: str = "",
    protocol: str = "",
    insecure: bool = False,
    transport: Transport | None = None,
    store: ProfileStore | None = None,
) -> Profile:
    """Check a key on a server and keep it.

    :param name: of the profile; server and database when empty
    :param protocol: the first that works when empty
    :raises LoginError: when the server does not take the key
    """
    address = Address(url, insecure)
    name = name or f"{str(address).partition('//')[2]}{database and '/' + database}"
    profile = Profile(
        name,
        str(address),
        database,
        user,
        protocol or PROTOCOLS[0],
        insecure=insecure,
        key=ask_key(),
    )
    try:
        profile = _check(profile, transport)
    except NoInterface as error:
        if protocol:
            raise
        if not user or not database:
            raise NoInterface(
                f"{error} An older server needs --db and --user as well."
            ) from None
        profile = _check(replace(profile, protocol="xmlrpc"), transport)
    return (store or ProfileStore()).save(profile)


def _check(profile: Profile, transport: Transport | None) -> Profile:
    """Try the key; returns the profile with the user it belongs to."""
    client = Client.of(profile, transport)
    uid = client.check_login()
    [user] = client.read("res.users", [("id", "=", uid)], ["login"], limit=1)
    return replace(profile, user=str(user["login"]))
