"""A backlog worked off by processes of their own: one lane, two, a prefork server."""

import subprocess
import sys
import time

import psutil

from bootstrap import postgres

CALL = "crl_retention.step_m1_call"


def work(name):
    """One lane, in a process of its own: opens what is due until nothing is left.

    Waits for a line of input, so that lanes begin together. Prints how many contacts
    it opened, and by how many MB it grew after its first batch.
    """
    from bench.run import environment

    env = environment(name)
    # the addon is found once the environment is there
    from odoo.addons.crl_retention.models.crl_engine import BATCH

    engine, process = env["crl.engine"], psutil.Process()
    env["crl.touchpoint"]._get_last_words()
    print("ready", flush=True)
    sys.stdin.readline()
    total, first = 0, 0
    while handled := engine._run_batch("crl.touchpoint", "_open_due", BATCH):
        env.cr.commit()
        env.invalidate_all()
        total += handled
        first = first or process.memory_info().rss
    print(total, (process.memory_info().rss - first) // 2**20, flush=True)
    env.cr.close()


def run(name, lanes):
    """Seconds that so many lanes take from the first claim to the last commit, the
    contacts each opened, and the most MB one grew."""
    command = [sys.executable, "-m", "bench.lanes", name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers = [
        subprocess.Popen(command, stderr=subprocess.DEVNULL, **pipes)
        for _number in range(lanes)
    ]
    for worker in workers:
        while worker.stdout.readline().strip() != "ready":
            assert worker.poll() is None, "a lane came to nothing"
    begun = time.perf_counter()
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    lines = [worker.stdout.readline().split() for worker in workers]
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.communicate()
    return seconds, [int(line[0]) for line in lines], max(int(i[1]) for i in lines)


def measure(bench, contacts):
    """One lane, then two, each with as many due contacts of customers of its own."""
    found = {}
    for lanes in (1, 2):
        partners = bench.make_customers(f"lanes{lanes}", contacts)
        bench.enroll(partners)
        bench.make_due(partners, CALL)
        seconds, opened, grown = run(bench.env.cr.dbname, lanes)
        bench.env.invalidate_all()
        bench.check(f"calls opened by {lanes}", sum(opened), contacts)
        found[f"{lanes} workers"] = {
            "contacts": contacts,
            "seconds": round(seconds, 2),
            "opened": opened,
            "grown_mb": grown,
        }
    found["ratio"] = round(
        found["1 workers"]["seconds"] / found["2 workers"]["seconds"], 2
    )
    return found


def serve(bench, contacts):
    """A prefork server with Odoo's own limits works off as many due contacts.

    :returns: seconds, how many are open then, and how often a limit ended a worker
    """
    from tests.support.server import PUMP, Database, Server, running, wait_for

    partners = bench.make_customers("serve", contacts)
    bench.enroll(partners)
    bench.make_due(partners, CALL)
    database = Database(postgres.ensure(), bench.env.cr.dbname)
    database.only_cron(PUMP, "ir_cron_help")
    due = "SELECT count(*) FROM crl_touchpoint WHERE state = 'planned' AND date_due < "
    due += "now() AT TIME ZONE 'UTC'"
    server = Server(database, "--workers=2", cron_threads=2)
    with running(server):
        begun = time.perf_counter()
        database.trigger()
        wait_for(
            lambda: (database.notify(), time.sleep(1), not database.one(due))[-1],
            3600,
            "the backlog did not end",
        )
        seconds = time.perf_counter() - begun
    database.close()
    bench.env.invalidate_all()
    calls = bench.touchpoints(partners, CALL)
    log = server.log.read_text(errors="replace")
    return {
        "contacts": contacts,
        "seconds": round(seconds, 1),
        "opened": len(calls.filtered(lambda call: call.state == "open")),
        "killed": log.count("time limit (") + log.count(" timeout after "),
    }


if __name__ == "__main__":
    work(sys.argv[1])
