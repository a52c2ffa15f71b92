"""``make doctor``: what was found on this machine, and why it was taken."""

import os
import platform
import shutil
import sys

from bootstrap import addons, aptconf, demo, machine, postgres, python, settings, source
from bootstrap.shell import Failure, is_root


def machine_text():
    release = aptconf.os_release().get("PRETTY_NAME", platform.system())
    who = "root" if is_root() else "an ordinary user"
    return f"{release}, {os.cpu_count()} cores, run as {who}"


def settings_text():
    names = ("ODOO_PATH", "PGHOST", "PGPORT", "PGUSER", "PYTHON", "CI")
    given = [name for name in os.environ if name.startswith("CRL_") or name in names]
    return ", ".join(f"{name}={os.environ[name]}" for name in sorted(given)) or "none"


def cache_text():
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.CACHE).free / 2**30
    return f"{settings.CACHE}, {free:.0f} GB free (4 GB are needed)"


def python_text():
    own = "ready" if python.is_installed("runtime") else "not filled yet"
    return f"{platform.python_version()} ({sys.executable}); environment {own}"


def odoo_text():
    found = source.from_environment() or source.from_cache()
    if not found:
        return "none yet; 'make setup' fetches one"
    return f"{found.version} in {found.tree}\ntaken because: {found.origin}"


def postgres_text():
    if not postgres.at_hand():
        return "none yet; 'make setup' fetches one"
    server = postgres.ensure()
    version = server.sql("SHOW server_version")[0]
    durable = server.sql("SHOW fsync")[0] == "on"
    safety = "fsync on" if durable else "fsync off: fast, not for production"
    listed = server.sql("SELECT datname FROM pg_database ORDER BY 1")
    names = [name for name in listed if not name.startswith(("postgres", "template"))]
    return (
        f"{version}, {server.origin}\n"
        f"host {server.host}, user {server.user}, {safety}\n"
        f"databases: {', '.join(names) or 'none'}"
    )


def browser_text():
    return machine.browser() or "none: browser tests will be skipped"


def fonts_text():
    return "yes" if machine.has_cjk_fonts() else "none: Chinese shows as boxes"


def node_text():
    return shutil.which("node") or "none: the format of XML and JS is not checked"


def addons_text():
    return ", ".join(addons.names()) or "none"


def demo_text():
    note = demo.running()
    if not note:
        return "not running"
    state = "answers" if demo.answers(port=note["port"]) else "does not answer"
    return f"process {note['pid']}, port {note['port']}, {state}"


PARTS = {
    "machine": machine_text,
    "settings": settings_text,
    "cache": cache_text,
    "Python": python_text,
    "Odoo": odoo_text,
    "PostgreSQL": postgres_text,
    "browser": browser_text,
    "CJK fonts": fonts_text,
    "Node.js": node_text,
    "addons": addons_text,
    "demo": demo_text,
}


def report():
    """Print what there is; a part that fails is told and does not hide the others."""
    code = 0
    for label, describe in PARTS.items():
        try:
            text = describe()
        except Failure as failure:
            text, code = str(failure), 1
        print(f"{label:12}" + text.replace("\n", "\n" + " " * 12))
    return code
