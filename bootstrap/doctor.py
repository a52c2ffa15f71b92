"""``make doctor``: what was found on this machine, and why it was taken."""

import os
import platform
import shutil
import sys

from bootstrap import addons, aptconf, demo, machine, postgres, python, settings, source
from bootstrap.shell import Failure, is_root


def odoo_line():
    found = source.from_environment() or source.from_cache()
    if not found:
        return "none yet; 'make setup' fetches one"
    return f"{found.version} in {found.tree}\n{'':14}taken because: {found.origin}"


def postgres_lines():
    if not postgres.at_hand():
        yield "PostgreSQL", "none yet; 'make setup' fetches one"
        return
    server = postgres.ensure()
    version = server.sql("SHOW server_version")[0]
    durable = server.sql("SHOW fsync")[0] == "on"
    names = [
        name
        for name in server.sql("SELECT datname FROM pg_database ORDER BY 1")
        if name not in ("postgres", "template0", "template1")
    ]
    yield "PostgreSQL", f"{version}, {server.origin}"
    yield "", f"host {server.host}, user {server.user}"
    yield "", f"fsync {'on' if durable else 'off (fast, not for production)'}"
    yield "databases", ", ".join(names) or "none"


def python_line():
    own = "ready" if python.is_installed("runtime") else "not filled yet"
    return f"{platform.python_version()} ({sys.executable}); environment {own}"


def demo_line():
    note = demo.running()
    if not note:
        return "not running"
    state = "answers" if demo.answers(port=note["port"]) else "does not answer"
    return f"process {note['pid']}, port {note['port']}, {state}"


def disk_line():
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.CACHE).free / 2**30
    return f"{settings.CACHE}, {free:.0f} GB free (4 GB are needed)"


def settings_line():
    names = ("ODOO_PATH", "PGHOST", "PGPORT", "PGUSER", "PYTHON", "CI")
    given = [name for name in os.environ if name.startswith("CRL_") or name in names]
    return ", ".join(f"{name}={os.environ[name]}" for name in sorted(given)) or "none"


def lines():
    release = aptconf.os_release().get("PRETTY_NAME", platform.system())
    who = "root" if is_root() else "an ordinary user"
    yield "machine", f"{release}, {os.cpu_count()} cores, run as {who}"
    yield "settings", settings_line()
    yield "cache", disk_line()
    yield "Python", python_line()
    yield "Odoo", odoo_line()
    yield from postgres_lines()
    yield "browser", machine.browser() or "none: browser tests will be skipped"
    yield "CJK fonts", "yes" if machine.has_cjk_fonts() else "none"
    yield "Node.js", shutil.which("node") or "none: XML and JS format is not checked"
    yield "addons", ", ".join(addons.names()) or "none"
    yield "demo", demo_line()


def report():
    """Print what there is; a part that fails is told and does not hide the others."""
    code = 0
    parts = lines()
    while True:
        try:
            label, text = next(parts)
        except StopIteration:
            return code
        except Failure as failure:
            print(f"{'':12}  {failure}")
            return 1
        print(f"{label:12}  {text}")
