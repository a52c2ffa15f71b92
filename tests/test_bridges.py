"""Addons between ours and Odoo's come by themselves, and go without a trace."""

from tests.support.server import ADDON
from tests.support.upgrade import odoo_run, traces

pytest_plugins = ["tests.support.fixtures"]

STATES = """
SELECT name, state FROM ir_module_module
 WHERE name LIKE 'crl\\_retention%' AND state != 'uninstalled' ORDER BY name
"""

#: A customer of the procedure orders, and the engine does what follows.
ORDER = """
number = env["sale.order"].search_count([])
partner = env["res.partner"].create({
    "name": "Trattoria", "is_company": True, "email": f"trattoria{number}@example.com",
    "user_id": env.ref("base.user_admin").id,
})
partner.crl_enroll(env.ref("crl_retention.cadence_new_account").id)
product = env["product.product"].create({"name": "Dough", "list_price": 20})
order = env["sale.order"].create({
    "partner_id": partner.id,
    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 3})],
})
order.action_confirm()
env.cr.commit()
ran = env.ref("crl_retention.ir_cron_run").method_direct_trigger()
env.cr.commit()
env.invalidate_all()
result = [
    ran is True, env["crl.heartbeat"].search([]).failed_jobs, order.state,
    partner.crl_enrollment_id.state,
]
"""
DONE = [True, False, "sale", "running"]
UNINSTALL = """
env.ref("base.module_crl_retention_sale").button_immediate_uninstall()
result = True
"""


def test_orders_come_and_go(database, sale_database):
    bridge = f"{ADDON}_sale"
    both = [(ADDON, "installed"), (bridge, "installed")]
    assert sale_database.sql(STATES) == both
    assert sale_database.run(ORDER) == DONE

    assert sale_database.run(UNINSTALL)
    assert sale_database.sql(STATES) == both[:1]
    assert traces(sale_database) == traces(database)
    assert sale_database.run(ORDER) == DONE

    assert odoo_run(sale_database, "orders-again", "-i", bridge) == []
    assert sale_database.run(ORDER) == DONE
