"""Two people at one shared list, each in a browser of their own; and a promise that is
settled while the network is down."""

from tests.support.office import log_in, noon_zone
from tests.support.server import PATIENCE, Server, running, wait_for
from tests.test_desk_browser import NAME, NOTE, NOTED, PREPARE, STATE, open_desk

pytest_plugins = ["tests.support.fixtures"]

COLLEAGUE = """
env["res.users"].create({
    "login": "otto", "password": "otto", "name": "Otto Operator",
    "email": "otto@example.com",
    "group_ids": [(4, env.ref("base.group_user").id),
                  (4, env.ref("crl_retention.crl_retention_group_all").id)],
})
"""
PROMISE = """
from datetime import timedelta
from odoo import fields

rep = env["res.users"].search([("login", "=", "paula")])
customer = env["res.partner"].search([("user_id", "=", rep.id)], limit=1)
deadline = fields.Datetime.to_string(fields.Datetime.now() + timedelta(seconds=30))
result = customer.with_user(rep).crl_take_promise("Bring the price list", deadline)
"""
ROW = ".o_crl_desk_row"
#: Tells a page that was loaded again from one that was not.
MARK = "window.isSamePage = true"


def test_a_colleague_sees_at_once_who_has_a_contact(database, browser):
    names = ["Trattoria One", "Trattoria Two"]
    one, __ = database.run(PREPARE.format(tz=noon_zone(), names=names))
    database.run(COLLEAGUE)
    with running(Server(database)) as server:
        paula, otto = (
            browser.page(f"desk-{login}", 1366, 800, tz=noon_zone())
            for login in ("paula", "otto")
        )
        log_in(otto, server, "otto")
        otto.open(f"{server.url}/odoo/retention-desk")
        otto.click(".o_crl_desk_others")
        otto.see("Trattoria One", ROW)
        otto.evaluate(MARK)
        log_in(paula, server, "paula")
        open_desk(paula, server)

        # looking takes nothing, the first key does
        assert not otto.is_shown(f"{ROW} .badge", "Paula Rep")
        paula.press("h")
        otto.see("Paula Rep", f"{ROW}[data-key='t{one}'] .badge")
        otto.click(ROW, "Trattoria One")
        otto.see("Paula Rep has this contact open", ".o_crl_desk_lock")
        otto.picture("taken")

        # let go of it, and taken again
        paula.press("Escape")
        paula.click(ROW, "Trattoria Two")
        otto.wait("!document.querySelector('.o_crl_desk_lock')", "still locked")
        paula.click(ROW, "Trattoria One")
        otto.see("Paula Rep", f"{ROW}[data-key='t{one}'] .badge")

        paula.press("Control+Enter")
        paula.see("Trattoria Two", NAME)
        otto.wait(
            f"!document.querySelector(\"{ROW}[data-key='t{one}']\")", "still listed"
        )
        otto.see("This contact is closed", ".o_crl_desk_middle")
        otto.picture("closed")
        assert otto.evaluate("window.isSamePage"), "the page was loaded again"
        assert database.sql(STATE, one)[0][0] == "done"
    assert not browser.problems


def test_a_promise_settled_without_a_connection_is_told_and_kept(database, browser):
    names = ["Trattoria One", "Trattoria Two"]
    database.run(PREPARE.format(tz=noon_zone(), names=names))
    promise = database.run(PROMISE)
    state = "SELECT state FROM crl_case WHERE id = %s"
    with running(Server(database)) as server:
        page = browser.page("desk-promise", 1366, 800, tz=noon_zone())
        log_in(page, server, "paula")
        open_desk(page, server)
        page.click(f"{ROW}[data-key='c{promise}']")
        page.see("Bring the price list", ".o_crl_desk_case")
        page.go_offline()
        page.press("n")
        page.write("Handed over at the counter")
        page.click(".o_crl_desk_done", "Promise Kept")
        page.see("this is not settled yet", ".o_crl_desk_send")
        page.see("There is no connection", ".o_crl_desk_offline")
        page.picture("offline")
        assert database.one(state, promise) == "open"

        # the words are there after a reload too, and settle it
        page.go_offline(False)
        page.wait("!document.querySelector('.o_crl_desk_offline')", "still offline")
        open_desk(page, server)
        page.click(f"{ROW}[data-key='c{promise}']")
        page.see("Bring the price list", ".o_crl_desk_case")
        note = NOTED.replace(NOTE, "#crl_desk_case_note")
        assert page.evaluate(note) == "Handed over at the counter"
        page.click(".o_crl_desk_done", "Promise Kept")
        wait_for(
            lambda: database.one(state, promise) == "recovered", PATIENCE, "not kept"
        )
    # Odoo's own bus complains of the network
    assert not [text for text in browser.problems if "/bus/" not in text]
