"""A backlog to do harm to, and the one judge of what became of it."""

import sys
from collections import Counter

from tests.support.server import PATIENCE, Database

MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"

#: Customers of three reps, each with a call and a mail of the procedure due now.
PREPARE = """
env = env(context={{**env.context, "tracking_disable": True}})
reps = env["res.users"].create([
    {{"name": f"Rep {{n}}", "login": f"rep{{n}}", "email": f"rep{{n}}@example.com"}}
    for n in range(3)
])
# nobody is told by mail whose customer it is
partners = env["res.partner"].with_context(mail_auto_subscribe_no_notify=True).create([
    {{
        "name": f"Customer {{n}}",
        "ref": f"C{{n}}",
        "is_company": True,
        "email": f"customer{{n}}@example.com",
        "user_id": reps[n % 3].id,
    }}
    for n in range({count})
])
env["crl.cadence.step"].search([]).write({{"hour_from": 0, "hour_to": 24}})
env.company.crl_quiet_hours = False
cadence = env.ref("crl_retention.cadence_new_account")
enrollments = env["crl.enrollment"].browse(partners.crl_enroll(cadence.id))
due = enrollments.touchpoint_ids.filtered(lambda t: t.step_id in (
    env.ref("crl_retention.step_m1_welcome") + env.ref("crl_retention.step_m1_call")
))
env.flush_all()
env.cr.execute(
    "UPDATE crl_touchpoint SET date_due = NULL WHERE state = 'planned';"
    "UPDATE crl_touchpoint SET date_due = now() AT TIME ZONE 'UTC' - interval '1 min',"
    " date_planned = now() AT TIME ZONE 'UTC' - interval '1 min' WHERE id = ANY(%s)",
    [due.ids],
)
result = {{"due": due.ids, "partners": partners.ids}}
"""


def prepare(database, count, *crons):
    found = database.run(PREPARE.format(count=count))
    database.only_cron("ir_cron_run", *crons)
    return found


def opened(database, due):
    return database.one(
        "SELECT count(*) FROM crl_touchpoint WHERE id = ANY(%s) AND state <> 'planned'",
        due,
    )


def doubled(rows):
    return {key: count for key, count in Counter(rows).items() if count != 1}


def check_exactly_once(database, found, finished=True):
    """The one oracle: each due contact in one state, with one artefact, told once.

    :param finished: whether every contact must be opened by now; else those that are
        still planned must have left no trace
    """
    with database.snapshot():
        _check(database, found, finished)


def _check(database, found, finished):
    due, partners = found["due"], found["partners"]
    rows = database.sql(
        """SELECT t.id, t.state, t.channel, t.partner_id, t.activity_id,
                  t.mail_message_id
             FROM crl_touchpoint t WHERE t.id = ANY(%s)""",
        due,
    )
    assert len(rows) == len(due)
    if not finished:
        rows = [row for row in rows if row[1] != "planned"]
    states = Counter(
        (channel in ("call", "visit"), state) for _, state, channel, *_ in rows
    )
    assert set(states) <= {(True, "open"), (False, "open"), (False, "done")}

    activities = database.sql(
        "SELECT id, res_id FROM mail_activity WHERE res_model = 'res.partner'"
    )
    calls = [row for row in rows if row[2] == "call"]
    assert sorted(row[0] for row in activities) == sorted(row[4] for row in calls)
    assert not doubled([partner for _id, partner in activities])

    mails = database.sql(
        """SELECT m.mail_message_id, g.res_id FROM mail_mail m
             JOIN mail_message g ON g.id = m.mail_message_id
            WHERE g.model = 'res.partner' AND g.res_id = ANY(%s)""",
        partners,
    )
    messages = [row for row in rows if row[2] not in ("call", "visit", "letter")]
    assert sorted(row[0] for row in mails) == sorted(row[5] for row in messages)
    assert not doubled([partner for _id, partner in mails])

    lines = database.sql(
        """SELECT touchpoint_id FROM crl_touchpoint_log
            WHERE decision = 'opened' AND touchpoint_id = ANY(%s)""",
        due,
    )
    assert len(lines) == len(rows) and not doubled(lines)

    # nothing that was not due has moved
    assert not database.one(
        """SELECT count(*) FROM crl_touchpoint
            WHERE state <> 'planned' AND NOT id = ANY(%s)""",
        due,
    )


def tell(text):
    """Leave a figure for whoever reads the output (``pytest -s``, or of a failure)."""
    sys.stderr.write(f"{text}\n")


def keep_asking(database, condition):
    """A condition that asks for another run whenever none is asked for, as the next
    interval would."""

    def ask():
        if database.is_idle():
            database.trigger()
        return condition()

    return ask


def let_be_due(database, ids):
    """Let contacts be due: for Odoo, which knows whole seconds, too."""
    database.sql(
        """UPDATE crl_touchpoint
              SET date_due = now() AT TIME ZONE 'UTC' - interval '1 minute'
            WHERE id = ANY(%s)""",
        ids,
    )


def let_none_be_due(database, ids):
    database.sql("UPDATE crl_touchpoint SET date_due = NULL WHERE id = ANY(%s)", ids)


#: Those of all databases of a server are listed, and a copy's tables have the numbers
#: of its origin's.
STUCK = """
SELECT pid FROM pg_locks
 WHERE relation = 'crl_touchpoint_log'::regclass AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def wait_stuck(server):
    """Let a batch begin and get as far as the log, which another has.

    :returns: the numbers of those in PostgreSQL who wait
    """
    asking = keep_asking(server.database, lambda: server.database.sql(STUCK))
    return [pid for [pid] in server.wait_cron(asking, PATIENCE, "no batch began")]


def get_stuck(server, ids):
    """Let a batch get stuck when most of it is written: it wants to write down what it
    did, but another has the table.

    :param ids: contacts that are due when the table is taken: a server may be at work
    :returns: this other's connection; who closes it lets the batch go
    """
    database = server.database
    other = Database(database.server, database.name)
    other.sql("BEGIN")
    other.sql("LOCK TABLE crl_touchpoint_log IN SHARE MODE")
    let_be_due(database, ids)
    wait_stuck(server)
    return other


def bury(database, pids):
    """Let PostgreSQL see at once that those for whom it waits were killed."""
    database.sql("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", pids)
