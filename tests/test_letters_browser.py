"""Letters in a real browser: what is typed is kept."""

from contextlib import contextmanager

from tests.support.office import log_in, noon_zone
from tests.support.server import PATIENCE, Server, running, wait_for
from tests.test_desk_browser import SMALL

pytest_plugins = ["tests.support.fixtures"]

PREPARE = """
tz = {tz!r}
env.company.partner_id.write({{
    "tz": tz, "street": "Via Roma 1", "zip": "20121", "city": "Milano",
}})
groups = [(4, env.ref("base.group_user").id)]
groups += [(4, env.ref("crl_retention.crl_retention_group_user").id)]
rep = env["res.users"].create({{
    "login": "paula", "password": "paula", "name": "Paula Rep",
    "email": "paula@example.com", "tz": tz, "group_ids": groups,
}})
long = "Landwirtschaftliche Bezugsgenossenschaft Niederkrüchten-Elmpt eG & Söhne"
wide = "有限会社 山田製パン所 北千住駅前本店 ベーカリー・カフェ"
names = ["Bella Napoli", long, wide]
names += [f"Pizzeria {{number}}" for number in range({count})]
customers = env["res.partner"].create([{{
    "name": name, "is_company": True, "user_id": rep.id, "tz": tz,
    "street": f"Via Garibaldi {{place}}", "zip": "104-0061", "city": "中央区" if
    place == 2 else "Milano", "country_id": env.ref("base.jp" if place == 2
    else "base.it").id, "street2": long if place == 1 else False,
}} for place, name in enumerate(names)])
cadence = env["crl.cadence"].create({{
    "name": "Thanks",
    "step_ids": [(0, 0, {{
        "name": "Thank-you letter", "channel": "letter", "roll": "none",
        "stage_id": env.ref("crl_retention.stage_month_1").id,
    }})],
}})
letters = env["crl.enrollment"].browse(customers.crl_enroll(cadence.id)).touchpoint_ids
letters = letters.sorted("id")
letters._open_activities()
env.flush_all()
result = [letters.ids, customers.ids]
"""
TEXT = "#crl_letter_text"
WRITTEN = f"document.querySelector('{TEXT}').value"
STATE = "SELECT state, letter_text, is_letter_printed FROM crl_touchpoint WHERE id = %s"
PRINTED = "UPDATE crl_touchpoint SET is_letter_printed = TRUE WHERE id = %s"


def open_letters(page, server):
    page.open(f"{server.url}/odoo/retention-letters")
    page.wait(f"!!document.querySelector('{TEXT}')", "no letter is open")


@contextmanager
def writing(database, browser, name, count=0):
    """The first of ``3 + count`` letters is open; tells which they are."""
    tz = noon_zone()
    letters, _customers = database.run(PREPARE.format(tz=tz, count=count))
    with running(Server(database)) as server:
        page = browser.page(name, tz=tz)
        log_in(page, server, "paula")
        open_letters(page, server)
        yield page, server, letters


def wait_for_words(database, letter, words):
    wait_for(
        lambda: database.sql(STATE, letter)[0][1] == words,
        PATIENCE,
        f"“{words}” did not arrive",
    )


def test_a_letter_is_written_and_posted(database, browser):
    with writing(database, browser, "letters", count=1) as (page, server, letters):
        page.see("4 letters to write")
        page.click(".o_crl_letter_offer", "Dear Bella Napoli")
        page.see("Bella Napoli", ".o_crl_letter_address")
        # typed on the way: kept here, and sent when the connection is back
        page.go_offline()
        page.type(TEXT, "Dear Bella Napoli,\nthank you.")
        page.see("There is no connection")
        page.picture("offline")
        assert database.sql(STATE, letters[0])[0][1] != "Dear Bella Napoli,\nthank you."
        page.go_offline(False)
        wait_for_words(database, letters[0], "Dear Bella Napoli,\nthank you.")
        # nothing is lost when the page is closed in the middle of a word
        page.type(TEXT, "Half a wor")
        page.open(f"{server.url}/odoo/retention-letters")
        page.wait(
            f"document.querySelector('{TEXT}') && {WRITTEN} === 'Half a wor'", "lost"
        )
        # written, then in the post, by the keyboard alone
        page.click(TEXT)
        page.press("Control+Enter")
        page.see("3 letters to write")
        [(state, text, is_printed)] = database.sql(STATE, letters[0])
        assert (state, text) == ("done", "Half a wor")
        assert not is_printed
        # the next one is open; printed meanwhile, it is posted as that
        page.see("Niederkrüchten", ".o_crl_letter h2")
        database.sql(PRINTED, letters[1])
        page.click(TEXT)
        page.press("Control+Enter")
        page.see("2 letters to write")
        assert database.sql(STATE, letters[1])[0][2]
        # and the others go together
        page.click(".o_crl_letters_head label", "Choose all")
        page.click(".o_crl_letters_posted")
        page.click(".modal-footer .btn-primary")
        page.see("No letter to write today")
        page.picture("empty")
        assert {row[0] for n in letters for row in database.sql(STATE, n)} == {"done"}
    # Odoo's own bus says aloud that the plug was pulled
    assert not [one for one in browser.problems if "ConnectionLostError" not in one]


