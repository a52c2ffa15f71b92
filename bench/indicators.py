"""Indicators of many customers: loaded, and measured at night, against bare SQL."""

import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from statistics import median
from unittest.mock import patch

import psutil

BATCH = 10000
#: An upsert of the same rows, with nothing looked up, checked or told.
BARE_UPSERT = """
    INSERT INTO crl_indicator_value (
           indicator_id, partner_id, raw, score, date, user_id, source, dedup_key)
    SELECT %(indicator)s, p, r, r, d, %(user)s, 'import', %(indicator)s || ':' || p
      FROM UNNEST(%(partners)s, %(raws)s::double precision[], %(dates)s::timestamp[])
           AS g (p, r, d)
        ON CONFLICT (dedup_key) DO UPDATE
       SET raw = EXCLUDED.raw, score = EXCLUDED.score, date = EXCLUDED.date,
           user_id = EXCLUDED.user_id, source = EXCLUDED.source
"""
#: A score of all customers, of which nothing becomes.
BARE_SCORE = """
    SELECT COUNT(*), SUM(score) FROM (
        SELECT SUM(i.weight * v.score) / NULLIF(SUM(i.weight), 0) AS score
          FROM crl_indicator_value v JOIN crl_indicator i ON i.id = v.indicator_id
      GROUP BY v.partner_id) scored
"""
#: A year with each customer: ten contacts, a verdict now and then, few cases.
CONTACTS = """
    INSERT INTO crl_touchpoint (
           partner_id, company_id, channel, purpose, service_class, state, outcome,
           verdict, date_planned, date_done, cycle, occurrence, attempt, score)
    SELECT r.partner_id, %(company)s, CASE n %% 3 WHEN 0 THEN 'call' ELSE 'email' END,
           'service', 'regular', 'done', CASE n %% 3 WHEN 0 THEN 'reached' END,
           CASE WHEN n %% 3 = 0 THEN
                (ARRAY['positive', 'neutral', 'negative'])[1 + (r.id + n) %% 3] END,
           d.day, d.day, 1, 1, 0, 0
      FROM crl_relationship r, generate_series(1, 10) n,
           LATERAL (SELECT now() - ((r.id * 31 + n * 37) %% 365) * interval '1 day'
                    AS day) d
"""
CASES = """
    INSERT INTO crl_case (partner_id, company_id, kind, state, date_open, deadline,
                          date_closed, on_time)
    SELECT r.partner_id, %(company)s, 'complaint',
           CASE WHEN r.id %% 100 = 0 THEN 'open' ELSE 'recovered' END,
           now() - (r.id %% 300) * interval '1 day', now() + interval '1 day',
           CASE WHEN r.id %% 100 > 0 THEN now() END, TRUE
      FROM crl_relationship r WHERE r.id %% 20 = 0
"""
#: How their health stood five weeks ago, which the trend is seen against.
HISTORY = """
    INSERT INTO crl_indicator_history (partner_id, week, score, band, dedup_key)
    SELECT partner_id, d.week, 60, 'watch', '0:' || partner_id || ':' || d.week
      FROM crl_relationship, LATERAL (SELECT now()::date - 35 AS week) d
"""
#: One customer in fifty was met, at a moment.
MEETINGS = """
    UPDATE crl_touchpoint SET date_done = %s WHERE id IN (
           SELECT MAX(id) FROM crl_touchpoint WHERE state = 'done'
            GROUP BY partner_id HAVING random() < 0.02)
"""


def measure(env, rows, rounds=3):
    """:returns: figures of loading ``rows`` rows and of measuring the customers of
    ``large.fill``, as ratios against bare SQL in the same run"""
    for statement in (CONTACTS, CASES, HISTORY):
        env.cr.execute(statement, {"company": env.company.id})
    env.cr.commit()
    for table in (
        "crl_touchpoint", "crl_case", "crl_relationship", "crl_indicator_history",
    ):  # fmt: skip
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    return {"load": load(env, rows, rounds), "night": nights(env, rounds)}


def timed(env, work):
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()
    begun = time.perf_counter()
    work()
    env.cr.commit()
    return time.perf_counter() - begun


# ---- Loaded ----


def load(env, count, rounds):
    """Rows a second of ``load_values``, by how customers are named, and of the bare
    upsert: new values first, then others in their place."""
    env.cr.execute(
        """UPDATE res_partner SET ref = 'R-' || id WHERE id IN (
               SELECT id FROM res_partner WHERE email LIKE 'big%%'
                ORDER BY id LIMIT %s) RETURNING id, ref, email""",
        [count],
    )
    ids, refs, emails = map(list, zip(*sorted(env.cr.fetchall()), strict=True))
    ways = {
        "bare": (upsert, ids),
        "by id": (send, ids),
        "by reference": (send, refs),
        "by email": (send, emails),
    }
    times = {label: [] for label in ways}
    for number in range(rounds):
        for turn in range(2):
            for place, (label, (way, names)) in enumerate(ways.items()):
                indicator = find(env, f"bench_{number}_{place}")
                seconds = [
                    timed(
                        env, partial(way, env, indicator, names[start:][:BATCH], turn)
                    )
                    for start in range(0, len(names), BATCH)
                ]
                times[label].append(sum(seconds))
    bare = median(times["bare"])
    return {
        label: {
            "per_second": round(len(ids) / median(seconds)),
            "speed_of_bare_upsert": round(bare / median(seconds), 2),
        }
        for label, seconds in times.items()
    }


