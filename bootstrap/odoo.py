"""Running Odoo commands with this repository's addons on our PostgreSQL."""

import os
import random
import socket
import subprocess
from contextlib import suppress

from bootstrap import postgres, python, settings, source
from bootstrap.shell import write_if_changed

LAUNCHER_TEXT = """\
#!/usr/bin/env python3
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""


def free_port():
    """A port nobody has now, of those the system gives to no connection meanwhile."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def addons_path(tree):
    """Odoo's addons folders that exist, then ours."""
    inside = [tree / "odoo" / "addons", tree / "addons"]
    official = [path for path in inside if (path / "web" / "__manifest__.py").exists()]
    return ",".join(str(path) for path in (*official, settings.ROOT))


def configuration(server, tree):
    """The configuration file every Odoo command reads, server or not."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    options = {
        "addons_path": addons_path(tree),
        "data_dir": settings.DATA_DIR,
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "http_interface": "127.0.0.1",
    }
    if server.password:
        options["db_password"] = server.password
    lines = ["[options]", *(f"{key} = {value}" for key, value in options.items()), ""]
    path = settings.CACHE / "odoo.conf"
    write_if_changed(path, "\n".join(lines))
    path.chmod(0o600)
    return path


def environ(server):
    """The environment of an Odoo process."""
    tree = source.ensure().path
    env = server.environ()
    env["ODOO_RC"] = str(configuration(server, tree))
    env["PYTHONPATH"] = str(tree)
    env["PATH"] = os.pathsep.join((str(settings.VENV / "bin"), env.get("PATH", "")))
    return env


def is_server(arguments):
    """Tell the server command (the default one) from the others."""
    return not arguments or arguments[0] == "server" or arguments[0].startswith("-")


def with_port(arguments):
    """Give the server a free port unless told one: several can then run at once."""
    if not is_server(arguments):
        return list(arguments)
    ports = ("-p", "--http-port", "--no-http", "-h", "--help", "--version")
    if any(item.split("=")[0] in ports for item in arguments):
        return list(arguments)
    return [*arguments, f"--http-port={free_port()}"]


def command(arguments):
    """The command line of Odoo; a launcher file, because prefork runs itself again."""
    write_if_changed(settings.LAUNCHER, LAUNCHER_TEXT)
    return [str(settings.VENV / "bin" / "python"), str(settings.LAUNCHER), *arguments]


def prepare():
    """Everything an Odoo command needs; returns the database server."""
    python.ensure()
    source.ensure()
    return postgres.ensure()


def execute(arguments):
    """Become an Odoo process."""
    server = prepare()
    line = command(with_port(arguments))
    os.execve(line[0], line, environ(server))


def call(server, arguments, log):
    """Run an Odoo command to its end, output in a file; return its exit code."""
    with open(log, "w") as output:
        return subprocess.call(
            command(arguments),
            env=environ(server),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=settings.ROOT,
        )


def spawn(server, arguments, log):
    """Start an Odoo command that outlives us."""
    with open(log, "a") as output:
        return subprocess.Popen(
            command(arguments),
            env=environ(server),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=settings.ROOT,
            start_new_session=True,
        )
