"""Updates with the data of years, twice, then out, and in again."""

import os

import pytest

from bootstrap import addons, databases
from tests.support.server import ADDON, Database
from tests.support.upgrade import (
    PREVIOUS,
    addons_option,
    new_database,
    odoo_run,
    own_tables,
    previous_addon,
    row_counts,
    traces,
    uninstall,
)

pytest_plugins = ["tests.support.fixtures"]

#: Customers of the previous version at all points of their way.
YEARS = """
from datetime import date, timedelta
partners = env["res.partner"].create([
    {"name": f"Customer {n}", "is_company": True, "email": f"customer{n}@example.com",
     "user_id": env.ref("base.user_admin").id}
    for n in range(30)
])
# more than is allowed by now
env.company.crl_catch_up_days = 4000
cadence = env.ref("crl_retention.cadence_new_account")
for n, partner in enumerate(partners):
    partner.crl_enroll(cadence.id, date.today() - timedelta(days=6 * n))
env.flush_all()
env.cr.execute("UPDATE crl_touchpoint SET date_due = now() AT TIME ZONE 'UTC'"
               " WHERE state = 'planned' AND channel = 'call'")
env.cr.commit()
env.ref("crl_retention.ir_cron_run").method_direct_trigger()
env.cr.commit()
env.invalidate_all()
calls = env["crl.touchpoint"].search([("state", "=", "open"), ("channel", "=", "call")])
calls[::2].action_done("reached", "positive", "Fine")
calls[1:2].action_done("reached", "negative", "Dry dough")
live = partners.crl_enrollment_ids.filtered(lambda e: e.state == "running")
live[0].action_pause(reason="Holidays")
live[1].action_exit("Moved away")
env["crl.campaign"].create({
    "name": "Autumn", "questions": "Which dough?\\r\\n\\n How many a day? ",
    "segment_id": env["crl.segment"].create({"name": "All", "domain": "[]"}).id,
})
result = len(calls)
"""

#: A month later: what was planned is due.
A_MONTH_PASSES = """
cron = env.ref("crl_retention.ir_cron_run")
cron.active = True
env.cr.execute("UPDATE crl_touchpoint SET date_due = now() AT TIME ZONE 'UTC'"
               " WHERE state = 'planned' AND date_due IS NOT NULL")
env.cr.execute("UPDATE crl_enrollment SET date_next = now()::date WHERE is_live")
env.cr.commit()
ran = cron.method_direct_trigger()
env.cr.commit()
env.invalidate_all()
result = [ran is True, env["crl.heartbeat"].search([]).failed_jobs]
"""

LIFE = """
partner = env["res.partner"].create({
    "name": "Late Customer", "is_company": True, "email": "late@example.com",
})
[enrollment] = partner.crl_enroll(env.ref("crl_retention.cadence_new_account").id)
enrollment = env["crl.enrollment"].browse(enrollment)
enrollment.touchpoint_ids.filtered(lambda t: t.channel == "call")[:1].action_done(
    "reached", "negative", "Dry dough"
)
result = [enrollment.state, partner.crl_case_ids.mapped("state")]
"""


#: What an update must bring to old databases too, whatever file it is written in.
RULES = """
SELECT d.name, r.domain_force, r.perm_read, r.perm_write, r.perm_create, r.perm_unlink
  FROM ir_rule r JOIN ir_model_data d ON d.model = 'ir.rule' AND d.res_id = r.id
 WHERE d.module = 'crl_retention' ORDER BY d.name
"""
ACTIONS = """
SELECT d.name, c.interval_number, c.interval_type, s.code
  FROM ir_cron c JOIN ir_model_data d ON d.model = 'ir.cron' AND d.res_id = c.id
  JOIN ir_act_server s ON s.id = c.ir_actions_server_id
 WHERE d.module = 'crl_retention' ORDER BY d.name
"""
NAMES = """
SELECT model, name FROM ir_model_data WHERE module = 'crl_retention'
"""
#: What is shipped and may be changed by users: all but links, times and since when
#: texts are counted. A new column is empty in old rows, which says what 0 says.
SHIPPED = """
SELECT d.name, (
       SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r))
        WHERE key !~ '(^id|_id|_uid|_date|enroll_from|start_from)$|^variant_'
          AND value NOT IN ('null', '0', 'false'))
  FROM {table} r
  JOIN ir_model_data d ON d.res_id = r.id AND d.model = '{model}'
 WHERE d.module = 'crl_retention' ORDER BY d.name
"""


