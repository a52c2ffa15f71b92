"""Indicators of many customers: loaded, against bare SQL, and measured at night."""

from functools import partial
from statistics import median

from bench.nights import find, nights, timed

BATCH = 10000
#: An upsert of the same rows, with nothing looked up, checked or told.
BARE_UPSERT = """
    INSERT INTO crl_indicator_value (
           indicator_id, partner_id, raw, score, date, user_id, source, dedup_key)
    SELECT %(indicator)s, p, r, r, d, %(user)s, 'import', %(indicator)s || ':' || p
      FROM UNNEST(%(partners)s::int[], %(raws)s::double precision[],
                  %(dates)s::timestamp[]) AS g (p, r, d)
        ON CONFLICT (dedup_key) DO UPDATE
       SET raw = EXCLUDED.raw, score = EXCLUDED.score, date = EXCLUDED.date,
           user_id = EXCLUDED.user_id, source = EXCLUDED.source
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
        "bare, from arrays": (upsert_arrays, ids),
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


def upsert(env, indicator, ids, turn, write=list):
    env.cr.execute(
        BARE_UPSERT,
        {
            "indicator": indicator.id,
            "user": env.uid,
            "partners": write(ids),
            "raws": write(float(place % 100 + turn) for place, __ in enumerate(ids)),
            "dates": write([f"2026-01-0{1 + turn} 09:00:00"] * len(ids)),
        },
    )


def upsert_arrays(env, indicator, ids, turn):
    """The same as PostgreSQL reads it fastest: an array as one text."""
    upsert(
        env, indicator, ids, turn, lambda values: f"{{{','.join(map(str, values))}}}"
    )


def send(env, indicator, names, turn):
    code = indicator.code
    results = env["crl.indicator"].load_values(
        [
            {
                "partner": name,
                "indicator": code,
                "raw": place % 100 + turn,
                "date": f"2026-01-0{1 + turn}T09:00:00Z",
            }
            for place, name in enumerate(names)
        ],
        key=f"{code}:{names[0]}:{turn}",
    )
    refused = [result for result in results if result["status"] == "refused"]
    assert not refused, refused[:3]
