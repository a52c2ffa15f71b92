"""What people write, looked at in a real browser: nothing of it runs or breaks a page.

Every free field of every model of ours holds words that would like to be code. A
manager looks at all lists, cards, forms and dialogs, at a desk and on a phone, and a
customer at the public pages.
"""

from tests.support.office import log_in, noon_zone
from tests.support.screens import look_everywhere
from tests.support.server import Server, running

pytest_plugins = ["tests.support.fixtures"]

NASTY = (
    '=HYPERLINK("http://x.invalid")'
    '"\'><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
    '<svg onload="window.pwned=1"></svg><a href="javascript:window.pwned=1">x</a>'
    "{{ 7*191 }} <t t-out='7*191'/> ${7*191} %s %(x)s "
    "\u202egnp.exe\u202c \u200b\u200d\ufeff\u05d0\u05d1\u05d2 " + "W" * 250
)

PREPARE = """
from odoo import Command, fields
from odoo.exceptions import UserError

NASTY, tz = {nasty!r}, {tz!r}
written = set()

def is_free(name, field):
    "Codes and filters are checked when they are written; keys are nobody's words."
    return (
        field.type in ("char", "text", "html") and field.store and not field.compute
        and not name.endswith(("domain", "key", "token", "address"))
        and name not in ("code", "condition", "rule")
    )

def fill(models):
    for model in models:
        records = model.with_context(active_test=False).search([])
        names = [name for name, field in model._fields.items() if is_free(name, field)]
        for name in names if records else ():
            field = model._fields[name]
            for record in records:
                try:
                    with env.cr.savepoint():
                        record[name] = NASTY
                        env.flush_all()
                    written.add(f"{{model._name}}.{{name}}")
                except UserError:
                    if field.type == "html" or field.translate:
                        continue
                    # the engine writes what people may not
                    env.cr.execute(
                        f'UPDATE "{{model._table}}" SET "{{name}}" = %s WHERE id = %s',
                        [NASTY, record.id],
                    )
                    written.add(f"{{model._name}}.{{name}}")
    env.invalidate_all()

now = fields.Datetime.now()
company = env.company
company.partner_id.tz = tz
company.write({{"name": NASTY, "crl_quiet_hours": False, "crl_email_gap_hours": 0}})
company.resource_calendar_id = False
mona = env["res.users"].create({{
    "login": "mona", "password": "mona", "name": NASTY, "email": "mona@example.com",
    "tz": tz,
    "group_ids": [Command.link(env.ref(xmlid).id) for xmlid in (
        "base.group_user", "base.group_system", "base.group_partner_manager",
        "crl_retention.crl_retention_group_manager",
    )],
}})
company.crl_manager_id = mona
env["crm.team"].create({{"name": NASTY, "user_id": mona.id, "member_ids": mona.ids}})
customers = env["res.partner"].create([{{
    "name": f"{{number}} {{NASTY}}", "is_company": True, "city": NASTY, "tz": tz,
    "email": f"c{{number}}@example.com", "user_id": mona.id,
}} for number in range(3)])

ours = [
    env[name] for name, model in env.registry.items()
    if name.startswith("crl.") and not model._abstract and not model._transient
]
fill(ours)
cadence = env.ref("crl_retention.cadence_new_account")
customers.with_user(mona).crl_enroll(cadence.id)
first = customers.crl_touchpoint_ids.filtered(
    lambda t: t.step_id == env.ref("crl_retention.step_m1_call")
)
first.write({{"date_planned": now, "date_due": now}})
env.flush_all()
env["crl.touchpoint"]._open_due(1000)
first[0].with_user(mona).action_done("reached", "negative", NASTY)
customers[1].crl_enrollment_ids.with_user(mona).action_pause(None, NASTY)
customers[1].message_post(body=NASTY)
message = customers.crl_touchpoint_ids.filtered("access_token")[0]
indicator = env["crl.indicator"].create({{"name": NASTY, "code": "nasty"}})
customers[0].with_user(mona).crl_set_indicator("nasty", 10, note=NASTY)
segment = env["crl.segment"].create(
    {{"name": NASTY, "domain": "[('name', 'ilike', 'HYPERLINK')]"}}
)
campaign = env["crl.campaign"].create({{
    "name": NASTY, "segment_id": segment.id, "operator_ids": mona.ids,
    "question_ids": [
        Command.create({{"name": NASTY, "kind": kind, "choices": f"2\\n{{NASTY}}"}})
        for kind in ("text", "choice", "number")
    ],
}})
first[1].campaign_id = campaign
env["crl.campaign.answer"].create([{{
    "question_id": question.id, "touchpoint_id": first[2].id, "value": NASTY,
    "partner_id": customers[2].id,
}} for question in campaign.question_ids])
env.flush_all()
fill(ours)

# what is to be looked at
call = first[1]
as_mona = env(user=mona)
action = lambda name, **context: [
    env.ref("crl_retention." + name).id, {{"additionalContext": context}}
]
many = lambda records: {{
    "active_model": records._name, "active_ids": records.ids,
    "active_id": records[0].id,
}}
enrollment = customers[0].crl_enrollment_ids
run = as_mona["crl.dry.run"].create(
    {{"cadence_id": cadence.id, "partner_ids": customers.ids}}
)
trial = as_mona["crl.health.trial"].create({{"at_risk": 97, "watch": 99}})
shown = lambda action: [{{**action, "views": [[False, "form"]]}}, {{}}]
dialogs = [
    shown(call.with_user(mona).action_open_result()),
    shown(customers[0].with_user(mona).action_crl_why()),
    shown(cadence.with_user(mona).action_preview()),
    shown(cadence.with_user(mona).action_move()),
    shown(run.action_run()),
    shown(trial.action_compare()),
    action("crl_ask_action", default_verb="exit", default_enrollment_id=enrollment.id),
    action("crl_touchpoint_move_action", **many(call)),
    action("crl_enroll_action", **many(customers)),
    action("crl_relationship_stage_action", **many(customers.crl_relationship_id)),
    action("crl_privacy_action", **many(customers)),
    action("crl_hand_over_action", **many(mona)),
    action("crl_deputy_action", **many(mona)),
]
screens = []
for window in env["ir.actions.act_window"].search([("target", "=", "current")]):
    xmlid = window.get_external_id()[window.id]
    if not xmlid.startswith("crl_retention.") or window.res_model not in env:
        continue
    model = as_mona[window.res_model]
    if model._transient:
        continue
    found = model.with_context(active_test=False).search([], limit=1)
    modes = window.view_mode.split(",")
    screens += [[window.id, mode, 0] for mode in modes if mode != "form"]
    if "form" in modes and found:
        screens.append([window.id, "form", found.id])
partners = env.ref("base.action_partner_form").id
screens += [[partners, "form", customer.id] for customer in customers]
own = env["ir.model.data"].search(
    [("module", "=", "crl_retention"), ("model", "=", "ir.actions.client")]
)
screens += [[number, "", 0] for number in own.mapped("res_id")]
screens.append([env.ref("crl_retention.res_config_settings_action").id, "form", 0])
result = {{
    "written": sorted(written),
    "screens": screens,
    "dialogs": dialogs,
    "names": {{
        str(action): env["ir.actions.actions"].browse(action).name
        for action, __, __ in screens
    }},
    "token": message.access_token,
}}
"""