def find(env, code, **values):
    """The indicator with a code, made when there is none."""
    indicators = env["crl.indicator"]
    values = {"name": code, "code": code, "source": "import", **values}
    return indicators.search([("code", "=", code)]) or indicators.create(values)


def upsert(env, indicator, ids, turn):
    env.cr.execute(
        BARE_UPSERT,
        {
            "indicator": indicator.id,
            "user": env.uid,
            "partners": ids,
            "raws": [float(place % 100 + turn) for place, __ in enumerate(ids)],
            "dates": [f"2026-01-0{1 + turn} 09:00:00"] * len(ids),
        },
    )


def send(env, indicator, names, turn):
    results = env["crl.indicator"].load_values(
        [
            {
                "partner": name,
                "indicator": indicator.code,
                "raw": place % 100 + turn,
                "date": f"2026-01-0{1 + turn}T09:00:00Z",
            }
            for place, name in enumerate(names)
        ],
        key=f"{indicator.code}:{names[0]}:{turn}",
    )
    refused = [result for result in results if result["status"] == "refused"]
    assert not refused, refused[:3]


# ---- Measured ----


def nights(env, rounds):
    """Seconds of nights, the first one a Monday's, and of the raw aggregates alone; and
    how much the process grew."""
    # what was loaded is another matter
    env["crl.indicator"].search([("source", "=", "import")]).active = False
    env.cr.execute("TRUNCATE crl_indicator_value")
    indicators = env["crl.indicator"].search([("source", "=", "computed")])
    for code, aggregate in (("bench_calls", "count"), ("bench_due", "days_since")):
        indicators |= find(
            env,
            code,
            source="computed",
            model_id=env["ir.model"]._get_id("crl.touchpoint"),
            partner_path="partner_id",
            aggregate=aggregate,
            date_field="date_done",
            domain="[('channel', '=', 'call')]",
            raw_bad=0,
            raw_fair=2,
            raw_good=4,
        )
    process = psutil.Process()
    monday = -env["res.company"]._get_main_company()._crl_today().weekday() % 7
    with later(monday):
        first = night(env, indicators)
    env.cr.execute("ANALYZE crl_indicator_value")
    env.cr.commit()
    grown = process.memory_info().rss
    seconds, raw = [], []
    for number in range(1, rounds + 1):
        with later(monday + number):
            meet(env)
            # whoever reads new rows first notes that they are there to stay
            aggregates(env, indicators)
            seconds.append(night(env, indicators))
            raw.append(aggregates(env, indicators))
    with later(monday + rounds):
        idle = night(env, indicators)
    with later(monday + 7):
        meet(env)
        weekly = night(env, indicators)
    floor = median(raw)
    return {
        "indicators": len(indicators),
        "customers": env["crl.relationship"].search_count([]),
        "first_seconds": round(first, 2),
        "seconds": round(median(seconds), 2),
        "raw_seconds": round(floor, 2),
        "times_the_raw_aggregates": round(
            median(ours / bare for ours, bare in zip(seconds, raw, strict=True)), 2
        ),
        "when_nothing_changed": round(idle / floor, 2),
        "on_a_monday": round(weekly / floor, 2),
        "grown_mb": (process.memory_info().rss - grown) >> 20,
    }


@contextmanager
def later(days):
    """So many days from now, as far as the product knows."""
    from odoo.fields import Datetime

    now = Datetime.now
    with patch.object(Datetime, "now", lambda: now() + timedelta(days=days)):
        yield


def meet(env):
    from odoo.fields import Datetime

    env.cr.execute(MEETINGS, [Datetime.now()])
    env.cr.commit()


def night(env, indicators):
    """What the pump does, batch by batch."""
    indicators.write({"date_refresh": "2026-01-01", "refresh_cursor": 0})
    company = env["res.company"]._get_main_company()
    company.write({"crl_health_date": "2026-01-01", "crl_health_cursor": 0})
    return drain(env, env["crl.indicator"]._refresh_due) + drain(
        env, env["crl.relationship"]._refresh_health_due
    )


def drain(env, job):
    """Seconds until a job has nothing left."""
    seconds, handled = 0, True
    while handled:
        begun = time.perf_counter()
        handled = job(1000)
        env.flush_all()
        env.cr.commit()
        seconds += time.perf_counter() - begun
        env.invalidate_all()
    return seconds


def aggregates(env, indicators):
    """What the indicators rest on, and nothing more."""
    from odoo.tools import SQL

    seconds = 0
    for indicator in indicators:
        everybody = indicator._get_measured_sql(
            lambda column: SQL("%s IS NOT NULL", column)
        )
        query = SQL("SELECT COUNT(raw) FROM (%s) measured", everybody)
        seconds += timed(env, lambda query=query: env.execute_query(query))
    return seconds + timed(env, lambda: env.execute_query(SQL(BARE_SCORE)))
