"""My Desk in a real Chromium, against Odoo's own activities on the same data.

The times are those of a person who waits: from the click, or from asking for the page,
until what they wait for is painted. Both screens take turns, so that whatever else the
machine does meets both.
"""

import json
import re
import tempfile
import time
from pathlib import Path
from statistics import median

from bootstrap import postgres

CALL = "crl_retention.step_m1_call"
#: Who has so many contacts to do, among all customers.
LOGIN, DUE = "big_rep_1", 500
#: When a page shows what it is for.
STOCK_ROW = ".o_list_view .o_data_row .o_data_cell"
DESK_ROW = ".o_crl_desk_row .o_crl_desk_who"
STOCK_ACTION, DESK_ACTION = (
    "mail.mail_activity_action_my",
    "crl_retention.crl_desk_action",
)

#: Notes when an element is first painted, counted from when the page was asked for.
FIRST_PAINT = """
(() => {
    const look = () => {
        if (document.querySelector(%s)) {
            requestAnimationFrame(() => { window.benchPaint = performance.now(); });
        } else {
            requestAnimationFrame(look);
        }
    };
    look();
})()
"""
#: From a start until a condition holds, and is painted.
TIMED = """
(async () => {
    const services = odoo.__WOWL_DEBUG__.root.env.services;
    const find = (selector) => document.querySelector(selector);
    const frame = () => new Promise(requestAnimationFrame);
    const until = async (isDone) => {
        const end = performance.now() + 60000;
        while (!isDone()) {
            if (performance.now() > end) throw new Error("not within a minute");
            await frame();
        }
    };
    %s
    const begun = performance.now();
    start();
    await until(isDone);
    await frame();
    return performance.now() - begun;
})()
"""
SWITCH = """
    const start = () => services.action.doAction(%s, {clearBreadcrumbs: true});
    await until(() => !find(%s));
    const isDone = () => find(%s);
"""
#: A face is chosen, then Done: until the next customer is there, to be written about.
NEXT = """
    const name = () => find(".o_crl_desk_name")?.textContent;
    const done = () => find(".o_crl_desk_done");
    await until(() => done() && !done().disabled);
    find(".o_crl_desk_right [data-value='reached']").click();
    await until(() => find(".o_crl_desk_right [data-value='positive']"));
    find(".o_crl_desk_right [data-value='positive']").click();
    await frame();
    const before = name();
    const start = () => done().click();
    const isDone = () => name() && name() !== before && done() && !done().disabled;
"""
#: One field of a form is changed, then Save: until the form says that it is saved.
SAVE = """
    await services.action.doAction(
        {type: "ir.actions.act_window", res_model: %s, res_id: %s,
         views: [[false, "form"]]}, {clearBreadcrumbs: true});
    const selector = ".o_form_view .o_field_widget[name=" + %s + "] input";
    await until(() => find(selector));
    const input = find(selector);
    input.focus();
    input.value = %s;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
    input.blur();
    const buttons = ".o_form_status_indicator_buttons";
    await until(() => find(buttons) && !find(buttons).matches(".invisible"));
    const start = () => find(".o_form_button_save").click();
    const isDone = () => find(buttons)?.matches(".invisible");
"""


def prepare(env):
    """Five hundred customers of one rep whose call is due today, by the engine."""
    rep = env["res.users"].search([("login", "=", LOGIN)])
    role = env.ref("crl_retention.crl_retention_group_user")
    contacts = env.ref("base.group_partner_manager")
    rep.write({"group_ids": [(4, role.id), (4, contacts.id)], "tz": "Europe/Paris"})
    rep.password = LOGIN
    env.flush_all()
    partners = env["res.partner"].search([("user_id", "=", rep.id)], limit=DUE)
    # what large.fill() put on their lists, in no procedure
    env.cr.execute(
        """WITH gone AS (DELETE FROM crl_touchpoint
                          WHERE user_id = %s AND state = 'open' RETURNING activity_id)
           DELETE FROM mail_activity WHERE id IN (SELECT activity_id FROM gone)""",
        [rep.id],
    )
    env.cr.execute(
        """UPDATE res_partner SET city = 'Lyon', tz = 'Europe/Paris', country_id = %s,
                  phone = '+33 4 72 ' || id, phone_sanitized = '+33472' || id
            WHERE id IN %s""",
        [env.ref("base.fr").id, tuple(partners.ids)],
    )
    env.invalidate_all()
    cadence = env.ref("crl_retention.cadence_new_account")
    # any day, any hour
    cadence.step_ids.write({"hour_from": 0, "hour_to": 24})
    env.company.crl_quiet_hours = False
    partners.crl_enroll(cadence.id, env.company._crl_today())
    env.flush_all()
    env.cr.execute("UPDATE crl_touchpoint SET date_due = NULL WHERE state = 'planned'")
    env.cr.execute(
        """UPDATE crl_touchpoint
              SET date_planned = now() AT TIME ZONE 'UTC' - interval '1 minute',
                  date_due = now() AT TIME ZONE 'UTC' - interval '1 minute'
            WHERE step_id = %s AND partner_id IN %s""",
        [env.ref(CALL).id, tuple(partners.ids)],
    )
    env.invalidate_all()
    env["crl.touchpoint"]._open_due(2 * DUE)
    env.flush_all()
    env.cr.commit()
    opened = env["crl.touchpoint"].search_count(
        [("user_id", "=", rep.id), ("state", "=", "open")]
    )
    assert opened == DUE, f"{opened} contacts are due instead of {DUE}"
    env.cr.execute("ANALYZE")
    env.cr.commit()
    activity = env["mail.activity"].search([("user_id", "=", rep.id)], limit=1)
    return {"activity": activity.id, "partner": activity.res_id}


