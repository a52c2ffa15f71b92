"""Orders whose engine is killed, or works twice at once: each is counted and followed
by what it starts exactly once."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

from tests.support.oracle import doubled, keep_asking, tell
from tests.support.server import PATIENCE, Server, running

pytest_plugins = ["tests.support.fixtures"]

CUSTOMERS = 200
KILLS = 3
PREFORK = ("--workers=1", "--no-http")

#: Customers with an order each that was confirmed just now, and a procedure that begins
#: with it.
PREPARE = f"""
env = env(context={{**env.context, "tracking_disable": True}})
env.ref("crl_retention_sale.cadence_after_purchase").active = True
product = env["product.product"].create({{"name": "Dough", "type": "consu"}})
partners = env["res.partner"].create([
    {{"name": f"Customer {{n}}", "is_company": True,
      "email": f"customer{{n}}@example.com", "user_id": env.uid}}
    for n in range({CUSTOMERS})
])
line = {{"product_id": product.id, "price_unit": 100, "tax_ids": False}}
env["sale.order"].create([
    {{"partner_id": partner.id, "order_line": [(0, 0, line)]}} for partner in partners
]).action_confirm()
result = partners.ids
"""
#: Work off what there is, in small batches, and say how much it was.
WORK = """
result = 0
while handled := env["crl.engine"]._run_batch("crl.order.event", "_work_due", 20):
    result += handled
    env.cr.commit()
"""


def prepare(database):
    found = database.run(PREPARE)
    database.only_cron("ir_cron_run")
    assert waiting(database) == CUSTOMERS
    return found


def waiting(database):
    return database.one("SELECT count(*) FROM crl_order_event")


def at_work(database):
    """Whether a worker holds the events."""
    return database.one(
        """SELECT count(*) FROM pg_locks
            WHERE relation = 'crl_order_event'::regclass AND granted
              AND mode = 'ShareUpdateExclusiveLock'
              -- a copy's tables have the numbers of its origin's
              AND database =
                  (SELECT oid FROM pg_database WHERE datname = current_database())"""
    )


def check_exactly_once(database, customers):
    """Who has an event still has nothing else of it; everybody else has all, once."""
    with database.snapshot():
        events = [
            row[0] for row in database.sql("SELECT partner_id FROM crl_order_event")
        ]
        begun = [
            row[0]
            for row in database.sql(
                """SELECT partner_id FROM crl_enrollment
                    WHERE order_id IS NOT NULL AND partner_id = ANY(%s)""",
                customers,
            )
        ]
        bought = database.sql(
            """SELECT partner_id, order_count, amount::int FROM crl_purchase
                WHERE partner_id = ANY(%s)""",
            customers,
        )
    assert not doubled(begun) and not doubled(events)
    assert sorted(events + begun) == sorted(customers)
    # a first count of all finds orders before their events are worked off
    assert not doubled(bought)
    assert {(customer, 1, 100) for customer in begun} <= set(bought)
    assert set(bought) <= {(customer, 1, 100) for customer in customers}


def test_killed_at_random(sale_database):
    seed = random.randrange(10**6)
    tell(f"seed {seed}")
    chance = random.Random(seed)
    customers = prepare(sale_database)
    left = [CUSTOMERS]
    server = Server(sale_database, *PREFORK, cron_threads=1)
    with running(server):
        for __ in range(KILLS):
            server.wait_cron(
                keep_asking(
                    sale_database,
                    lambda: at_work(sale_database) or not waiting(sale_database),
                ),
                PATIENCE,
                "no batch",
            )
            time.sleep(chance.uniform(0, 1))
            server.kill_workers()
            check_exactly_once(sale_database, customers)
            left.append(waiting(sale_database))
        tell(f"events left after each kill: {left}")
        server.wait_cron(
            keep_asking(sale_database, lambda: not waiting(sale_database)),
            PATIENCE,
            "the events were not worked off",
        )
    assert left == sorted(left, reverse=True)
    check_exactly_once(sale_database, customers)


def test_two_at_once(sale_database):
    customers = prepare(sale_database)
    with ThreadPoolExecutor(2) as workers:
        counts = list(workers.map(sale_database.run, [WORK, WORK]))
    tell(f"handled by each: {counts}")
    assert sum(counts) == CUSTOMERS
    check_exactly_once(sale_database, customers)
