"""Take the pictures of the documentation from the demo that runs.

``make demo``, then ``.cache/venv/bin/python -m tests.screenshots``. Look at them before
they are committed: the demo lives today, and the pictures with it.
"""

import sys
import tempfile
from pathlib import Path

from bootstrap import demo, settings
from tests.support.browser import Browser

FOLDER = Path(settings.ROOT) / "doc" / "images"
TIMELINE = [
    (".o_kanban_record", "Panificio Zaccardini"),
    (".nav-link", "Retention"),
    (".o_crl_history button", "Everything"),
]
#: Name: who looks, the size of the window, where, and what is clicked there.
PICTURES = {
    "customers": ("marta", (1600, 900), "retention-customers", []),
    "procedure": (
        *("marta", (1366, 768), "retention-procedures"),
        [(".o_data_cell", "New account")],
    ),
    "result": (
        *("luca", (1366, 768), "retention-contacts"),
        [(".o_data_row:has(.fa-phone) button", "Done"), (".modal label", "Unhappy")],
    ),
    "desk": ("luca", (1440, 900), "retention-desk", [(".o_crl_desk_row", "Cicala")]),
    "desk_phone": ("luca", (360, 740), "retention-desk", []),
    "desk_phone_result": (
        *("luca", (360, 740), "retention-desk"),
        [(".o_crl_desk_row", ""), (".o_crl_desk button", "Result")],
    ),
    "health": (
        *("marta", (1366, 1250), "retention-customers"),
        [(".o_kanban_record", "Pizzeria Corte Azzurra"), (".nav-link", "Retention")],
    ),
    "dashboard_rep": ("luca", (1366, 1100), "retention-dashboards", []),
    "dashboard_rep_phone": ("luca", (360, 900), "retention-dashboards", []),
    "dashboard_portfolio": ("paolo", (1366, 1100), "retention-dashboards", []),
    "dashboard_manager": ("marta", (1366, 1100), "retention-dashboards", []),
    "dashboard_direction": ("elena", (1366, 1100), "retention-dashboards", []),
    "report_cases": ("marta", (1366, 700), "retention-case-report", []),
    "timeline": (
        *("luca", (1366, 900), "retention-customers"),
        TIMELINE,
    ),
    "timeline_phone": (
        *("luca", (360, 800), "retention-customers"),
        TIMELINE,
    ),
    "reception": (
        *("ines", (1366, 900), "retention-reception?phone=tel:0810000112"),
        [(".o_crl_reception_row", "Tre Gelsi")],
    ),
    "reception_phone": (
        *("ines", (360, 1400), "retention-reception?phone=tel:0810000112"),
        [(".o_crl_reception_row", "Tre Gelsi")],
    ),
    "visits": ("luca", (1366, 900), "retention-visits", []),
    "visits_phone": ("luca", (360, 1100), "retention-visits", []),
    "visit_report": (
        *("luca", (360, 780), "retention-visits"),
        [(".o_crl_day_report", "Report"), (".modal label", "Content")],
    ),
    "portfolio": ("paolo", (1366, 768), "retention-portfolio", []),
    "portfolio_week": (
        *("paolo", (1366, 1000), "retention-portfolio"),
        [(".o_crl_name button", "Luca")],
    ),
    "letters": (
        *("luca", (1366, 900), "retention-letters"),
        [(".o_crl_letter_open", "Mezzaluna")],
    ),
    "letters_phone": ("luca", (360, 780), "retention-letters", []),
    "base": ("elena", (1440, 1500), "retention-base", []),
    "base_phone": ("elena", (360, 1200), "retention-base", []),
    "value": ("marta", (1440, 900), "retention-value", []),
    "customer_orders": (
        *("luca", (1366, 1100), "retention-customers"),
        [(".o_kanban_record", "Panificio Zaccardini"), (".nav-link", "Retention")],
    ),
    "running_out": ("luca", (1366, 768), "retention-running-out", []),
    "procedure_order": (
        *("marta", (1366, 768), "retention-procedures"),
        [(".o_data_cell", "After a purchase"), (".nav-link", "Who Gets In")],
    ),
    "segment_sheet": (
        *("nora", (1366, 768), "retention-segments"),
        [(".o_data_cell", "Pizzerias in Italy")],
    ),
    "newsletter": (
        *("nora", (1366, 768), "retention-newsletters"),
        [(".o_data_cell", "From our bakery"), (".nav-link", "Salespeople")],
    ),
    "portfolio_phone": ("luca", (360, 780), "retention-portfolio", []),
}

#: Odoo's bot greets everybody who logs in for the first time, over the whole phone.
HIDE_CHAT = """document.head.insertAdjacentHTML(
    "beforeend", "<style>.o-mail-ChatHub { display: none }</style>")"""


def log_in(page, url, login):
    page.open(f"{url}/web/login")
    page.wait("!!document.querySelector('form.oe_login_form')", "no login page")
    page.evaluate(
        f"""(() => {{
            const form = document.querySelector("form.oe_login_form");
            form.login.value = form.password.value = "{login}";
            form.submit();
        }})()"""
    )
    page.wait("!!document.querySelector('.o_main_navbar, .o_navbar')", "no home page")


def main(url):
    with tempfile.TemporaryDirectory() as folder, Browser(Path(folder)) as browser:
        for name, (login, size, path, clicks) in PICTURES.items():
            page = browser.page(name, *size, tz="Europe/Rome")
            log_in(page, url, login)
            page.open(f"{url}/odoo/{path}")
            page.wait("!!document.querySelector('.o_action_manager > *')", "no screen")
            page.evaluate(HIDE_CHAT)
            for selector, text in clicks:
                page.click(selector, text)
                page.wait("!document.querySelector('.o_loading_indicator')", "loads")
            page.evaluate("new Promise((done) => setTimeout(done, 2000))")
            page.picture(name)
            [taken] = page.pictures.glob("*.png")
            (FOLDER / f"{name}.png").write_bytes(taken.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else demo.url())
