"""The night: indicators of all customers measured and scored, against bare SQL."""

import time
from contextlib import contextmanager
from datetime import timedelta
from operator import truediv
from statistics import median
from unittest.mock import patch

import psutil

#: What an indicator measures, and the score of all customers; nothing becomes of it.
BARE_MEASURE = "SELECT COUNT(raw) FROM (%s) measured"
BARE_SCORE = """
    SELECT COUNT(*), SUM(score) FROM (
        SELECT SUM(i.weight * v.score) / NULLIF(SUM(i.weight), 0) AS score
          FROM crl_indicator_value v JOIN crl_indicator i ON i.id = v.indicator_id
      GROUP BY v.partner_id) scored
"""
#: The same of each customer, beside what is stored: as much as must be read to write
#: only what changed.
READ_MEASURE = """
    SELECT COUNT(f.raw), COUNT(v.score)
      FROM (%s) f LEFT JOIN crl_indicator_value v
        ON v.partner_id = f.partner_id AND v.indicator_id = f.indicator_id
"""
READ_SCORE = """
    SELECT COUNT(r.score), SUM(scored.score) FROM crl_relationship r LEFT JOIN (
        SELECT v.partner_id,
               SUM(i.weight * v.score) / NULLIF(SUM(i.weight), 0) AS score
          FROM crl_indicator_value v JOIN crl_indicator i ON i.id = v.indicator_id
      GROUP BY v.partner_id) scored ON scored.partner_id = r.partner_id
"""
#: One customer in fifty was met.
MEETINGS = """
    UPDATE crl_touchpoint SET date_done = %(now)s, write_date = %(now)s WHERE id IN (
           SELECT MAX(id) FROM crl_touchpoint WHERE state = 'done'
            GROUP BY partner_id HAVING random() < 0.02)
"""


def nights(env, rounds):
    """Seconds of nights, from a Tuesday on, and of the raw aggregates alone; and how
    much the process grew. Seven are a week, in which everybody has a turn."""
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
    # of another week than what was filled in
    monday = 14 - env["res.company"]._get_main_company()._crl_today().weekday()
    with later(monday):
        first = night(env, indicators)
    env.cr.execute("ANALYZE crl_indicator_value")
    env.cr.commit()
    grown = process.memory_info().rss
    seconds, raw, read = [], [], []
    for number in range(1, rounds + 1):
        with later(monday + number):
            meet(env)
            # whoever reads new rows first notes that they are there to stay
            aggregates(env, indicators)
            seconds.append(night(env, indicators))
            raw.append(aggregates(env, indicators))
            read.append(readings(env, indicators))
    with later(monday + rounds):
        idle = night(env, indicators)
    floor = median(raw)
    return {
        "indicators": len(indicators),
        "customers": env["crl.relationship"].search_count([]),
        "first_seconds": round(first, 2),
        "seconds": round(median(seconds), 2),
        "raw_seconds": round(floor, 2),
        "times_the_raw_aggregates": times(seconds, raw),
        "times_these_beside_what_is_stored": times(seconds, read),
        "when_nothing_changed": round(idle / floor, 2),
        "the_dearest_night": round(max(map(truediv, seconds, raw)), 2),
        "grown_mb": (process.memory_info().rss - grown) >> 20,
    }


def times(ours, floors):
    return round(median(map(truediv, ours, floors)), 2)


@contextmanager
def later(days):
    """So many days from now, as far as the product knows."""
    from odoo.fields import Datetime

    now = Datetime.now
    with patch.object(Datetime, "now", lambda: now() + timedelta(days=days)):
        yield


def meet(env):
    from odoo.fields import Datetime

    # the afternoon before
    env.cr.execute(MEETINGS, {"now": Datetime.now() - timedelta(hours=12)})
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
    """Seconds of what the indicators and the score rest on, and nothing more."""
    return sum(
        run(env, BARE_MEASURE, indicator._get_measured_sql(everybody))
        for indicator in indicators
    ) + run(env, BARE_SCORE)


def readings(env, indicators):
    """Seconds of the same with a row for each customer and what is stored of them."""
    return sum(
        run(env, READ_MEASURE, indicator._get_found_sql(everybody))
        for indicator in indicators
    ) + run(env, READ_SCORE)


def everybody(column):
    from odoo.tools import SQL

    return SQL("%s IS NOT NULL", column)


def run(env, statement, *parts):
    from odoo.tools import SQL

    query = SQL(statement, *parts)
    return timed(env, lambda: env.execute_query(query))


def find(env, code, **values):
    """The indicator with a code, made when there is none."""
    indicators = env["crl.indicator"]
    values = {"name": code, "code": code, "source": "import", **values}
    return indicators.search([("code", "=", code)]) or indicators.create(values)


def timed(env, work):
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()
    begun = time.perf_counter()
    work()
    env.cr.commit()
    return time.perf_counter() - begun