#: A server that fails at the words of letters, and at nothing else.
BREAK = """
CREATE FUNCTION crl_test_break() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the disk is full'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER crl_test_break BEFORE UPDATE OF letter_text ON crl_touchpoint
   FOR EACH ROW WHEN (NEW.letter_text IS DISTINCT FROM OLD.letter_text)
   EXECUTE FUNCTION crl_test_break()
"""
MEND = "DROP TRIGGER crl_test_break ON crl_touchpoint"


def test_no_letter_is_posted_without_its_words(database, browser):
    with writing(database, browser, "letters-unsaved") as (page, server, letters):
        database.sql(BREAK)
        page.type(TEXT, "Dear Bella Napoli")
        page.see("The server could not do this", ".o_notification")
        page.click(".o_crl_letter_posted")
        page.see("Bella Napoli. The server", ".o_notification")
        assert database.sql(STATE, letters[0])[0][0] == "open"
        # among others, it alone stays
        page.click(".o_crl_letters_head label", "Choose all")
        page.click(".o_crl_letters_posted")
        page.click(".modal-footer .btn-primary")
        page.see("1 letter to write")
        assert database.sql(STATE, letters[1])[0][0] == "done"
        # the words are there when the page is opened again, and arrive by themselves
        page.open(f"{server.url}/odoo/retention-letters")
        page.wait(
            f"document.querySelector('{TEXT}') && {WRITTEN} === 'Dear Bella Napoli'",
            "lost",
        )
        page.see("The server could not do this", ".o_notification")
        database.sql(MEND)
        wait_for_words(database, letters[0], "Dear Bella Napoli")
        # who leaves the screen at once has written it
        page.type(TEXT, "Dear friends")
        page.evaluate(
            "void odoo.__WOWL_DEBUG__.root.env.services.action"
            ".doAction('crl_retention.crl_desk_action')"
        )
        page.wait("!!document.querySelector('.o_crl_desk')", "no desk")
        wait_for_words(database, letters[0], "Dear friends")
        open_letters(page, server)
        page.click(".o_crl_letter_posted")
        page.see("No letter to write today")
        assert database.sql(STATE, letters[0])[0][:2] == ("done", "Dear friends")
    assert not browser.problems


#: Whether the server was asked to keep words since the page was opened.
SAVED = """performance.getEntriesByType("resource")
    .some(({name}) => name.includes("save_text"))"""
CLOSED = "UPDATE crl_touchpoint SET state = 'done' WHERE id = %s"


def test_words_that_came_too_late_are_told_of_once(database, browser):
    with writing(database, browser, "letters-late") as (page, server, letters):
        page.go_offline()
        page.type(TEXT, "Dear Bella Napoli")
        page.see("There is no connection")
        # a colleague posts it meanwhile
        database.sql(CLOSED, letters[0])
        page.go_offline(False)
        page.see("The letter to Bella Napoli is closed already", ".o_notification")
        # they are kept for a day, and nobody hears of them each time
        open_letters(page, server)
        page.wait(SAVED, "the words were not sent again")
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 1000))")
        assert not page.is_shown(".o_notification", "closed already")
    assert not [one for one in browser.problems if "ConnectionLostError" not in one]


def test_letters_on_a_phone(database, browser):
    database.run(PREPARE.format(tz=noon_zone(), count=1))
    with running(Server(database)) as server:
        page = browser.page("letters-phone", 360, 740, mobile=True, tz=noon_zone())
        log_in(page, server, "paula")
        page.send("Emulation.setTouchEmulationEnabled", enabled=True)
        page.open(f"{server.url}/odoo/retention-letters")
        page.see("4 letters to write")
        page.tap(".o_crl_letters_head label", "Choose all")
        page.see("Print Labels", ".o_crl_letters")
        small = SMALL.replace(".o_crl_desk ", ".o_crl_letters ")
        for look, selector in (
            ("list", ".o_crl_letter_open"),
            ("letter", ".o_crl_letter_offer"),
        ):
            page.wait(f"!!document.querySelector('{selector}')", look)
            page.picture(look)
            assert page.evaluate(small) == [], look
            assert page.evaluate("document.documentElement.scrollWidth") == 360, look
            page.tap(selector)
        page.tap(".o_crl_letter_posted")
        page.see("3 letters to write")
    assert not browser.problems
