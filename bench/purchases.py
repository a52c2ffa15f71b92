"""Many orders, written by SQL: what a night of purchases costs there, against the plain
SQL that gives the same figures and keeps nothing."""

import time
from datetime import date, timedelta
from statistics import median
from unittest.mock import patch

#: Orders of a customer, on average.
ORDERS = 10
#: An order in so many is credited wholly or in part.
CREDITED = 50

CUSTOMERS = """
    INSERT INTO res_partner (id, name, complete_name, is_company, active, type,
                             partner_share, commercial_partner_id, country_id,
                             autopost_bills, create_date, write_date)
    SELECT id, 'Buyer ' || id, 'Buyer ' || id, TRUE, TRUE, 'contact', TRUE, id,
           (SELECT min(id) FROM res_country) + id %% 50, 'ask', %(before)s, %(before)s
      FROM (SELECT nextval('res_partner_id_seq') AS id
              FROM generate_series(1, %(customers)s)) n
 RETURNING id
"""
#: Over three years and ten times as many by some customers as by others; one in eight
#: on the day of another, one in twenty cancelled.
ORDERS_SQL = """
    INSERT INTO sale_order (
           name, partner_id, partner_invoice_id, partner_shipping_id, company_id,
           state, currency_id, currency_rate, amount_untaxed, amount_total, date_order,
           user_id, create_date, write_date)
    SELECT 'B' || n, c, c, c, %(company)s,
           CASE WHEN n %% 20 = 0 THEN 'cancel' ELSE 'sale' END,
           %(currency)s, CASE WHEN n %% 30 = 0 THEN 1.1 ELSE 1 END,
           10 + n * 7919 %% 990, 10 + n * 7919 %% 990,
           %(before)s - (n * 104729 %% 1095) / 8 * 8 * interval '1 day'
                      - n %% 24 * interval '1 hour',
           %(user)s, %(before)s, %(before)s
      FROM (SELECT n::bigint AS n, (%(ids)s::int[])[
                   1 + (n::bigint * n %% 1000003 %% %(customers)s)] AS c
              FROM generate_series(1, %(rows)s) n) n
"""
CREDITS = """
    WITH credited AS (
        SELECT o.*, nextval('account_move_id_seq')::int AS move_id,
               nextval('account_move_line_id_seq')::int AS move_line_id,
               nextval('sale_order_line_id_seq')::int AS line_id,
               CASE WHEN o.id %% 3 = 0 THEN amount_untaxed ELSE 5 END AS credited
          FROM sale_order o
         WHERE o.name LIKE 'B%%' AND o.id %% %(each)s = 0 AND o.state = 'sale'),
    lines AS (
        INSERT INTO sale_order_line (id, order_id, name, display_type, product_uom_qty,
                                     customer_lead, price_unit, company_id)
        SELECT line_id, id, 'Dough', 'line_note', 0, 0, 0, company_id FROM credited),
    moves AS (
        INSERT INTO account_move (id, name, move_type, state, date, invoice_date,
                                  journal_id, company_id, currency_id, partner_id,
                                  commercial_partner_id, auto_post, create_date,
                                  write_date)
        SELECT move_id, 'B' || move_id, 'out_refund', 'posted', date_order, date_order,
               %(journal)s, company_id, currency_id, partner_id, partner_id, 'no',
               %(before)s, %(before)s
          FROM credited),
    move_lines AS (
        INSERT INTO account_move_line (id, move_id, display_type, account_id,
                                       journal_id, company_id, currency_id,
                                       price_subtotal, balance, amount_currency, debit,
                                       credit, parent_state, move_name, date)
        SELECT move_line_id, move_id, 'product', %(account)s, %(journal)s, company_id,
               currency_id, credited, credited, credited, credited, 0, 'posted',
               'B' || move_id, date_order
          FROM credited)
    INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
    SELECT line_id, move_line_id FROM credited
"""
#: What somebody would write who needs the figures once: days, values, and stays.
DAYS = """
    SELECT *, MIN(date) OVER (PARTITION BY partner_id, company_id) AS first_date
      FROM (SELECT partner_id, company_id, date, COUNT(*) AS order_count,
                   SUM(amount) AS amount, MAX(user_id) AS user_id
              FROM (SELECT p.commercial_partner_id AS partner_id, o.company_id,
                           o.user_id,
                           (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                               AS date,
                           ROUND(o.amount_untaxed / o.currency_rate, 2) AS amount
                      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                     WHERE o.state = 'sale') o
          GROUP BY partner_id, company_id, date) d
"""
VALUES = """
    SELECT *, NTILE(5) OVER (ORDER BY date_last), NTILE(5) OVER (ORDER BY day_count),
           NTILE(5) OVER (ORDER BY amount)
      FROM (SELECT partner_id, company_id, MIN(date) AS date_first,
                   MAX(date) AS date_last, COUNT(*) AS day_count, SUM(amount) AS amount,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap) AS gap
              FROM (SELECT *, date - LAG(date) OVER (
                                  PARTITION BY partner_id, company_id ORDER BY date)
                              AS gap FROM crl_purchase) p
          GROUP BY partner_id, company_id) b
"""
STAYS = """
    SELECT partner_id, company_id, number, MIN(date), MAX(date) + 365, SUM(amount)
      FROM (SELECT *, COUNT(*) FILTER (WHERE date - before > 365) OVER (
                          PARTITION BY partner_id, company_id ORDER BY date) AS number
              FROM (SELECT *, LAG(date) OVER (
                                  PARTITION BY partner_id, company_id ORDER BY date)
                              AS before FROM crl_purchase) p) p
  GROUP BY partner_id, company_id, number
"""


