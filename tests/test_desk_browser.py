"""My Desk where things go wrong: the network breaks, the page is loaded again, a
colleague was faster, or all there is is a phone."""

from itertools import pairwise

from tests.support.office import log_in, noon_zone
from tests.support.server import PATIENCE, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

PREPARE = """
from datetime import timedelta
from odoo import fields

tz = {tz!r}
env.company.partner_id.tz = tz
groups = [(4, env.ref("base.group_user").id)]
groups += [(4, env.ref("crl_retention.crl_retention_group_user").id)]
rep = env["res.users"].create({{
    "login": "paula", "password": "paula", "name": "Paula Rep",
    "email": "paula@example.com", "tz": tz, "group_ids": groups,
}})
names = {names!r}
customers = env["res.partner"].create([{{
    "name": name, "is_company": True, "email": f"c{{place}}@example.com",
    "phone": f"+33 1 42 68 53 {{10 + place}}", "user_id": rep.id, "tz": tz,
}} for place, name in enumerate(names)])
cadence = env.ref("crl_retention.cadence_new_account")
enrollments = env["crl.enrollment"].browse(customers.crl_enroll(cadence.id))
step = env.ref("crl_retention.step_m1_call")
calls = enrollments.touchpoint_ids.filtered(lambda t: t.step_id == step).sorted("id")
now = fields.Datetime.now()
for place, call in enumerate(calls):
    call.date_planned = now - timedelta(seconds=30 - place)
calls._open_activities()
env.flush_all()
result = calls.ids
"""
CLOSE = """
call = env["crl.touchpoint"].browse({call})
call.action_done("reached", "positive", "She called us herself.")
env.flush_all()
result = call.state
"""
STATE = "SELECT state, outcome, verdict, note FROM crl_touchpoint WHERE id = %s"
NAME = ".o_crl_desk_name"
NOTE = "#crl_desk_note"
NOTED = f"document.querySelector('{NOTE}').value"
SAVED = "Object.keys(localStorage).filter((key) => key.startsWith('crl_desk/{}/'))"
#: The server does not hear of results until `release()`.
HOLD = """(() => {
    const isReleased = new Promise((resolve) => { window.release = resolve; });
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        if (String(body).includes('"finish"')) {
            isReleased.then(() => send.call(this, body));
        } else {
            send.call(this, body);
        }
    };
})()"""
#: How many contacts were fetched, open or ahead.
FETCHED = """performance.getEntriesByType("resource")
    .filter(({name}) => name.endsWith("/open_contact")).length"""
#: What a finger would miss: buttons, links and choices lower than 44 pixels.
SMALL = """[...document.querySelectorAll(
    ".o_crl_desk :is(button, a.btn, .btn, input:not([type=checkbox], .btn-check))"
)].filter((element) => {
    const {height, width} = element.getBoundingClientRect();
    return height && width && height < 43.5 && !element.matches(".btn-link");
}).map((element) => element.outerHTML.slice(0, 120))"""


def open_desk(page, server):
    page.open(f"{server.url}/odoo/retention-desk")
    page.wait(f"!!document.querySelector('{NAME}')", "no contact is open")


def test_nothing_typed_is_lost(database, browser):
    names = ["Trattoria One", "Trattoria Two", "Trattoria Three"]
    one, two, three = database.run(PREPARE.format(tz=noon_zone(), names=names))
    server = Server(database)
    with running(server):
        page = browser.page("desk-offline", 1366, 800, tz=noon_zone())
        log_in(page, server, "paula")
        open_desk(page, server)
        page.see("Trattoria One", NAME)

        # typed, and the page is loaded again
        page.press("h")
        page.press("n")
        page.wait(f"document.activeElement.matches('{NOTE}')", "n leads to no note")
        page.write("The dough is fine")
        open_desk(page, server)
        page.see("is here again", ".o_crl_desk_result")
        assert page.evaluate(NOTED) == "The dough is fine"
        assert page.evaluate(
            "document.querySelector('.o_crl_desk_result [value=positive]').checked"
        )
        # the next one was fetched ahead
        page.wait(f"({SAVED.format('draft')}).length === 1", "there is no draft")
        page.evaluate("new Promise((done) => setTimeout(done, 2000))")

        # the plug is pulled
        page.go_offline()
        page.click(NOTE)
        page.press("End")
        page.write(", she says.")
        page.press("Control+Enter")
        page.see("will be sent when the connection is back", ".o_crl_desk_unsent")
        page.see("Trattoria Two", NAME)
        page.picture("offline")
        page.press("n")
        page.write("Nobody there")
        assert database.one("SELECT state FROM crl_touchpoint WHERE id = %s", one) == (
            "open"
        )

        # and put in again
        page.go_offline(False)
        page.see("Results sent: 1", ".o_notification")
        page.wait("!document.querySelector('.o_crl_desk_offline')", "still offline")
        assert database.sql(STATE, one) == [
            ("done", "reached", "positive", "The dough is fine, she says.")
        ]
        assert page.evaluate(NOTED) == "Nobody there"

        # a colleague closes the contact while it is typed on: the words stay
        page.go_offline()
        page.click(".o_crl_desk_result label", "No answer")
        page.press("Control+Enter")
        page.see("will be sent when the connection is back", ".o_crl_desk_unsent")
        database.run(CLOSE.format(call=two))
        page.go_offline(False)
        page.see("A result could not be recorded", ".o_notification")
        page.picture("refused")
        assert database.sql(STATE, two)[0][3] == "She called us herself."
        drafts = f"{SAVED.format('draft')}.map((key) => localStorage.getItem(key))"
        assert "Nobody there" in str(page.evaluate(drafts))
        assert page.evaluate(f"{SAVED.format('unsent')}.length") == 0
        assert database.sql(STATE, three)[0][0] == "open"

        # whoever logs out leaves nothing behind
        page.click(".o_user_menu button")
        page.click(".o-dropdown--menu .dropdown-item", "Log out")
        page.wait("!!document.querySelector('input[name=login]')", "not logged out")
        assert page.evaluate(f"{SAVED.format('draft')}.length") == 0
    assert not browser.problems


