"""Fixtures with real servers. A test module asks for them by
``pytest_plugins = ["tests.support.fixtures"]``."""

import os
from pathlib import Path

import pytest

from bootstrap import addons, databases, machine, settings
from tests.support import server as support
from tests.support.browser import Browser
from tests.support.smtp import Mailbox


@pytest.fixture(scope="session")
def database_server():
    return support.database_server()


@pytest.fixture(scope="session")
def base_database(database_server):
    """A database with the addon, made once and copied for each test."""
    own = addons.names(with_tests=False)
    name = f"crl_test_{os.getpid()}_base"
    template = databases.template(database_server, addons.dependencies(own))
    databases.copy(database_server, template, name)
    databases.install(database_server, name, own)
    yield name
    databases.drop(database_server, name)


@pytest.fixture
def database(database_server, base_database, request):
    """A fresh database with the addon."""
    name = f"crl_test_{os.getpid()}_{request.node.name[:30]}".split("[")[0]
    databases.copy(database_server, base_database, name)
    found = support.Database(database_server, name)
    (settings.LOGS / f"server-{found.label}.log").unlink(missing_ok=True)
    yield found
    found.close()
    databases.drop(database_server, name)


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