def fill(env, rows):
    """Customers and their orders of three years."""
    company = env.company
    journal = env["account.journal"].create(
        {"name": "Bench", "code": "BEN", "type": "sale"}
    )
    account = env["account.account"].create(
        {"name": "Bench", "code": "701999", "account_type": "income"}
    )
    env.flush_all()
    values = {
        "rows": rows,
        "customers": max(rows // ORDERS, 1),
        "company": company.id,
        "currency": company.currency_id.id,
        "user": env.uid,
        "journal": journal.id,
        "account": account.id,
        "each": CREDITED,
    }
    env.cr.execute("SELECT now() AT TIME ZONE 'UTC' - interval '10 days'")
    [values["before"]] = env.cr.fetchone()
    env.cr.execute(CUSTOMERS, values)
    values["ids"] = [row[0] for row in env.cr.fetchall()]
    env.cr.execute(ORDERS_SQL, values)
    env.cr.execute(CREDITS, values)
    env.cr.commit()
    for table in ("res_partner", "sale_order", "account_move", "account_move_line"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()


def timed(env, work):
    start = time.perf_counter()
    work()
    env.flush_all()
    seconds = time.perf_counter() - start
    env.cr.commit()
    return seconds


def measure(env, rounds=3):
    """Nights as the engine runs them, and a Sunday, when all is counted anew.

    :returns: seconds of the first count and by part of plain SQL, of nights in which
        nothing has changed and in which an order of one customer in a hundred has, and
        of Sundays, and their ratios
    """
    found = {"first": {part: round(timed(env, job), 2) for part, job in whole(env)}}
    for table in ("crl_purchase", "crl_buyer", "crl_customer_stay"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    kinds = {"quiet night": quiet, "busy night": busy, "sunday": sunday}
    figures = {kind: {} for kind in ("plain", *kinds)}
    for number in range(rounds):
        # in turns, so that a busy machine is as busy for each
        for kind, prepare in kinds.items():
            prepare(env, number)
            take(figures["plain"], env, plain(env))
            take(figures[kind], env, whole(env) if kind == "sunday" else night(env))
    found |= {
        kind: {part: round(median(times), 2) for part, times in parts.items()}
        for kind, parts in figures.items()
    }
    base = found["plain"]
    for kind in kinds:
        parts = found[kind]
        found[f"{kind} / plain"] = {
            "days and stays": parts["days"] + parts.get("stays", 0),
            "values": parts["values"],
            "all": sum(parts.values()),
        }
    for kind in kinds:
        ratios = found[f"{kind} / plain"]
        ratios["days and stays"] /= base["days"] + base["stays"]
        ratios["values"] /= base["values"]
        ratios["all"] /= sum(base.values())
        found[f"{kind} / plain"] = {part: round(r, 2) for part, r in ratios.items()}
    return found


def take(figures, env, parts):
    for part, work in parts:
        figures.setdefault(part, []).append(timed(env, work))


def plain(env):
    """Counted there, and not sent to anybody."""
    tz = {"tz": env.company._crl_tz()}
    for part, query in {"days": DAYS, "values": VALUES, "stays": STAYS}.items():
        counted = f"SELECT COUNT(t) FROM ({query}) t"
        yield part, lambda counted=counted: env.cr.execute(counted, tz)


def night(env):
    """The engine's jobs. Stays follow the days, in the same job."""
    yield "days", lambda: env["crl.purchase"]._recount_due(1000)
    yield "values", lambda: env["crl.buyer"]._refresh_due(1000)


def whole(env):
    """What a Sunday does, each part by itself."""
    Purchase = env["crl.purchase"]
    stays, values = env["crl.customer.stay"], env["crl.buyer"]

    def count():
        # without what follows from all days, which is measured by itself
        with patch.object(type(stays), "_refresh", lambda *a, **k: 0):
            Purchase._recount()

    yield "days", count
    yield "values", values._refresh
    yield "stays", stays._refresh


def quiet(env, number):
    """Let it be the night after yesterday's, on no Sunday."""
    for company in env["res.company"].search([]):
        how, __, day = company._crl_get_purchase_state().rpartition(" ")
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        company.crl_purchase_state = f"{how} {before}"
        company.crl_value_date = False
    env.flush_all()
    # what a busy night found was changed long ago by now
    env.cr.execute(
        "UPDATE sale_order SET write_date = create_date "
        "WHERE name LIKE 'B%' AND write_date > create_date"
    )
    env.cr.commit()


def busy(env, number):
    """An order of one customer in a hundred is changed behind the engine."""
    quiet(env, number)
    env.cr.execute(
        """UPDATE sale_order SET amount_untaxed = amount_untaxed + 1,
                                 write_date = now() AT TIME ZONE 'UTC'
            WHERE id IN (SELECT MAX(id) FROM sale_order
                          WHERE name LIKE 'B%%' AND state = 'sale'
                            AND partner_id %% 100 = %s
                       GROUP BY partner_id)""",
        [number],
    )
    env.cr.commit()


def sunday(env, number):
    """Nothing to prepare: all is counted, whatever was before."""
