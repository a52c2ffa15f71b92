"""A private PostgreSQL cluster on a unix socket.

It listens on no network address and trusts whoever can open its socket, which lies in
a folder only its owner can enter. PostgreSQL refuses to run as root, so root hands it
to an unprivileged account, which must be able to walk down to the cluster.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bootstrap import settings
from bootstrap.server import Server
from bootstrap.shell import Failure, is_root, run, say, tail

SUPERUSER = "odoo"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107


def service_account():
    """The account PostgreSQL runs as: ourselves, or an unprivileged one for root."""
    if not is_root():
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure(
        "PostgreSQL does not run as root, and there is no account 'postgres' or "
        "'nobody' to run it: start this as an ordinary user."
    )


def as_account(account, command):
    """The command line that runs ``command`` as the service account."""
    command = [str(part) for part in command]
    if account.pw_uid == os.geteuid():
        return command
    return ["runuser", "-u", account.pw_name, "--", *command]


def can_reach(account, folder):
    """Tell whether the account can walk down to a folder."""
    done = run(as_account(account, ["test", "-x", folder]), cwd="/")
    return done.returncode == 0


def private_folder(path, account):
    """Make a folder only the service account can enter, or refuse a stranger's."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = path.lstat().st_uid
    if path.is_symlink() or owner not in (os.geteuid(), account.pw_uid):
        raise Failure(
            f"The folder {path} belongs to somebody else: remove it and try again."
        )
    if owner != account.pw_uid:
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)
    return path


def base_folder(account):
    """Where the cluster lives: in the cache, or where the account can get to it."""
    inside = settings.CACHE / "pg"
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    if can_reach(account, settings.CACHE):
        inside.mkdir(exist_ok=True)
        return inside
    outside = Path("/var/tmp", f"crl-pg-{settings.folder_key()}")
    outside.mkdir(mode=0o755, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid != os.geteuid():
        raise Failure(
            f"The folder {outside} belongs to somebody else: remove it and try again."
        )
    return outside


def socket_folder(base, account, label):
    """A folder for the socket whose path the kernel can still hold."""
    near = base / f"run-{label}"
    if len(str(near / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return private_folder(near, account)
    parent = Path(tempfile.gettempdir())
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir() and not is_root():
        parent = Path(runtime)
    return private_folder(parent / f"crl-{settings.folder_key()}-{label}", account)


class Cluster:
    """A private cluster made with one set of server programs."""

    def __init__(self, bindir, base, account, label):
        self.bindir = Path(bindir)
        self.base = base
        self.account = account
        self.label = label
        self.data = base / f"data-{label}"
        self.socket = socket_folder(base, account, label)
        self.log = self.socket / "server.log"

    def program(self, name, *arguments):
        return as_account(self.account, [self.bindir / name, *arguments])

    def server(self):
        return Server(
            host=str(self.socket),
            port="5432",
            user=SUPERUSER,
            bindir=str(self.bindir),
            origin=f"private cluster, PostgreSQL {self.label} ({self.data})",
        )

    def configuration(self):
        """All options in the file: one given on a command line is lost at a restart."""
        durable = os.environ.get("CRL_PG_DURABLE") == "1"
        switch = "on" if durable else "off"
        return "\n".join(
            (
                "listen_addresses = ''",
                "port = 5432",
                f"unix_socket_directories = '{self.socket}'",
                "unix_socket_permissions = 0700",
                "max_connections = 200",
                "shared_buffers = 256MB",
                "work_mem = 16MB",
                "maintenance_work_mem = 128MB",
                "max_wal_size = 2GB",
                "jit = off",
                "timezone = 'UTC'",
                "log_min_messages = warning",
                f"fsync = {switch}",
                f"full_page_writes = {switch}",
                f"synchronous_commit = {switch}",
                "",
            )
        )

    def create(self):
        say(f"Creating a private PostgreSQL cluster ({self.label})")
        private_folder(self.data, self.account)
        options = ["-D", self.data, "-U", SUPERUSER, "--auth=trust"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = run(self.program("initdb", *options), cwd="/")
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Failure(
                f"PostgreSQL could not create its cluster:\n{tail(done.stdout)}"
            )

    def configure(self):
        """Bring the configuration up to date; tell whether it changed."""
        path = self.data / "postgresql.conf"
        text = self.configuration()
        done = run(as_account(self.account, ["cat", path]), cwd="/")
        if done.returncode == 0 and done.stdout == text:
            return False
        path.write_text(text)
        if is_root():
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return True

    def running(self):
        return (
            run(self.program("pg_ctl", "-D", self.data, "status"), cwd="/").returncode
            == 0
        )

    def start(self):
        """Start the server unless it runs; the data outlive it."""
        if not (self.data / "PG_VERSION").exists():
            self.create()
        changed = self.configure()
        if self.running():
            if changed:
                run(self.program("pg_ctl", "-D", self.data, "reload"), cwd="/")
            if (self.socket / SOCKET_NAME).exists():
                return self.server()
            self.stop()
        options = ["-D", self.data, "-w", "-t", "60", "-l", self.log, "start"]
        begun = time.monotonic()
        # The server inherits pg_ctl's output: a pipe would never come to its end.
        code = subprocess.call(
            self.program("pg_ctl", *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        if code:
            last = tail(self.log.read_text()) if self.log.exists() else ""
            raise Failure(f"PostgreSQL did not start; its log says:\n{last}")
        say(f"PostgreSQL {self.label} started in {time.monotonic() - begun:.1f} s")
        return self.server()

    def stop(self):
        run(
            self.program("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop"), cwd="/"
        )
