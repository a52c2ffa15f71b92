"""Fixtures with real servers. A test module asks for them by
``pytest_plugins = ["tests.support.fixtures"]``."""

import os
from pathlib import Path

import pytest

from bootstrap import addons, databases, machine, node, settings
from tests.support import server as support
from tests.support.browser import Browser
from tests.support.smtp import Mailbox


@pytest.fixture(scope="session")
def database_server():
    return support.database_server()


def make_base(server, addon):
    """A database with Odoo's own addons that one of ours stands on, and with the core,
    made once and copied for each test. The others are there by themselves."""
    own = addons.standing_on(addon)
    name = f"crl_test_{os.getpid()}_base_{addon}"
    databases.copy(server, databases.template(server, addons.dependencies(own)), name)
    databases.install(server, name, [support.ADDON])
    yield name
    databases.drop(server, name)


@pytest.fixture(scope="session")
def base_database(database_server):
    """The addon alone."""
    yield from make_base(database_server, support.ADDON)


@pytest.fixture(scope="session")
def base_sale_database(database_server):
    """With orders, without stock."""
    yield from make_base(database_server, f"{support.ADDON}_sale")


@pytest.fixture
def database(database_server, base_database, request):
    """A fresh database with the addon."""
    yield from make_copy(database_server, base_database, request)


@pytest.fixture
def sale_database(database_server, base_sale_database, request):
    """A fresh database with orders."""
    yield from make_copy(database_server, base_sale_database, request)


def make_copy(server, base, request):
    name = f"crl_test_{os.getpid()}_{request.node.name[:30]}".split("[")[0]
    databases.copy(server, base, name)
    found = support.Database(server, name)
    (settings.LOGS / f"server-{found.label}.log").unlink(missing_ok=True)
    yield found
    found.close()
    databases.drop(server, name)


@pytest.fixture
def mailbox():
    """An SMTP server on this machine, with everything it was given."""
    with Mailbox() as found:
        yield found


@pytest.fixture
def browser():
    """A real Chromium; without one the test is skipped, and says so."""
    if not machine.ensure_browser():
        pytest.skip("NO CHROMIUM: the story was not played in a browser")
    pictures = Path(settings.CACHE) / "screenshots"  # to look at afterwards
    pictures.mkdir(parents=True, exist_ok=True)
    with Browser(pictures) as found:
        yield found


@pytest.fixture(scope="session")
def axe():
    """The checker's code; without Node.js, which fetches it, nothing is checked."""
    modules = node.ensure()
    if not modules:
        pytest.skip("NO NODE.JS: accessibility is NOT CHECKED")
    return (modules / "axe-core/axe.min.js").read_text()