#: What went wrong on the page, in words.
FAULTS = """(() => {
    const faults = [];
    if (window.pwned) faults.push("something ran");
    if (document.querySelector("[onerror*=pwned], [onload*=pwned], a[href*=pwned]"))
        faults.push("markup of a user is on the page");
    if (document.body.innerText.includes("1337")) faults.push("a template ran");
    if (document.querySelector(".o_error_dialog, .o_notification_bar.bg-danger"))
        faults.push(document.querySelector(".modal, .o_notification").innerText);
    // the gutters of Bootstrap's rows stick out by 16 px
    const wide = (element) => element.scrollWidth > element.clientWidth + 16;
    for (const selector of ["html", ".o_form_sheet", ".modal-body", ".o_kanban_record"])
        if ([...document.querySelectorAll(selector)].some(wide))
            faults.push(`${selector} is too wide`);
    return [...new Set(faults)];
})()"""


def find_faults(page, where):
    return [f"{where}: {fault}" for fault in page.evaluate(FAULTS)]


def test_nothing_runs_and_nothing_breaks(database, browser):
    told = database.run(PREPARE.format(nasty=NASTY, tz=noon_zone()))
    for name in (
        *("cadence.name", "cadence.step.name", "cadence.step.script", "stage.name"),
        *("case.description", "enrollment.exit_reason", "touchpoint.note"),
        *("touchpoint.hold_reason", "touchpoint.log.note", "segment.name"),
        *("campaign.question.name", "campaign.question.choices"),
        "campaign.answer.value",
    ):
        assert f"crl.{name}" in told["written"]
    server = Server(database)
    with running(server):
        page = browser.page("injection", 1440, 900, tz=noon_zone())
        log_in(page, server, "mona")
        faults = []
        for where, _is_phone in look_everywhere(page, server, told):
            faults += find_faults(page, where)
        for path in ("feedback", "unsubscribe"):
            page.open(f"{server.url}/crl/{path}/{told['token']}")
            faults += find_faults(page, path)
    assert not faults, "\n".join(faults)
    assert not browser.problems
