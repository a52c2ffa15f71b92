"""What goes wrong on real servers: nothing may be lost, nothing done twice."""

import re
from collections import Counter

import pytest

from bootstrap import settings
from tests.support.server import ADDON, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

#: Seconds to wait for what takes a few: the machine may have other work.
PATIENCE = 120
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


def check_exactly_once(database, found):
    """The one oracle: each due contact in one state, with one artefact, told once."""
    due, partners = found["due"], found["partners"]
    rows = database.sql(
        """SELECT t.id, t.state, t.channel, t.partner_id, t.activity_id,
                  t.mail_message_id
             FROM crl_touchpoint t WHERE t.id = ANY(%s)""",
        due,
    )
    assert len(rows) == len(due)
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
    assert len(lines) == len(due) and not doubled(lines)

    # nothing that was not due has moved
    assert not database.one(
        """SELECT count(*) FROM crl_touchpoint
            WHERE state <> 'planned' AND NOT id = ANY(%s)""",
        due,
    )


def batch_size():
    """How many contacts the engine opens in one transaction."""
    source = settings.ROOT / ADDON / "models" / "crl_engine.py"
    return int(re.search(r"^BATCH = (\d+)$", source.read_text(), re.MULTILINE)[1])


@pytest.mark.parametrize("cron_threads", [2])
def test_killed_twice_in_the_middle(database, mailbox, cron_threads):
    """kill -9 before the first batch is committed, and again between two batches, over
    500 due contacts or more."""
    # as many calls as mails, in three batches at least
    each = max(250, batch_size() + 50)
    found = prepare(database, each)
    due = found["due"]
    assert len(due) == 2 * each

    def at_work():
        return database.one(
            """SELECT count(*) FROM pg_locks l
                 JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.relation = 'mail_message'::regclass
                  AND l.mode = 'RowExclusiveLock' AND a.datname = current_database()"""
        )

    first = Server(database, cron_threads=cron_threads)
    database.trigger()
    with running(first):
        first.wait_cron(at_work, PATIENCE, "no batch began")
        first.kill()
    # the killed batch has left nothing behind
    wait_for(lambda: not at_work(), 10, "PostgreSQL did not roll back")
    before = opened(database, due)
    assert before < len(due)

    second = Server(database, cron_threads=cron_threads)
    database.trigger()
    with running(second):
        second.wait_cron(
            lambda: opened(database, due) > before, PATIENCE, "nothing opened"
        )
        second.kill()
    after = opened(database, due)
    assert before < after < len(due), "killed too late: everything was open"

    third = Server(database, cron_threads=cron_threads, smtp_port=mailbox.port)
    database.trigger()
    with running(third):
        third.wait_cron(
            lambda: opened(database, due) == len(due), PATIENCE, "not all opened"
        )
        check_exactly_once(database, found)
        # and out they go, one to each customer
        database.only_cron("ir_cron_run", MAIL_QUEUE)
        third.run_cron(MAIL_QUEUE, seconds=PATIENCE)
        wait_for(lambda: len(mailbox.mails) >= each, PATIENCE, "mails are missing")
        third.run_cron()
        done = "SELECT count(*) FROM crl_touchpoint WHERE state = 'done'"
        third.wait_cron(
            lambda: database.one(done) == each, PATIENCE, "fates were not read"
        )
    check_exactly_once(database, found)
    addresses = [address for mail in mailbox.mails for address in mail.recipients]
    assert len(addresses) == each and not doubled(addresses)


POISON_TEXT = """
template = env.ref("crl_retention.mail_template_welcome")
from markupsafe import Markup
template.body_html += Markup(
    "<t t-if=\\"object.partner_id.ref == 'C3'\\"><t t-out=\\"1 / 0\\"/></t>"
)
"""


def test_a_poisoned_contact_harms_no_other(database):
    """One text raises, one activity breaks a rule of the database: the others go, and
    the two are set aside with their reason, tried again, and given up in the end."""
    found = prepare(database, 20)
    database.run(POISON_TEXT)
    poisoned = {found["partners"][3]: "message", found["partners"][7]: "call"}
    database.sql(
        f"""ALTER TABLE mail_activity ADD CONSTRAINT no_such_customer
            CHECK (res_id <> {found["partners"][7]})"""
    )

    def ill():
        return database.sql(
            """SELECT partner_id, channel, state, hold_reason,
                      date_due > now() AT TIME ZONE 'UTC'
                 FROM crl_touchpoint
                WHERE id = ANY(%s) AND (state = 'failed' OR hold_reason IS NOT NULL)""",
            found["due"],
        )

    with running(Server(database, cron_threads=1)) as server:
        server.run_cron()
        server.wait_cron(
            lambda: opened(database, found["due"]) == 38,
            PATIENCE,
            "others were not opened",
        )
        rows = ill()
        assert {row[0]: row[1] for row in rows} == poisoned
        for _partner, _channel, state, reason, later in rows:
            assert state == "planned" and later
            assert reason.startswith("Error: ") and len(reason) > 20

        for _again in range(4):
            database.sql(
                """UPDATE crl_touchpoint
                      SET date_due = now() AT TIME ZONE 'UTC' - interval '1 min'
                    WHERE id = ANY(%s) AND state = 'planned'""",
                found["due"],
            )
            server.run_cron()
            server.wait_cron(
                lambda: (
                    not database.one(
                        """SELECT count(*) FROM crl_touchpoint WHERE state = 'planned'
                          AND date_due <= now() AT TIME ZONE 'UTC'"""
                    )
                ),
                PATIENCE,
                "the poisoned contacts were not looked at",
            )
        rows = ill()
        assert {row[0]: row[1] for row in rows} == poisoned
        assert all(row[2] == "failed" and row[3] for row in rows)
        # each try left its line; no trace of the tries anywhere else
        assert (
            database.one("SELECT count(*) FROM crl_touchpoint_log WHERE rule = 'error'")
            == 10
        )
        assert database.one("SELECT count(*) FROM mail_activity") == 19
        assert (
            database.one(
                "SELECT failure_count FROM ir_cron WHERE id = %s",
                database.ref("ir_cron_run"),
            )
            == 0
        )


def test_a_dead_mail_server_is_seen(database):
    """Mails that cannot leave fail visibly, each with a reason, and none is lost."""
    found = prepare(database, 10, MAIL_QUEUE)
    with running(Server(database, cron_threads=1, smtp_port=1)) as server:
        server.run_cron()
        server.wait_cron(
            lambda: opened(database, found["due"]) == 20,
            PATIENCE,
            "not all were opened",
        )
        server.run_cron(MAIL_QUEUE)
        server.wait_cron(
            lambda: (
                database.one("SELECT count(*) FROM mail_mail WHERE state = 'exception'")
                == 10
            ),
            PATIENCE,
            "the queue did not try",
        )
        server.run_cron()
        failed = "SELECT hold_reason FROM crl_touchpoint WHERE state = 'failed'"
        server.wait_cron(lambda: len(database.sql(failed)) == 10, PATIENCE, "not seen")
        for [reason] in database.sql(failed):
            assert "mail server" in reason
        # the calls have nothing to do with it
        assert database.one("SELECT count(*) FROM mail_activity") == 10