def build_assets(server):
    """Let the server make its bundles, which takes minutes on a busy machine."""
    session = server.session(LOGIN, LOGIN)
    home = session.http.get(f"{server.url}/odoo", timeout=300).text
    for path in re.findall(r'(?:src|href)="(/web/assets/[^"]+)"', home):
        session.http.get(f"{server.url}{path}", timeout=300)


class Watch:
    """Times what a person waits for, in milliseconds."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.number = 0

    def timed(self, script):
        return self.page.evaluate(TIMED % script)

    def switch(self, action, gone, shown):
        return self.timed(SWITCH % tuple(map(json.dumps, (action, gone, shown))))

    def load(self, path, shown):
        """Ask for a page as if its address was typed."""
        script = self.page.send(
            "Page.addScriptToEvaluateOnNewDocument",
            source=FIRST_PAINT % json.dumps(shown),
        )["identifier"]
        self.page.open(f"{self.url}/odoo/{path}")
        paint = self.page.wait("window.benchPaint", "nothing was painted", 60)
        self.page.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
        return paint

    def save(self, model, number, field):
        self.number += 1
        values = (model, number, field, f"Call {self.number}")
        return self.timed(SAVE % tuple(map(json.dumps, values)))

    def next(self):
        # long enough to have read the card
        time.sleep(1)
        return self.timed(NEXT)


def measure(env, rounds):
    """Medians in milliseconds of what reps wait for, and the ratios of the two."""
    from tests.screenshots import log_in
    from tests.support.browser import Browser
    from tests.support.server import Database, Server, running

    found = prepare(env)
    database = Database(postgres.ensure(), env.cr.dbname)
    stock_path = f"action-{env.ref(STOCK_ACTION).id}"
    times = {}

    def note(label, milliseconds):
        times.setdefault(label, []).append(milliseconds)

    with (
        tempfile.TemporaryDirectory() as folder,
        running(Server(database)) as server,
        Browser(Path(folder)) as browser,
    ):
        page = browser.page("bench", tz="Europe/Paris")
        build_assets(server)
        log_in(page, server.url, LOGIN)
        watch = Watch(page, server.url)
        for _round in range(rounds + 1):
            note("load the activities", watch.load(stock_path, STOCK_ROW))
            note("load the desk", watch.load("retention-desk", DESK_ROW))
            note(
                "open the activities", watch.switch(STOCK_ACTION, STOCK_ROW, STOCK_ROW)
            )
            note("open the desk", watch.switch(DESK_ACTION, DESK_ROW, DESK_ROW))
            note("done, next", watch.next())
            note("done, next", watch.next())
            args = ("mail.activity", found["activity"], "summary")
            note("save an activity", watch.save(*args))
            note("save a customer", watch.save("res.partner", found["partner"], "city"))
        for problem in browser.problems:
            print("the browser says:", problem)
    database.close()
    # the first round warms up
    medians = {label: round(median(runs[1:])) for label, runs in times.items()}
    ratios = {
        f"{ours} / {stock}": round(medians[ours] / medians[stock], 2)
        for ours, stock in (
            ("load the desk", "load the activities"),
            ("open the desk", "open the activities"),
            ("done, next", "save an activity"),
            ("done, next", "save a customer"),
        )
    }
    return {"milliseconds": medians, "ratios": ratios}
