"""What people who cannot see, point or tell colours apart get of the screens about
orders, and of letters and newsletters that there are: axe-core looks, with data and
without."""

from tests.support.accessibility import Checker
from tests.support.office import log_in, noon_zone
from tests.support.screens import look_everywhere
from tests.support.server import Server, running

pytest_plugins = ["tests.support.fixtures"]

PREPARE = """
from dateutil.relativedelta import relativedelta
from odoo import Command, fields

tz = {tz!r}
now = fields.Datetime.now()
env.company.partner_id.tz = tz
mona = env["res.users"].create({{
    "login": "mona", "password": "mona", "name": "Mona Manager", "tz": tz,
    "email": "mona@example.com",
    "group_ids": [Command.link(env.ref(xmlid).id) for xmlid in (
        "base.group_user", "base.group_system", "base.group_partner_manager",
        "crl_retention.crl_retention_group_manager",
    )],
}})
as_mona = env(user=mona)
customers = env["res.partner"].create([{{
    "name": f"Osteria della Luna {{number}}", "is_company": True, "city": "Milano",
    "street": "Via Roma 1", "tz": tz, "email": f"c{{number}}@example.com",
    "user_id": mona.id, "country_id": env.ref("base.it").id,
}} for number in range({count})])
product = env["product.product"].create(
    {{"name": "Pizza dough", "type": "consu", "crl_days_per_unit": 20}}
)
env["sale.order"].create([{{
    "partner_id": customer.id, "user_id": mona.id, "state": "sale",
    "date_order": now - relativedelta(months=2 * back, days=5),
    "order_line": [Command.create({{"product_id": product.id, "price_unit": 100}})],
}} for place, customer in enumerate(customers) for back in range(place % 3, 8)])
env.flush_all()
for model in ("crl.purchase", "crl.customer.stay", "crl.buyer", "crl.run.out"):
    getattr(env[model], "_recount" if model == "crl.purchase" else "_refresh")()
if customers:
    cadence = env["crl.cadence"].create({{
        "name": "Thanks",
        "step_ids": [Command.create({{
            "name": "Thank-you letter", "channel": "letter", "roll": "none",
            "stage_id": env.ref("crl_retention.stage_month_1").id,
        }})],
    }})
    letters = env["crl.enrollment"].browse(customers.crl_enroll(cadence.id))
    letters.touchpoint_ids._open_activities()
    env["crl.newsletter"].create(
        {{"name": "From our bakery", "body": "<p>Bread.</p>", "user_id": mona.id}}
    )
    for model in ("crl.purchase", "crl.customer.stay", "crl.buyer", "crl.run.out"):
        assert env[model].search_count([]), model
env.flush_all()

screens, names = [], {{}}
windows = env["ir.actions.act_window"].search([("target", "=", "current")])
for window in windows:
    xmlid = window.get_external_id()[window.id]
    if not (
        xmlid.startswith("crl_retention_sale.")
        or xmlid == "crl_retention.crl_newsletter_action"
    ):
        continue
    modes = window.view_mode.split(",")
    screens += [[window.id, mode, 0] for mode in modes if mode != "form"]
    found = as_mona[window.res_model].search([], limit=1)
    if "form" in modes and found:
        screens.append([window.id, "form", found.id])
for xmlid in ("crl_retention.crl_letters_action", "crl_retention_sale.crl_base_action"):
    screens.append([env.ref(xmlid).id, "", 0])
screens.append([env.ref("crl_retention.res_config_settings_action").id, "form", 0])
actions = env["ir.actions.actions"].browse({{action for action, __, __ in screens}})
result = {{
    "screens": screens,
    "dialogs": [],
    "names": {{str(action.id): action.name for action in actions}},
}}
"""


def check_all(database, browser, axe, count):
    told = database.run(PREPARE.format(tz=noon_zone(), count=count))
    assert len(told["screens"]) > 8, told
    checker = Checker(axe)
    server = Server(database)
    with running(server):
        page = browser.page(f"accessibility-sale-{count}", 1280, 900, tz=noon_zone())
        log_in(page, server, "mona")
        for where, is_phone in look_everywhere(page, server, told):
            checker.check(page, where)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert not is_phone or wide == 360, where
    assert not checker.found, checker.tell()
    assert not browser.problems


def test_everybody_can_read_orders(sale_database, browser, axe):
    check_all(sale_database, browser, axe, 6)


def test_everybody_can_read_that_there_is_nothing(sale_database, browser, axe):
    check_all(sale_database, browser, axe, 0)
