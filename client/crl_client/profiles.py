"""The servers a user has logged in to, and where their API keys are kept.

The key goes to the system's keyring. Where there is none, as on most servers, it goes
to a file that only its owner can read. What is not secret lies in ``profiles.json``.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import keyring.errors
import platformdirs

from crl_client.errors import LoginError, UsageError
from crl_client.files import private_folder, replaced
from crl_client.protocol import Address
from crl_client.secret import Secret, check_key

SERVICE = "crl-client"
PROTOCOLS = ("json2", "xmlrpc")


@dataclass(frozen=True)
class Profile:
    """A server and a user of it.

    :ivar database: empty where the server has but one
    :ivar protocol: ``json2`` or ``xmlrpc``
    :ivar insecure: whether the key may go over plain http
    :ivar keeper: who keeps the key: ``keyring``, ``file`` or ``environment``
    """

    name: str
    url: str
    database: str = ""
    user: str = ""
    protocol: str = "json2"
    keeper: str = "keyring"
    insecure: bool = False
    key: Secret = field(default=Secret(""), repr=False, compare=False)


def default_folder() -> Path:
    return Path(platformdirs.user_config_dir("crl", appauthor=False))


class ProfileStore:
    """The profiles of this user on this machine.

    :param folder: where they are kept
    """

    def __init__(self, folder: Path | None = None):
        self.folder = folder or default_folder()
        self._profiles = self.folder / "profiles.json"
        self._keys = self.folder / "keys.json"

    # ---- Reading ----

    def names(self) -> list[str]:
        return sorted(self._read(self._profiles).get("profiles", {}))

    @property
    def default(self) -> str:
        return str(self._read(self._profiles).get("default") or "")

    def load(self, name: str = "") -> Profile:
        """A profile with its key.

        :param name: the default one when empty
        :raises LoginError: when it is not there, or its key is not
        """
        name = name or self.default
        if not name:
            raise LoginError("Not logged in: say 'crl login https://…' first.")
        profile = self.peek(name)
        key = self._load_key(profile)
        if not key:
            raise LoginError(
                f"The API key of {name} is not there any more: say 'crl login' again."
            )
        return replace(profile, key=key)

    def peek(self, name: str) -> Profile:
        """A profile without its key."""
        values = self._read(self._profiles).get("profiles", {}).get(name)
        if not isinstance(values, dict):
            known = ", ".join(self.names()) or "none"
            raise LoginError(f"There is no profile {name!r}; there are: {known}.")
        try:
            return Profile(name=name, **values)
        except TypeError:
            raise LoginError(
                f"The profile {name!r} is damaged: log in again."
            ) from None

    # ---- Writing ----

    def save(self, profile: Profile) -> Profile:
        """Keep a profile with its key, as the default one.

        :returns: the profile, with whoever keeps its key
        """
        private_folder(self.folder)
        profile = replace(profile, keeper=self._save_key(profile))
        data = self._read(self._profiles)
        values = asdict(profile)
        del values["name"], values["key"]
        data.setdefault("profiles", {})[profile.name] = values
        data["default"] = profile.name
        self._write(self._profiles, data)
        return profile

    def choose(self, name: str) -> None:
        """Make a profile the default one."""
        self.peek(name)
        data = self._read(self._profiles)
        data["default"] = name
        self._write(self._profiles, data)

    def forget(self, name: str = "") -> str:
        """Delete a profile and its key; returns its name."""
        name = name or self.default
        if not name:
            raise LoginError("Not logged in.")
        profile = self.peek(name)
        self._forget_key(profile)
        data = self._read(self._profiles)
        del data["profiles"][name]
        if data.get("default") == name:
            data["default"] = ""
        self._write(self._profiles, data)
        return name

    # ---- Keys ----

    def _account(self, profile: Profile) -> str:
        return f"{profile.name} ({self.folder})"

    def _load_key(self, profile: Profile) -> Secret:
        if profile.keeper == "keyring":
            try:
                found = keyring.get_password(SERVICE, self._account(profile))
            except keyring.errors.KeyringError as error:
                raise LoginError(f"The keyring does not answer: {error}.") from None
        else:
            found = self._read(self._keys).get(profile.name)
        return Secret(found or "")

    def _save_key(self, profile: Profile) -> str:
        if not isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring):
            try:
                keyring.set_password(
                    SERVICE, self._account(profile), str.__str__(profile.key)
                )
            except keyring.errors.KeyringError:
                pass  # locked, or nobody is there to unlock it
            else:
                self._forget_file_key(profile)
                return "keyring"
        self._write(
            self._keys, self._read(self._keys) | {profile.name: str(profile.key)}
        )
        return "file"

    def _forget_key(self, profile: Profile) -> None:
        if profile.keeper == "keyring":
            try:
                keyring.delete_password(SERVICE, self._account(profile))
            except keyring.errors.PasswordDeleteError:
                pass  # gone already
            except keyring.errors.KeyringError as error:
                raise LoginError(f"The keyring does not answer: {error}.") from None
        self._forget_file_key(profile)

    def _forget_file_key(self, profile: Profile) -> None:
        keys = self._read(self._keys)
        if keys.pop(profile.name, None) is not None:
            self._write(self._keys, keys)

    # ---- Files ----

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise LoginError(f"{path} cannot be read: {error}.") from None
        return data if isinstance(data, dict) else {}

    def _write(self, path: Path, data: Mapping[str, Any]) -> None:
        try:
            with replaced(path, encoding="utf-8") as file:
                json.dump(data, file, indent=2)
        except OSError as error:
            raise LoginError(f"{path} cannot be written: {error}.") from None


def from_environment() -> Profile | None:
    """The profile of ``CRL_URL`` and ``CRL_API_KEY``, for machines without a user.

    ``CRL_DB``, ``CRL_USER``, ``CRL_PROTOCOL`` and ``CRL_INSECURE`` complete it.
    """
    url = os.environ.get("CRL_URL")
    if not url:
        return None
    key = os.environ.get("CRL_API_KEY")
    if not key:
        raise LoginError("CRL_URL is set, but CRL_API_KEY is not.")
    protocol = os.environ.get("CRL_PROTOCOL") or "json2"
    if protocol not in PROTOCOLS:
        raise UsageError("CRL_PROTOCOL is json2 or xmlrpc.")
    return Profile(
        name="environment",
        url=str(Address(url)),
        database=os.environ.get("CRL_DB", ""),
        user=os.environ.get("CRL_USER", ""),
        protocol=protocol,
        keeper="environment",
        insecure=os.environ.get("CRL_INSECURE") == "1",
        key=check_key(key),
    )