def shipped(database):
    """What the addon ships into its own tables, as the database has it."""
    return {
        model: dict(
            database.sql(SHIPPED.format(model=model, table=model.replace(".", "_")))
        )
        for model in ("crl.cadence", "crl.cadence.step", "crl.stage", "crl.case.cause")
    }


@pytest.fixture
def old_database(database_server):
    """A database with Odoo's own addons."""
    name = f"crl_test_{os.getpid()}_upgrade"
    own = addons.standing_on(ADDON)
    new_database(database_server, name, addons.dependencies(own))
    found = Database(database_server, name)
    yield found
    found.close()
    databases.drop(database_server, name)


def test_update_with_data(database, old_database, tmp_path):
    """From the previous version with customers on their way to this one, twice."""
    if not previous_addon(tmp_path):
        pytest.skip(f"THIS CLONE HAS NO COMMIT {PREVIOUS}: the update was not tried")
    fresh, database = database, old_database
    odoo_run(database, "previous", "-i", ADDON, addons=tmp_path)
    assert database.run(YEARS, addons_option(tmp_path))
    live = "SELECT count(*) FROM crl_enrollment WHERE is_live"
    log = "SELECT count(*) FROM crl_touchpoint_log"
    before, lines, tables = database.one(live), database.one(log), own_tables(database)
    assert before > 10

    assert odoo_run(database, "once", "-u", ADDON) == []
    assert database.one("SELECT MAX(crl_catch_up_days) FROM res_company") == 3660
    questions = "SELECT name, kind FROM crl_campaign_question ORDER BY sequence"
    assert [tuple(row) for row in database.sql(questions)] == [
        ("Which dough?", "text"),
        ("How many a day?", "text"),
    ]
    assert database.one(live) == before and database.one(log) == lines
    assert tables <= own_tables(database)
    for query in (RULES, ACTIONS):
        assert database.sql(query) == fresh.sql(query)
    assert shipped(database) == shipped(fresh)
    names, expected = set(database.sql(NAMES)), set(fresh.sql(NAMES))
    assert not expected - names, "did not arrive"
    assert not names - expected, "should have gone"
    once = row_counts(database)
    assert odoo_run(database, "twice", "-u", ADDON) == []
    assert row_counts(database) == once

    assert database.run(A_MONTH_PASSES) == [True, False]
    assert database.one(log) > lines, "nobody's procedure went on"
    errors = database.sql(
        "SELECT note FROM crl_touchpoint_log WHERE rule = 'error' AND id > %s", lines
    )
    assert not errors
    assert database.run(LIFE) == ["recovery", ["open"]]


def test_out_and_in_again(database):
    """Uninstalling leaves nothing of ours, and Odoo as it was; then it installs."""
    assert database.run(LIFE) == ["recovery", ["open"]]
    assert traces(database)
    # what users' own activities are of is kept, and Odoo tells so; nothing else is
    told = uninstall(database)
    assert all("mail_activity_type" in line for line in told), "\n".join(told)
    assert traces(database) == {}
    assert database.run(
        """
partner = env["res.partner"].search([("name", "=", "Late Customer")])
partner.write({"comment": "still here"})
views = [env[model].get_view(view_type=kind) for model, kind in (
    ("res.partner", "form"), ("res.partner", "list"), ("res.partner", "search"),
    ("mail.activity", "form"), ("res.config.settings", "form"),
)]
result = [len(partner), all("crl_" not in view["arch"] for view in views)]
"""
    ) == [1, True]
    assert odoo_run(database, "again", "-i", ADDON) == []
    assert database.run(LIFE.replace("Late", "Later")) == ["recovery", ["open"]]
