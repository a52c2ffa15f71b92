"""What people who cannot see, point or tell colours apart get of our screens.

axe-core looks at every screen and dialog of ours, at a desk and on a phone, and at the
pages customers open.
"""

import json

from tests.support.accessibility import Checker
from tests.support.office import log_in, noon_zone
from tests.support.screens import look_everywhere
from tests.support.server import Server, running
from tests.test_injection_browser import PREPARE

pytest_plugins = ["tests.support.fixtures"]


def test_everybody_can_use_it(database, browser, axe):
    told = database.run(PREPARE.format(nasty="Osteria della Luna", tz=noon_zone()))
    checker = Checker(axe)
    server = Server(database)
    with running(server):
        page = browser.page("accessibility", 1440, 900, tz=noon_zone())
        log_in(page, server, "mona")
        for where, _is_phone in look_everywhere(page, server, told):
            checker.check(page, where)
        for path in ("feedback", "unsubscribe", "preferences"):
            for size in ((1440, 900), (360, 780)):
                page.resize(*size)
                page.open(f"{server.url}/crl/{path}/{told['token']}")
                checker.check(page, path)
    assert not checker.found, checker.tell()
    assert not browser.problems


def test_a_fault_is_found(browser, axe):
    """The checker itself sees what it is to see."""
    page = browser.page("accessibility-fault")
    page.open("data:text/html," + "<html lang=en><title>x</title><button></button>")
    checker = Checker(axe)
    checker.check(page, "here")
    assert "button-name" in json.dumps(checker.tell())
