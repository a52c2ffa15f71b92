"""Servers that are killed: nothing may be lost, nothing done twice."""

import random
import time

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


def test_killed_ten_times_at_random(database):
    """kill -9 in the middle of batches, between them, and early again and again, over
    2,000 due contacts."""
    seed = random.randrange(10**6)
    tell(f"seed {seed}")
    chance = random.Random(seed)
    found = prepare(database, CUSTOMERS)
    due = found["due"]
    assert len(due) == 2 * CUSTOMERS

    # how much is to be done at least before each kill, and how long after that
    levels = sorted(chance.randrange(700) for _kill in range(KILLS))
    seen = []
    for level in levels:
        server = Server(database, cron_threads=2)
        with running(server):
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
            time.sleep(chance.uniform(0, 0.25))
            server.kill()
        wait_for(lambda: not at_work(database), 30, "PostgreSQL did not roll back")
        seen.append(opened(database, due))
        if seen[-1] == len(due):
            break  # a fast machine
        check_exactly_once(database, found, finished=False)
    assert len(seen) > KILLS // 2, "killed too late"
    tell(f"{len(seen)} kills, after each were open: {seen}")
    assert seen == sorted(seen), "something that was committed is gone"

    last = Server(database, cron_threads=2)
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
    tries = "SELECT max(timed_out_counter) FROM ir_cron_progress"
    counted = []
    for _kill in range(5):
        server = Server(database, cron_threads=1)
        with running(server):
            server.wait_cron(
                keep_asking(database, lambda: at_work(database)), PATIENCE, "no batch"
            )
            server.kill()
        counted.append(database.one(tries))
        if opened(database, due) == len(due):
            break
    tell(f"runs without an end, as Odoo counts them: {counted}")
    assert max(counted) >= 2
    last = Server(database, cron_threads=1, smtp_port=mailbox.port)
    with running(last):
        last.wait_cron(
            keep_asking(database, lambda: opened(database, due) == len(due)),
            PATIENCE,
            "the backlog did not end",
        )
        check_exactly_once(database, found)
        # and out they go, one to each customer
        database.only_cron(PUMP, MAIL_QUEUE)
        last.run_cron(MAIL_QUEUE, seconds=PATIENCE)
        wait_for(lambda: len(mailbox.mails) >= customers, PATIENCE, "mails are missing")
        done = "SELECT count(*) FROM crl_touchpoint WHERE state = 'done'"
        last.wait_cron(
            keep_asking(database, lambda: database.one(done) == customers),
            PATIENCE,
            "fates were not read",
        )
    check_exactly_once(database, found)
    addresses = [address for mail in mailbox.mails for address in mail.recipients]
    assert len(addresses) == customers and not doubled(addresses)
