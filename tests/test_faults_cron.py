"""Several schedulers on one backlog, people who press *Run Manually* meanwhile, and
runs that end in an error."""

from concurrent.futures import ThreadPoolExecutor

from bootstrap import logscan
from tests.support.oracle import (
    check_exactly_once,
    keep_asking,
    opened,
    prepare,
    tell,
)
from tests.support.server import PATIENCE, PUMP, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

#: Odoo never runs one scheduled action twice at once, so there is a second.
HELPER = "ir_cron_help"
CUSTOMERS = 700
#: What Odoo's log says where two meet: a batch is done anew, a press is refused.
MEETINGS = ("could not serialize access", "deadlock detected", "already executing")

#: One more run, past the scheduler's own locks, when the barrier is lifted.
RUN_DIRECTLY = """
from odoo.addons.crl_retention.models import crl_engine
crl_engine.BATCH = 100
env.cr.execute("SELECT pg_advisory_xact_lock(1)")
env["crl.engine"]._cron_run()
"""


def press(server, lane):
    """Press *Run Manually* again and again; return the answers."""
    session, answers = server.session("admin", "admin"), []
    for _press in range(4):
        try:
            answers.append(session.call("ir.cron", "method_direct_trigger", [lane]))
        except AssertionError as error:
            answers.append(str(error))
    return answers


def test_two_servers_two_lanes_and_run_now(database):
    """Two servers with two cron threads each, two scheduled actions, two people who run
    both by hand, and a script that knows nothing of scheduled actions, all at once."""
    found = prepare(database, CUSTOMERS, HELPER)
    due = found["due"]
    lanes = [database.ref(PUMP), database.ref(HELPER)]
    # many batches that grow, as after runs that were killed
    database.sql(
        """INSERT INTO ir_cron_progress (cron_id, timed_out_counter, done, remaining)
           SELECT unnest(%s), 2, 0, 0""",
        lanes,
    )
    servers = [Server(database, cron_threads=2) for _server in range(2)]
    with ThreadPoolExecutor() as pool, running(*servers):
        database.sql("SELECT pg_advisory_lock(1)")
        script = pool.submit(database.run, RUN_DIRECTLY)
        wait_for(
            lambda: database.one(
                """SELECT count(*) FROM pg_locks
                    WHERE locktype = 'advisory' AND NOT granted AND database =
                          (SELECT oid FROM pg_database
                            WHERE datname = current_database())"""
            ),
            PATIENCE,
            "the script did not start",
        )
        hands = [pool.submit(press, *pair) for pair in zip(servers, lanes, strict=True)]
        wait_for(lambda: opened(database, due), PATIENCE, "no batch")
        database.sql("SELECT pg_advisory_unlock(1)")
        servers[1].wait_cron(
            keep_asking(database, lambda: opened(database, due) == len(due)),
            PATIENCE,
            "not all opened",
        )
        script.result(PATIENCE)
        answers = [answer for hand in hands for answer in hand.result(PATIENCE)]
        # a server that is stopped cuts its runs off, and tells so
        with servers[0].log.open(errors="replace") as lines:
            faults = logscan.scan(lines).faults
    check_exactly_once(database, found)
    # the first press is taken; Odoo tells who presses later that the action is at work
    refused = [answer for answer in answers if answer is not True]
    assert len(refused) < len(answers)
    assert all("already executing" in str(answer) for answer in refused), refused
    met = [block for block in faults if any(text in block for text in MEETINGS)]
    tell(
        f"{len(answers)} presses, {len(refused)} refused; {len(met)} lines of meetings"
    )
    assert faults == met, "\n".join(set(faults) - set(met))


#: Once a contact is open, the engine cannot write that it got on, nor that a run ended.
BREAK_PULSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM crl_touchpoint WHERE state = 'open') THEN
        RAISE EXCEPTION 'no pulse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE UPDATE OF date_progress, date_end ON crl_heartbeat
    FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def test_a_run_that_raises_after_part_of_its_work(database):
    """A run raises outside of all jobs, when its first batch is committed. The next
    goes on behind it, and what is done is done once."""
    found = prepare(database, CUSTOMERS)
    due = found["due"]
    failures = "SELECT failure_count FROM ir_cron WHERE id = %s"
    server = Server(database, "--no-http", cron_threads=1)
    with running(server):
        database.sql(BREAK_PULSE)
        seen = []
        while len(seen) < 6 and len(due) not in seen:
            server.run_cron(seconds=PATIENCE)
            check_exactly_once(database, found, finished=False)
            seen.append(opened(database, due))
        tell(f"opened after each run that raised: {seen}")
        assert 0 < seen[0] < len(due) == seen[-1]
        assert database.one(failures, database.ref(PUMP)) == len(seen)

        database.sql("DROP TRIGGER refuse ON crl_heartbeat")
        server.run_cron(seconds=PATIENCE)
        assert database.one(failures, database.ref(PUMP)) == 0
        assert database.one("SELECT date_end >= date_start FROM crl_heartbeat")
    check_exactly_once(database, found)
    with server.log.open(errors="replace") as lines:
        faults = logscan.scan(lines).faults
    assert faults and all("no pulse" in block for block in faults), "\n".join(faults)
