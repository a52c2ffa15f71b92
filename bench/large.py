"""A large portfolio, written by SQL: what idle runs and lists cost there."""

import time
from functools import partial
from statistics import median

#: Who look after a large portfolio.
REPS = 100


def fill(env, rows):
    """Customers with a relationship and a planned contact, one in ten with an open one.

    Past the ORM, which would take an hour a million. One statement writes a customer
    with the link to the relationship that points back to it.
    """
    quiet = {"no_reset_password": True, "tracking_disable": True}
    vals_list = [
        {"name": f"Big rep {number}", "login": f"big_rep_{number}"}
        for number in range(REPS)
    ]
    users = env["res.users"].with_context(**quiet).create(vals_list).ids
    env.flush_all()
    execute = env.cr.execute
    # plain columns with the values that stage and score have
    execute("CREATE INDEX bench_color ON res_partner (color, id)")
    execute("CREATE INDEX bench_owner ON res_partner (user_id, color)")
    execute("CREATE INDEX bench_industry ON res_partner (industry_id, color, id)")
    execute(
        """
        WITH numbers AS (
            SELECT i, nextval('res_partner_id_seq') AS partner_id,
                   nextval('crl_relationship_id_seq') AS relationship_id,
                   (%(users)s::int[])[1 + i %% %(count)s] AS user_id,
                   (i::bigint * 7919 %% 101)::int AS score
              FROM generate_series(1, %(rows)s) i),
        stages AS (SELECT array_agg(id ORDER BY id) AS ids FROM crl_stage),
        industries AS (
            SELECT array_agg(id ORDER BY id) AS ids FROM res_partner_industry),
        partners AS (
            INSERT INTO res_partner (
                   id, name, complete_name, is_company, active, type, phone,
                   phone_sanitized, email, email_normalized, user_id,
                   partner_share, color,
                   commercial_partner_id,
                   industry_id, crl_relationship_id, create_date, write_date)
            SELECT partner_id, 'Big ' || i, 'Big ' || i, TRUE, TRUE, 'contact',
                   to_char(100000000 + (i::bigint * 7919191 %% 100000000),
                           'FM"+33 "0" "00" "00" "00" "00'),
                   '+33' || 100000000 + (i::bigint * 7919191 %% 100000000),
                   'big' || i || '@example.com', 'big' || i || '@example.com',
                   user_id, TRUE, score, partner_id,
                   industries.ids[1 + i %% array_length(stages.ids, 1)],
                   relationship_id, now(), now()
              FROM numbers, stages, industries)
        INSERT INTO crl_relationship (
               id, partner_id, dedup_key, user_id, stage_id, score, band,
               next_contact_date, create_date, write_date)
        SELECT relationship_id, partner_id, 'partner:' || partner_id, user_id,
               stages.ids[1 + i %% array_length(stages.ids, 1)], score,
               CASE WHEN score < 30 THEN 'at_risk' WHEN score < 60 THEN 'watch'
                    ELSE 'healthy' END,
               now() + i * interval '1 second', now(), now()
          FROM numbers, stages
        """,
        {"users": users, "count": len(users), "rows": rows},
    )
    execute(
        """
        INSERT INTO crl_touchpoint (
               partner_id, company_id, channel, purpose, service_class, user_id,
               date_planned, date_due, state, cycle, occurrence, attempt, score,
               create_date, write_date)
        SELECT r.partner_id, %s, 'call', 'service', 'regular', r.user_id,
               now() + interval '1 day' + r.id * interval '1 second',
               now() + interval '1 day' + r.id * interval '1 second',
               'planned', 1, 1, 0, 0, now(), now()
          FROM crl_relationship r WHERE r.dedup_key LIKE 'partner:%%'
        """,
        [env.company.id],
    )
    # one customer in ten has a contact on somebody's list
    execute(
        """
        WITH activities AS (
            INSERT INTO mail_activity (
                   active, automated, res_model_id, res_model, res_id,
                   activity_type_id, summary, date_deadline, user_id)
            SELECT TRUE, TRUE, %(model)s, 'res.partner', r.partner_id, %(type)s, 'Call',
                   current_date - r.id %% 3, r.user_id
              FROM crl_relationship r
             WHERE r.id %% 10 = 0 AND r.dedup_key LIKE 'partner:%%'
         RETURNING id, res_id, user_id, date_deadline)
        INSERT INTO crl_touchpoint (
               partner_id, company_id, channel, purpose, service_class, user_id,
               date_planned, activity_id, state, cycle, occurrence, attempt, score,
               create_date, write_date)
        SELECT res_id, %(company)s, 'call', 'service', 'regular', user_id,
               date_deadline + id %% 36000 * interval '1 second', id, 'open',
               1, 1, 0, 0, now(), now()
          FROM activities
        """,
        {
            "model": env["ir.model"]._get_id("res.partner"),
            "type": env.ref("mail.mail_activity_data_call").id,
            "company": env.company.id,
        },
    )
    env.cr.commit()
    for table in (
        "res_partner", "crl_relationship", "crl_touchpoint", "mail_activity",
    ):  # fmt: skip
        execute(f"ANALYZE {table}")
    env.cr.commit()
    env.invalidate_all()


def timed(env, works, rounds=5):
    """Medians of the milliseconds that each work takes, warm, in turns: what else the
    machine does meanwhile meets all of them."""
    found = {label: [] for label in works}
    for _number in range(rounds + 1):
        for label, work in works.items():
            env.invalidate_all()
            begun = time.perf_counter()
            work()
            found[label].append(1000 * (time.perf_counter() - begun))
            env.cr.rollback()
    return {label: round(median(times[1:]), 1) for label, times in found.items()}


def first_page(records, domain, order):
    """What the web client asks for the first page of a list, sorted by a click."""
    specification = {"display_name": {}, "user_id": {"fields": {"display_name": {}}}}
    return lambda: records.web_search_read(
        domain, specification, limit=80, order=order, count_limit=10001
    )


def measure(env):
    """Milliseconds of every idle job and of the lists people open."""
    works = {
        f"idle {model}.{method}": partial(getattr(env[model], method), 1000)
        for model, method in env["crl.engine"]._get_jobs()
    }
    works["idle: the pulse"] = env["crl.heartbeat"]._count_up
    user = env["res.users"].search([("login", "=", "big_rep_1")])
    industry = env["res.partner"].search([("name", "=", "Big 1")]).industry_id
    lists = {
        "my contacts due today": (
            "crl.touchpoint",
            [
                ("user_id", "=", user.id),
                ("state", "=", "open"),
                ("date_planned", "<", "today +1d"),
            ],
            "date_planned",
        ),
        "customers at risk, by score": (
            "res.partner",
            [("crl_band", "=", "at_risk")],
            "crl_score",
        ),
        "customers of a stage, by score": (
            "res.partner",
            [("crl_stage_id", "=", env.ref("crl_retention.stage_month_1").id)],
            "crl_score",
        ),
        "my relationships at risk, by score": (
            "crl.relationship",
            [("user_id", "=", user.id), ("band", "=", "at_risk")],
            "score",
        ),
        "floor: partners of an industry, by a plain column": (
            "res.partner",
            [("industry_id", "=", industry.id)],
            "color",
        ),
        "floor: partners by a plain column": (
            "res.partner",
            [("color", "<", 30)],
            "color",
        ),
        "floor: mine by a plain column": (
            "res.partner",
            [("user_id", "=", user.id), ("color", "<", 30)],
            "color",
        ),
    }
    for label, (model, domain, order) in lists.items():
        works[label] = first_page(env[model], domain, order)
    return timed(env, works)
