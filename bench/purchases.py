"""Many orders, written by SQL: what a night of purchases costs there, against the plain
SQL that gives the same figures and keeps nothing."""

import time
from statistics import median

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
    """:returns: seconds of the first count, of plain SQL, of nights in which nothing
    has changed and in which one customer in a hundred has, and their ratios"""
    Purchase = env["crl.purchase"]
    Buyer, Stay = env["crl.buyer"], env["crl.customer.stay"]
    plain = {"days": DAYS, "values": VALUES, "stays": STAYS}
    ours = {"days": Purchase._recount, "values": Buyer._refresh, "stays": Stay._refresh}
    found = {"first": {part: round(timed(env, work), 2) for part, work in ours.items()}}
    for table in ("crl_purchase", "crl_buyer", "crl_customer_stay"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    tz = {"tz": env.company._crl_tz()}
    figures = {name: {part: [] for part in plain} for name in ("plain", "night")}
    for __ in range(rounds):
        for part, query in plain.items():
            counted = f"SELECT COUNT(t) FROM ({query}) t"
            work = lambda counted=counted: env.cr.execute(counted, tz)  # noqa: E731
            figures["plain"][part].append(timed(env, work))
            figures["night"][part].append(timed(env, ours[part]))
    for name, parts in figures.items():
        found[name] = {part: round(median(times), 2) for part, times in parts.items()}
    found["few changed"] = round(few(env), 2)
    whole = sum(found["plain"].values())
    found["night / plain"] = {
        part: round(found["night"][part] / found["plain"][part], 2) for part in plain
    }
    found["night / plain"]["all"] = round(sum(found["night"].values()) / whole, 2)
    found["few changed / plain"] = round(
        found["few changed"] / found["plain"]["days"], 2
    )
    return found


def few(env):
    """Seconds of finding and counting one customer in a hundred."""
    Purchase = env["crl.purchase"]
    env.cr.execute(
        """UPDATE sale_order SET amount_untaxed = amount_untaxed + 1,
                                 write_date = now() AT TIME ZONE 'UTC'
            WHERE partner_id % 100 = 0 AND name LIKE 'B%'"""
    )
    env.cr.execute("SELECT (now() AT TIME ZONE 'UTC')::date::text")
    [day] = env.cr.fetchone()
    env.cr.commit()
    return timed(env, lambda: Purchase._recount(Purchase._find_changed(day)))