def test_next_is_shown_while_the_result_is_sent(database, browser):
    """Nobody waits for the server; who is refused is told, and can go back."""
    names = ["Trattoria One", "Trattoria Two", "Trattoria Three"]
    one, two, three = database.run(PREPARE.format(tz=noon_zone(), names=names))
    with running(Server(database)) as server:
        page = browser.page("desk-next", 1366, 800, tz=noon_zone())
        log_in(page, server, "paula")
        open_desk(page, server)
        page.see("Trattoria One", NAME)
        page.evaluate(HOLD)

        # what the browser can know is said at once, and nothing moves on
        page.press("1")
        page.press("Control+Enter")
        page.see("Choose a face", ".o_crl_desk_send")

        # the server takes its time
        for place, (name, following) in enumerate(pairwise(names), 2):
            page.wait(f"{FETCHED} >= {place}", f"{following} was not fetched ahead")
            page.press("h")
            page.press("n")
            page.write(f"Said by {name}")
            page.press("Control+Enter")
            page.see(following, NAME)
        page.press("n")
        page.write("So far")
        for call in (one, two):
            assert database.sql(STATE, call)[0][0] == "open"

        # a colleague was faster: nobody loses a word, nor the place
        database.run(CLOSE.format(call=one))
        page.evaluate("window.release()")
        page.see("Trattoria One", ".o_notification")
        page.see("has closed this contact already", ".o_notification")
        wait_for(lambda: database.sql(STATE, two)[0][0] == "done", PATIENCE, "not done")
        assert database.sql(STATE, one)[0][3] == "She called us herself."
        assert database.sql(STATE, two)[0][3] == "Said by Trattoria Two"
        assert page.text(NAME) == "Trattoria Three"
        assert page.evaluate(NOTED) == "So far"
        page.wait(f"!{SAVED.format('unsent')}.length", "something is unsent")
        page.picture("refused")
        page.click(".o_notification button", "Back to the Contact")
        page.see("Trattoria One", NAME)
        page.wait(f"{NOTED} === 'Said by Trattoria One'", "the words are gone")
        assert database.sql(STATE, three)[0][0] == "open"
    assert not browser.problems


def test_by_touch(database, browser):
    names = [
        "Landwirtschaftliche Bezugsgenossenschaft Niederkrüchten-Elmpt eG",
        "有限会社 山田製パン所 北千住駅前本店 ベーカリー・カフェ",
    ]
    one, two = database.run(PREPARE.format(tz=noon_zone(), names=names))
    server = Server(database)
    with running(server):
        page = browser.page("desk-phone", 360, 740, mobile=True, tz=noon_zone())
        log_in(page, server, "paula")
        page.send("Emulation.setTouchEmulationEnabled", enabled=True)
        page.open(f"{server.url}/odoo/retention-desk")
        for name in names:
            page.see(name, ".o_crl_desk")
        looks = [("list", ".o_crl_desk_row", ""), ("customer", "button", "Result")]
        for look, selector, text in looks:
            page.wait(f"!!document.querySelector('.o_crl_desk {selector}')", look)
            page.picture(look)
            assert page.evaluate(SMALL) == [], look
            assert page.evaluate("document.documentElement.scrollWidth") == 360, look
            page.tap(f".o_crl_desk {selector}", text)
        page.see("How did it go?", ".o_crl_desk_result")
        # two taps and done: a face says that they were reached
        page.tap(".o_crl_desk_result label", "Content")
        page.see("On a scale", ".o_crl_desk_result")
        page.picture("result")
        assert page.evaluate(SMALL) == []
        page.tap(".o_crl_desk_done")
        page.see(names[1], NAME)
        wait_for(lambda: database.sql(STATE, one)[0][0] == "done", PATIENCE, "not done")
        assert database.sql(STATE, one)[0][2] == "positive"
        # back to the list, where one is left
        page.tap(".o_crl_desk_bar button")
        page.see("1 to do", ".o_crl_desk_total")
        assert database.sql(STATE, two)[0][0] == "open"
    assert not browser.problems
