"""PostgreSQL stops as in a power cut in the middle of batches, for 10 s and for 1 s.

The cluster is the test's own and waits for the disk, as a real one does.
"""

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from bootstrap import databases, odoo, postgres, settings
from bootstrap.cluster import Cluster, service_account
from bootstrap.shell import must
from tests.support.oracle import (
    check_exactly_once,
    get_stuck,
    keep_asking,
    let_be_due,
    let_none_be_due,
    opened,
    prepare,
    tell,
)
from tests.support.server import PATIENCE, Database, Server, running, wait_for
from tests.support.tools import load

pytest_plugins = ["tests.support.fixtures"]

CUSTOMERS = 90
#: Contacts that fall due at once: some before each outage, and some in it.
PORTION = 2 * CUSTOMERS // 3
#: So that Odoo can answer without a database, too.
WITHOUT_DATABASE = "--load=base,rpc,web,crl_retention"
#: What a threaded server writes when nothing will be run by it any more.
DEATH = "Exception in thread odoo.service.cron"


@pytest.fixture
def own_cluster():
    """A cluster nobody else uses, with fsync."""
    bindir = postgres.private_cluster().bindir
    account = service_account()
    base = Path(tempfile.mkdtemp(prefix="crl-pg-"))
    base.chmod(0o755)
    cluster = Cluster(bindir, base, account, f"faults-{os.getpid()}")
    with pytest.MonkeyPatch.context() as durable:
        durable.setenv("CRL_PG_DURABLE", "1")
        try:
            server = cluster.start()
            known = "SELECT 1 FROM pg_settings WHERE name = 'recovery_init_sync_method'"
            if server.sql(known):
                # else it is out for longer than we say, to look at each of its files
                server.sql("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
            yield cluster
        finally:
            cluster.stop()
            shutil.rmtree(base, ignore_errors=True)
            shutil.rmtree(cluster.socket, ignore_errors=True)


@pytest.fixture
def twins(own_cluster, database_server, base_database):
    """Two databases on that cluster with the same contacts, and which these are."""
    server = own_cluster.server()
    threaded, prefork = (
        Database(server, f"crl_test_{os.getpid()}_{kind}")
        for kind in ("threaded", "prefork")
    )
    for database in (threaded, prefork):
        (settings.LOGS / f"server-{database.label}.log").unlink(missing_ok=True)
    move(database_server, base_database, threaded)
    found = prepare(threaded, CUSTOMERS)
    let_none_be_due(threaded, found["due"])
    threaded.close()
    databases.copy(server, threaded.name, prefork.name)
    # PostgreSQL forgets in a crash how far the sequences of a fresh copy have gone
    server.sql("CHECKPOINT")
    yield threaded, prefork, found
    for database in (threaded, prefork):
        database.close()
        databases.drop(server, database.name)


def move(origin, name, target):
    """Copy a database to another cluster."""
    with tempfile.TemporaryDirectory(prefix="crl-dump-") as folder:
        dump = Path(folder) / "base.dump"
        must(
            [origin.client("pg_dump"), "-Fc", "-Z0", "-f", dump, name],
            "The database could not be saved.",
            env=origin.environ(),
        )
        must(
            [target.server.client("createdb"), target.name],
            "The database could not be made.",
            env=target.server.environ(),
        )
        must(
            [target.server.client("pg_restore"), "--no-owner", "-d", target.name, dump],
            "The database could not be restored.",
            env=target.server.environ(),
        )
    if databases.filestore(name).is_dir():
        shutil.copytree(databases.filestore(name), databases.filestore(target.name))


def health(server):
    """The code and the answer of ``/crl/health``; 0 when the server is gone."""
    try:
        answer = requests.get(f"{server.url}/crl/health", timeout=60)
    except requests.RequestException:
        return 0, {}
    return answer.status_code, answer.json() if answer.status_code != 500 else {}


def is_green(server, found):
    """Whether a run came to its end, and health says so: not for want of time only."""
    code, answer = health(server)
    if code != 200 or answer["due"] or answer["oldest_due"]:
        return False
    return answer["last_run_ended"] >= answer["last_run_began"]


def committed(database):
    return {
        row[0]
        for row in database.sql(
            "SELECT id FROM crl_touchpoint WHERE state NOT IN ('planned', 'cancelled')"
        )
    }


def portion(found, number):
    """The contacts that are due next."""
    return found["due"][number * PORTION : (number + 1) * PORTION]


def outage(cluster, servers, found, number, seconds):
    """Cut the power of PostgreSQL in the middle of a batch of each server, and turn it
    on again."""
    others = [get_stuck(server, portion(found, number)) for server in servers]
    before = [committed(server.database) for server in servers]
    must(
        cluster.program("pg_ctl", "-D", cluster.data, "-m", "immediate", "-w", "stop"),
        "PostgreSQL was not stopped.",
        cwd="/",
    )
    begun = time.monotonic()
    for server, other in zip(servers, others, strict=True):
        other.close()
        server.database.close()
        code, _answer = health(server)
        tell(f"{server.database.label}: health is {code} without a database")
        assert code in (503, 0)
    time.sleep(max(0, seconds - (time.monotonic() - begun)))
    cluster.start()
    for server, ids in zip(servers, before, strict=True):
        check_exactly_once(server.database, found, finished=False)
        now = committed(server.database)
        tell(
            f"{server.database.label}, {seconds} s: {len(ids)} of {len(found['due'])} "
            f"were done, {len(ids - now)} of them lost, then {len(now)}"
        )
        assert ids <= now, "what was committed is gone"


def is_dead(server):
    """Whether nothing will ever be run by a server: it has ended, or Odoo's thread."""
    if server.process.poll() is not None:
        return True
    text = server.tail(10**6)
    return DEATH in text.rpartition("HTTP service (werkzeug) running")[2]


def restart(server):
    """Start a server anew, as a supervisor does, or whoever is told by health."""
    tell(f"{server.database.label} is started again")
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()


def supervise(server, condition):
    """Wait for what a server is to do, and start it again each time it has ended."""

    def done():
        if is_dead(server):
            restart(server)
        return condition()

    asking = keep_asking(server.database, done)
    server.wait_cron(asking, PATIENCE, "the backlog is not worked off")


def finish(server, found):
    """Let a server work off its backlog and show green."""
    database = server.database
    supervise(server, lambda: opened(database, found["due"]) == len(found["due"]))
    check_exactly_once(database, found)
    errors = "SELECT count(*) FROM crl_touchpoint_log WHERE rule = 'error'"
    assert not database.one(errors), "a contact paid for the outage"
    server.wait_cron(lambda: is_green(server, found), PATIENCE, "health is not green")


def test_power_cuts(twins, own_cluster):
    """PostgreSQL is gone for ten seconds, then for one. A prefork server is through
    with it in the end, once its supervisor starts it again where it has ended. In a
    threaded one Odoo's cron thread is dead for good while pages go on: health must
    say so, and a restart mends it."""
    first, second, found = twins
    threaded = Server(first, WITHOUT_DATABASE, cron_threads=1)
    prefork = Server(
        second,
        WITHOUT_DATABASE,
        "--workers=1",
        f"--gevent-port={odoo.free_port()}",
        cron_threads=1,
    )
    with running(threaded, prefork):
        begun = time.monotonic()
        for server in (threaded, prefork):
            let_be_due(server.database, portion(found, 0))
            server.run_cron(seconds=PATIENCE)
            assert opened(server.database, found["due"]) == PORTION
        outage(own_cluster, [threaded, prefork], found, 1, seconds=10)
        wait_for(lambda: is_dead(threaded), PATIENCE, "the cron thread lives")
        dead = committed(first)
        # it may end at any time while it works off what was cut off
        supervise(prefork, lambda: opened(second, found["due"]) == 2 * PORTION)
        outage(own_cluster, [prefork], found, 2, seconds=1)
        finish(prefork, found)
        prefork.stop()

        # hours go by; a server that has just started would be excused
        first.close()
        first.trigger()
        first.notify()
        first.sql(
            """UPDATE crl_heartbeat SET date_start = date_start - interval '1 hour',
                      date_progress = date_progress - interval '1 hour',
                      date_end = date_end - interval '1 hour'"""
        )
        first.sql(
            """UPDATE crl_touchpoint SET date_due = date_due - interval '2 hours'
                WHERE state = 'planned' AND date_due IS NOT NULL"""
        )
        age = time.monotonic() - begun
        time.sleep(max(0, load("pulse").GRACE.total_seconds() + 5 - age))
        # Odoo stumbles over each connection that it does not know to be lost, once
        wait_for(lambda: health(threaded)[0] != 500, PATIENCE, "pages do not go on")
        code, answer = health(threaded)
        assert code == 503
        assert set(answer["troubles"]) == {"not_run", "behind"}
        assert committed(first) == dead
        restart(threaded)
        outage(own_cluster, [threaded], found, 2, seconds=1)
        finish(threaded, found)
