"""The demo: a database with demo data, served in the background."""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

from bootstrap import addons, databases, odoo, settings
from bootstrap.shell import Failure, say, tail, write_if_changed

PID_FILE = settings.CACHE / "demo.pid"
STATE_FILE = settings.CACHE / "demo.json"
LOG = settings.LOGS / "demo.log"
START_TIMEOUT = 120
INTERFACE = os.environ.get("CRL_INTERFACE") or "127.0.0.1"


def url(port=settings.DEMO_PORT):
    return f"http://localhost:{port}"


def answers(path="/web/health", port=settings.DEMO_PORT, timeout=5):
    """Tell whether an Odoo answers on a port."""
    try:
        with urllib.request.urlopen(url(port) + path, timeout=timeout) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def port_is_free():
    """Tell whether nobody listens on the demo's port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", settings.DEMO_PORT)) != 0


def running():
    """The process number of our server, if it is still ours and alive."""
    if not PID_FILE.is_file():
        return None
    note = json.loads(PID_FILE.read_text())
    try:
        words = Path(f"/proc/{note['pid']}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    return note if str(settings.LAUNCHER).encode() in words else None


def stop():
    """Stop the demo server, gently first."""
    note = running()
    if note:
        for signum, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
            os.kill(note["pid"], signum)
            limit = time.monotonic() + patience
            while running() and time.monotonic() < limit:
                time.sleep(0.1)
            if not running():
                break
        say("The demo server is stopped")
    PID_FILE.unlink(missing_ok=True)
    return bool(note)


def wanted_state():
    """What the database should hold: each addon with the hash of its files."""
    selected = addons.names(with_tests=False)
    return {name: addons.fingerprint(name) for name in selected}


def noted_state():
    if not STATE_FILE.is_file():
        return {}
    return json.loads(STATE_FILE.read_text()).get(settings.DEMO_DB, {})


def note_state(state):
    notes = json.loads(STATE_FILE.read_text()) if STATE_FILE.is_file() else {}
    notes[settings.DEMO_DB] = state
    write_if_changed(STATE_FILE, json.dumps(notes, indent=2))


def create(server, state):
    """Make the demo database anew."""
    selected = list(state)
    base = databases.template(server, addons.dependencies(selected), demo=True)
    say(f"Installing {', '.join(selected)} with demo data")
    databases.copy(server, base, settings.DEMO_DB)
    databases.install(server, settings.DEMO_DB, selected, demo=True)


def upgrade(server, old, new):
    """Bring changed addons up to date and install added ones."""
    changed = [name for name in new if name in old and new[name] != old[name]]
    added = [name for name in new if name not in old]
    if not changed and not added:
        return
    say(f"Upgrading {', '.join(changed + added)}")
    databases.install(server, settings.DEMO_DB, added, update=changed, demo=True)


def refresh_database(server):
    """Create or upgrade the database; tell whether anything was done."""
    new = wanted_state()
    if not new:
        raise Failure("No addon was found at the root of the repository.")
    if not databases.exists(server, settings.DEMO_DB):
        action = create, (server, new)
    elif noted_state() != new:
        action = upgrade, (server, noted_state(), new)
    else:
        return False
    stop()
    function, arguments = action
    function(*arguments)
    note_state(new)
    return True


def serve(server):
    """Start the server and wait until it answers."""
    if answers() or not port_is_free():
        raise Failure(
            f"Port {settings.DEMO_PORT} is taken: choose another, "
            "such as 'make demo PORT=8070'."
        )
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    arguments = ["-d", settings.DEMO_DB, f"--http-port={settings.DEMO_PORT}"]
    arguments += [f"--http-interface={INTERFACE}", "--no-database-list"]
    process = odoo.spawn(server, arguments, LOG)
    note = {
        "pid": process.pid,
        "port": settings.DEMO_PORT,
        "database": settings.DEMO_DB,
    }
    PID_FILE.write_text(json.dumps(note))
    limit = time.monotonic() + START_TIMEOUT
    while time.monotonic() < limit:
        if answers("/web/login"):
            return
        if process.poll() is not None:
            break
        time.sleep(0.3)
    last = tail(LOG.read_text(errors="replace"))
    raise Failure(f"The demo did not start; the end of {LOG}:\n{last}")


def can_log_in(login):
    """Try whether a user's password equals the login, as demo users' do."""
    params = {"db": settings.DEMO_DB, "login": login, "password": login}
    request = urllib.request.Request(
        url() + "/web/session/authenticate",
        data=json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return bool(json.load(reply).get("result", {}).get("uid"))
    except (urllib.error.URLError, OSError, ValueError):
        return False


def logins(server):
    """Demo users whose password is their login, found by logging in."""
    candidates = server.sql(
        "SELECT login FROM res_users WHERE active AND NOT share AND id > 1 ORDER BY id",
        settings.DEMO_DB,
    )
    return [login for login in candidates[:20] if can_log_in(login)]


def start():
    """``make demo``: bring everything up to date, serve it, and tell where."""
    begun = time.monotonic()
    server = odoo.prepare()
    changed = refresh_database(server)
    note = running()
    same_port = note and note["port"] == settings.DEMO_PORT
    same = same_port and note["database"] == settings.DEMO_DB
    if not (same and not changed and answers()):
        stop()
        serve(server)
    usable = logins(server)
    print(f"The demo is served at {url()}/odoo ({time.monotonic() - begun:.0f} s)")
    print(
        f"Log in with one of these names, the password is the same: {', '.join(usable)}"
    )
    print("Stop it with 'make stop'.")
