"""Every screen and dialog of ours, one after the other, in a browser."""

import json

#: Opens a screen as a click on a menu does, without a filter, once it is drawn.
OPEN = """(async () => {
    const {services} = odoo.__WOWL_DEBUG__.root.env;
    await services.action.doAction(%s, %s);
    for (const _frame of [1, 2]) await new Promise(requestAnimationFrame);
    return true;
})()"""
CLOSE = """(async () => {
    const {services} = odoo.__WOWL_DEBUG__.root.env;
    await services.action.doAction({type: "ir.actions.act_window_close"});
    for (let turn = 0; turn < 50 && document.querySelector(".modal"); turn++) {
        await new Promise((done) => setTimeout(done, 50));
    }
    return !document.querySelector(".modal");
})()"""


def look_around(page, told, modes=None):
    """Open every screen, or those of some modes, and every dialog, one after the other;
    tell what is open."""
    for action, mode, record in told["screens"]:
        if modes and mode not in modes:
            continue
        options = {"clearBreadcrumbs": True}
        if mode:
            options["viewType"] = mode
        if record:
            options["props"] = {"resId": record}
        page.evaluate(OPEN % (action, json.dumps(options)))
        yield f"{told['names'].get(str(action), action)} {mode} {record}"
    for action, options in told["dialogs"]:
        page.evaluate(OPEN % (json.dumps(action), json.dumps(options)))
        where = action if isinstance(action, int) else action["res_model"]
        assert page.is_shown(".modal"), f"{where}: no dialog"
        yield f"dialog {told['names'].get(str(where), where)}"
        page.evaluate(CLOSE)


def look_everywhere(page, server, told):
    """As ``look_around``, at a desk and then on a phone, where nobody looks at lists:
    tells what is open, and whether on a phone."""
    for where in look_around(page, told):
        yield where, False
    page.resize(360, 780, mobile=True)
    page.open(f"{server.url}/odoo")
    page.wait("!!document.querySelector('.o_main_navbar')", "no home page")
    for where in look_around(page, told, modes=("kanban", "form", "")):
        yield f"{where} (phone)", True
