"""Servers that are killed: nothing may be lost, nothing done twice."""

import random
import time

from bootstrap import logscan
from tests.support.oracle import (
    MAIL_QUEUE,
    bury,
    check_exactly_once,
    doubled,
    get_stuck,
    keep_asking,
    let_be_due,
    let_none_be_due,
    opened,
    prepare,
    tell,
    wait_stuck,
)
from tests.support.server import PATIENCE, PUMP, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

KILLS = 10
CUSTOMERS = 1000
#: Contacts that fall due before each kill but the first.
PORTION = CUSTOMERS // KILLS
HELPER = "ir_cron_help"
#: Workers can be killed without the server: the next is there at once.
PREFORK = ("--workers=1", "--no-http")


def test_killed_ten_times_at_random(database):
    """kill -9 of both cron workers in the middle of batches and between them, in the
    end of the whole server, over 2,000 due contacts."""
    seed = random.randrange(10**6)
    tell(f"seed {seed}")
    chance = random.Random(seed)
    found = prepare(database, CUSTOMERS, HELPER)
    due = found["due"]
    assert len(due) == 2 * CUSTOMERS
    let_none_be_due(database, due)

    seen, stuck = [0], 0
    server = Server(database, *PREFORK, cron_threads=2)
    with running(server):
        for kill in range(KILLS):
            # a batch of the usual size first, and however fast a server is, something
            # is left for each kill
            end = CUSTOMERS + kill * PORTION
            portion = due[end - PORTION if kill else 0 : end]
            if kill < 2 or chance.random() < 0.5:
                # in the middle of a batch
                other = get_stuck(server, portion)
                stuck += 1
            else:
                # whatever it does when something is done since the last kill
                other = None
                let_be_due(database, portion)
                server.wait_cron(
                    keep_asking(database, lambda: opened(database, due) > seen[-1]),
                    PATIENCE,
                    f"no batch after {seen[-1]} contacts",
                )
                time.sleep(chance.uniform(0, 0.25))
            if kill < KILLS - 1:
                server.kill_workers()
            else:
                server.kill()
            if other:
                other.close()
            check_exactly_once(database, found, finished=False)
            seen.append(opened(database, due))
    tell(f"before and after each kill, {stuck} of them in a batch, were open: {seen}")
    assert seen == sorted(seen), "something that was committed is gone"

    let_be_due(database, due[end:])
    last = Server(database, "--no-http", cron_threads=2)
    with running(last):
        last.wait_cron(
            keep_asking(database, lambda: opened(database, due) == len(due)),
            PATIENCE,
            "not all opened",
        )
    check_exactly_once(database, found)


def test_runs_that_never_come_to_their_end(database, mailbox):
    """Each run is killed in its first batch. Odoo counts such runs, and stops trying
    after three without progress; batches shrink, so the backlog ends all the same."""
    found = prepare(database, CUSTOMERS // 10)
    due, customers = found["due"], len(found["partners"])
    let_none_be_due(database, due)
    counted = []
    server = Server(database, *PREFORK, cron_threads=1, smtp_port=mailbox.port)
    with running(server):
        other = get_stuck(server, due)
        for _kill in range(5):
            pids = wait_stuck(server)
            server.kill_workers()
            bury(database, pids)
            counted.append(
                database.one("SELECT max(timed_out_counter) FROM ir_cron_progress")
            )
        other.close()
        tell(f"runs without an end, as Odoo counts them: {counted}")
        assert max(counted) == 3
        server.wait_cron(
            keep_asking(database, lambda: opened(database, due) == len(due)),
            PATIENCE,
            "the backlog did not end",
        )
        # and out they go, one to each customer
        database.only_cron(PUMP, MAIL_QUEUE)
        server.run_cron(MAIL_QUEUE, seconds=PATIENCE)
        wait_for(lambda: len(mailbox.mails) >= customers, PATIENCE, "mails are missing")
        done = "SELECT count(*) FROM crl_touchpoint WHERE state = 'done'"
        server.wait_cron(
            keep_asking(database, lambda: database.one(done) == customers),
            PATIENCE,
            "fates were not read",
        )
        # Odoo does what it says of such runs, and nothing worse
        with server.log.open(errors="replace") as lines:
            faults = logscan.scan(lines).faults
    assert all("timed out" in block for block in faults), "\n".join(faults)
    check_exactly_once(database, found)
    addresses = [address for mail in mailbox.mails for address in mail.recipients]
    assert len(addresses) == customers and not doubled(addresses)
