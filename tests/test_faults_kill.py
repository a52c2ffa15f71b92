"""Servers that are killed: nothing may be lost, nothing done twice."""

import random
import time

from bootstrap import logscan
from tests.support.oracle import (
    MAIL_QUEUE,
    PATIENCE,
    at_work,
    check_exactly_once,
    doubled,
    keep_asking,
    opened,
    prepare,
    tell,
)
from tests.support.server import PUMP, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

KILLS = 10
CUSTOMERS = 1000
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

    seen = [0]
    server = Server(database, *PREFORK, cron_threads=2)
    with running(server):
        while len(seen) <= KILLS and seen[-1] < len(due):
            # the first two at once: then batches are small enough for all the kills;
            # later with nothing done since the last kill, or something
            at_once = len(seen) <= 2
            early = at_once or seen[-1] > CUSTOMERS or chance.random() < 0.5
            level = seen[-1] + (not early)
            server.wait_cron(
                keep_asking(
                    database,
                    lambda level=level: (
                        at_work(database)
                        and opened(database, due) >= level
                        or opened(database, due) == len(due)
                    ),
                ),
                PATIENCE,
                f"no batch after {level} contacts",
            )
            time.sleep(0 if at_once else chance.uniform(0, 0.25))
            if len(seen) < KILLS:
                server.kill_workers()
            else:
                server.kill()
            check_exactly_once(database, found, finished=False)
            seen.append(opened(database, due))
    tell(f"{len(seen) - 1} kills, before and after each were open: {seen}")
    assert len(seen) > KILLS // 2, "killed too late"
    assert seen == sorted(seen), "something that was committed is gone"

    last = Server(database, "--no-http", cron_threads=2)
    with running(last):
        last.wait_cron(
            keep_asking(database, lambda: opened(database, due) == len(due)),
            PATIENCE,
            "not all opened",
        )
    check_exactly_once(database, found)


def test_runs_that_never_come_to_their_end(database, mailbox):
    """Each run is killed as soon as its first batch has begun. Odoo counts such runs,
    and stops trying after three without progress; batches shrink, so the backlog
    ends all the same."""
    found = prepare(database, CUSTOMERS // 10)
    due, customers = found["due"], len(found["partners"])
    counted = []
    server = Server(database, *PREFORK, cron_threads=1, smtp_port=mailbox.port)
    with running(server):
        for _kill in range(5):
            server.wait_cron(
                keep_asking(database, lambda: at_work(database)), PATIENCE, "no batch"
            )
            server.kill_workers()
            counted.append(
                database.one("SELECT max(timed_out_counter) FROM ir_cron_progress")
            )
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
