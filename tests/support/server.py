"""Real Odoo servers on databases of their own, to look at and to do harm to.

Everything stays on this machine: the servers listen on 127.0.0.1, PostgreSQL on the
socket of the bootstrap, and mail goes to a server of the test.
"""

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress

import psutil
import psycopg2
import requests

from bootstrap import odoo, postgres, settings

ADDON = "crl_retention"
PUMP = "ir_cron_run"
RESULT = "RESULT:"
#: Seconds to wait for what takes a few: the machine may have other work.
PATIENCE = 300


def wait_for(condition, seconds, what):
    """Poll until ``condition()`` is true and return its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def database_server():
    """The PostgreSQL server, with its client programs also when it is private."""
    if os.environ.get("PGHOST"):
        private = postgres.private_cluster()
        if os.environ["PGHOST"] == str(private.socket):
            return private.start()
    return postgres.ensure()


class Database:
    """A database with the addon, asked by SQL and by scripts."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.label = name.split("_", 3)[-1]
        self._connection = None

    @property
    def connection(self):
        if self._connection is None:
            self._connection = psycopg2.connect(
                dbname=self.name,
                host=self.server.host,
                port=self.server.port,
                user=self.server.user,
                password=self.server.password or None,
            )
            self._connection.autocommit = True
        return self._connection

    def sql(self, statement, *values):
        """Run a statement; return its rows, if it gives any."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement, *values):
        [row] = self.sql(statement, *values)
        return row[0]

    @contextmanager
    def snapshot(self):
        """See one moment in all statements, whatever others write meanwhile."""
        self.sql("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            yield
        finally:
            self.sql("ROLLBACK")

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ref(self, xmlid):
        module, __, name = xmlid.rpartition(".")
        return self.one(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
            module or ADDON,
            name,
        )

    def run(self, script, *options):
        """Run a script in ``odoo shell``; return what it leaves in ``result``."""
        script += f"\nenv.cr.commit()\nimport json\nprint({RESULT!r} + json.dumps("
        script += "globals().get('result')))\n"
        done = subprocess.run(
            odoo.command(
                ["shell", "-d", self.name, "--no-http", "--log-level=error"]
                + ["--max-cron-threads=0", "--shell-interface=python", *options]
            ),
            input=f"exec({script!r})\n",
            env=odoo.environ(self.server),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )
        for line in done.stdout.splitlines():
            if RESULT in line:
                return json.loads(line.partition(RESULT)[2])
        raise AssertionError(f"The script failed:\n{done.stdout}\n{done.stderr}")

    def only_cron(self, *xmlids):
        """Let only these scheduled actions run, and only when asked."""
        self.sql("DELETE FROM ir_cron_trigger")
        self.sql(
            """UPDATE ir_cron SET active = id = ANY(%s),
                      nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'""",
            [self.ref(xmlid) for xmlid in xmlids],
        )

    def trigger(self, xmlid=PUMP):
        """Ask for a run of a scheduled action, as Odoo's own ``_trigger()`` does."""
        self.sql(
            """INSERT INTO ir_cron_trigger (cron_id, call_at)
               VALUES (%s, now() AT TIME ZONE 'UTC' - interval '1 second')""",
            self.ref(xmlid),
        )

    def is_idle(self, xmlid=PUMP):
        """Whether a scheduled action has nothing more to run now."""
        return not self.one(
            """SELECT count(*) FROM ir_cron_trigger
                WHERE cron_id = %s AND call_at <= now() AT TIME ZONE 'UTC'""",
            self.ref(xmlid),
        )

    def notify(self):
        """Wake the scheduler up, which else looks once a minute.

        It listens on the database ``postgres``, wherever its jobs are.
        """
        connection = psycopg2.connect(
            dbname="postgres",
            host=self.server.host,
            port=self.server.port,
            user=self.server.user,
            password=self.server.password or None,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.name])
        finally:
            connection.close()


class Server:
    """One Odoo server process on a database."""

    def __init__(self, database, *options, cron_threads=0, smtp_port=1):
        self.database = database
        self.port = odoo.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = [
            *("-d", database.name, f"--db-filter=^{database.name}$"),
            f"--http-port={self.port}",
            f"--max-cron-threads={cron_threads}",
            *("--smtp=127.0.0.1", f"--smtp-port={smtp_port}"),
            *options,
        ]
        settings.LOGS.mkdir(parents=True, exist_ok=True)
        self.log = settings.LOGS / f"server-{database.label}.log"
        self.process = None

    def start(self):
        """Start the process and wait until it answers."""
        self.process = odoo.spawn(self.database.server, self.options, self.log)
        wait_for(self.answers, PATIENCE, "Odoo did not answer")
        return self

    def answers(self):
        """Whether it serves pages, where it is to serve any."""
        if self.process.poll() is not None:
            raise AssertionError(f"Odoo ended:\n{self.tail()}")
        if "--no-http" in self.options:
            return True
        try:
            return requests.get(f"{self.url}/web/health", timeout=5).ok
        except requests.RequestException:
            return False

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """End the process as a power cut would, and all it had started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_workers(self):
        """Kill the workers of a prefork server, whose master starts others."""
        for worker in psutil.Process(self.process.pid).children():
            # one that ended meanwhile is gone as well
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def run_cron(self, xmlid=PUMP, seconds=PATIENCE):
        """Run a scheduled action once, and wait until it has done all it had to."""
        self.database.trigger(xmlid)
        self.wait_cron(lambda: self.database.is_idle(xmlid), seconds, xmlid)

    def wait_cron(self, condition, seconds, what):
        """Wake the scheduler now and then until ``condition()``."""
        woken = 0.0

        def ask():
            nonlocal woken
            if time.monotonic() - woken > 1:
                self.database.notify()
                woken = time.monotonic()
            return condition()

        return wait_for(ask, seconds, what)

    def session(self, login, password):
        return Session(self, login, password)


class Session:
    """A user's session, as the web client has one."""

    def __init__(self, server, login, password):
        self.server = server
        self.http = requests.Session()
        answer = self._post(
            "/web/session/authenticate",
            db=server.database.name,
            login=login,
            password=password,
        )
        self.uid = answer["uid"]

    def _post(self, path, **params):
        answer = self.http.post(
            self.server.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=PATIENCE,
        ).json()
        if "error" in answer:
            raise AssertionError(answer["error"]["data"]["message"])
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    @property
    def id(self):
        return self.http.cookies["session_id"]


@contextmanager
def running(*servers):
    """Start servers and stop them whatever happens."""
    try:
        for server in servers:
            server.start()
        yield servers[0]
    finally:
        for server in servers:
            server.stop()
