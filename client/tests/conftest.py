"""What the tests share: a server that misbehaves, and a home apart."""

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from fake_odoo import FakeOdoo


@pytest.fixture
def fake():
    server = FakeOdoo()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nothing of the user who runs the tests is read or written."""
    for name in (
        "CRL_URL",
        "CRL_API_KEY",
        "CRL_DB",
        "CRL_USER",
        "CRL_PROTOCOL",
        "CRL_INSECURE",
    ):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield folder
    keyring.set_keyring(before)
