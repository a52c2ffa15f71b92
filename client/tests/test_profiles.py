"""Servers that were logged in to, and their keys."""

import logging
import os
import stat
import traceback

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from crl_client import Client, CrlError, LoginError, UsageError
from crl_client.profiles import Profile, ProfileStore
from crl_client.secret import Secret, check_key
from fake_odoo import KEY


class MemoryKeyring(KeyringBackend):
    priority = 1
    locked = False

    def __init__(self):
        super().__init__()
        self.kept = {}

    def set_password(self, service, username, password):
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        self.kept[service, username] = password

    def get_password(self, service, username):
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


@pytest.fixture
def vault():
    vault = MemoryKeyring()
    keyring.set_keyring(vault)
    return vault


def make_profile(name="work", key=KEY):
    return Profile(name, "https://odoo.example.com", "db", "loader", key=Secret(key))


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_key_is_in_the_keyring_alone(home, vault):
    store = ProfileStore()
    assert store.save(make_profile()).keeper == "keyring"
    assert list(vault.kept.values()) == [KEY]
    assert all(KEY not in path.read_text() for path in files(home))
    assert store.load().key == KEY
    assert store.forget() == "work"
    assert not vault.kept
    with pytest.raises(LoginError, match="crl login"):
        store.load()


def test_without_a_keyring_a_file_for_the_owner_alone(home, monkeypatch):
    made = []
    rename = os.replace

    def watch(source, target):
        made.append(stat.S_IMODE(os.stat(source).st_mode))
        rename(source, target)

    monkeypatch.setattr(os, "replace", watch)
    os.umask(os.umask(0) & 0)  # even where everything is open to everybody
    store = ProfileStore()
    assert store.save(make_profile()).keeper == "file"
    assert set(made) == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(home)} == {0o600}
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert store.load("work").key == KEY
    store.forget("work")
    assert all(KEY not in path.read_text() for path in files(home))


def test_a_locked_keyring(home, vault):
    vault.locked = True
    store = ProfileStore()
    assert store.save(make_profile()).keeper == "file"
    vault.locked = False
    assert store.save(make_profile()).keeper == "keyring"
    assert all(KEY not in path.read_text() for path in files(home))
    vault.locked = True
    with pytest.raises(LoginError, match="keyring"):
        store.load()


def test_several_servers(home):
    store = ProfileStore()
    store.save(make_profile("a", "key-a"))
    store.save(make_profile("b", "key-b"))
    assert store.names() == ["a", "b"]
    assert store.load().key == "key-b"
    store.choose("a")
    assert store.load().key == "key-a"
    assert store.load("b").key == "key-b"
    store.forget()
    assert store.default == ""
    assert store.load("b").key == "key-b"
    with pytest.raises(LoginError, match="no profile 'c'; there are: b"):
        store.load("c")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"profiles": {"a": 1}}'])
def test_damaged_files(home, content):
    store = ProfileStore()
    store.folder.mkdir(parents=True)
    (store.folder / "profiles.json").write_text(content)
    with pytest.raises(LoginError):
        store.load("a")


def test_plain_http_is_for_this_machine(home, monkeypatch):
    with pytest.raises(UsageError, match="CRL_INSECURE"):
        Client("http://odoo.example.com", KEY)
    assert Client("http://odoo.example.com", KEY, insecure=True)
    monkeypatch.setenv("CRL_URL", "http://odoo.example.com")
    monkeypatch.setenv("CRL_API_KEY", KEY)
    with pytest.raises(UsageError):
        Client.from_profile()
    monkeypatch.setenv("CRL_INSECURE", "1")
    assert Client.from_profile()


def test_the_environment_comes_first(home, monkeypatch):
    monkeypatch.setenv("CRL_URL", "https://other.example.com")
    with pytest.raises(LoginError, match="CRL_API_KEY"):
        Client.from_profile()
    monkeypatch.setenv("CRL_API_KEY", KEY)
    assert str(Client.from_profile().address) == "https://other.example.com"


@pytest.mark.parametrize("text", ["", "  \n", "two words", "käse", "a\nb", "x" * 300])
def test_what_is_no_key(text):
    with pytest.raises(LoginError) as caught:
        check_key(text)
    assert not text.strip() or text not in str(caught.value)


@pytest.mark.parametrize("protocol", ["json2", "xmlrpc"])
def test_the_key_is_shown_nowhere(fake, caplog, protocol):
    caplog.set_level(logging.DEBUG)
    key = "very-secret-key"
    client = Client(fake.url, key, database="d", user="u", protocol=protocol)
    shown = [repr(make_profile(key=key)), repr(check_key(key)), str(vars(client))]
    fake.faults = [422, 422, 422]
    try:
        client.check_login()
    except CrlError:
        shown.append(traceback.format_exc())
    shown.append(caplog.text)
    assert len(shown) == 5 and all(key not in text for text in shown)
