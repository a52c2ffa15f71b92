"""The PostgreSQL server to use: the one named by ``PGHOST``, or a private one.

The private one is made with the system's server programs, or with those of a Python
package where there are none (``CRL_PG=embedded`` asks for these).
"""

import os
import pwd
from pathlib import Path

from bootstrap import python, settings
from bootstrap.cluster import Cluster, base_folder, service_account
from bootstrap.server import Server
from bootstrap.shell import Failure, locked, run

OLDEST = 13
EMBEDDED = "embedded"


def external_server():
    """The server named in the environment, if one is."""
    host = os.environ.get("PGHOST")
    if not host:
        return None
    return Server(
        host=host,
        port=os.environ.get("PGPORT") or "5432",
        user=os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name,
        password=os.environ.get("PGPASSWORD") or "",
        origin="PGHOST",
    )


def system_bindirs():
    """Folders of complete PostgreSQL installations, the newest first."""
    found = []
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        version = folder.parent.name
        complete = (folder / "initdb").exists() and (folder / "postgres").exists()
        if version.isdigit() and int(version) >= OLDEST and complete:
            found.append((int(version), folder))
    return [folder for _version, folder in sorted(found, reverse=True)]


def at_hand():
    """Tell whether a server can be had without fetching anything."""
    if external_server():
        return True
    if os.environ.get("CRL_PG") != EMBEDDED and system_bindirs():
        return True
    return any(base_folder(service_account()).glob("embedded/*/pginstall/bin/initdb"))


def embedded_bindir(base):
    """The server programs from the Python index, fetched when missing."""
    folder = base / EMBEDDED
    if not any(folder.glob("*/pginstall/bin/initdb")):
        python.install_apart(EMBEDDED, folder)
    found = [path.parent for path in folder.glob("*/pginstall/bin/initdb")]
    if not found:
        raise Failure(
            "PostgreSQL could not be had from the Python index: install it "
            "(on Debian: apt-get install postgresql) or name a server with PGHOST=."
        )
    return found[0]


def major(bindir):
    """The major version of a set of server programs."""
    words = run([bindir / "postgres", "--version"]).stdout.split()
    return next((word.split(".")[0] for word in words if word[0].isdigit()), "unknown")


def private_cluster():
    """The private cluster this machine can run, made but not started."""
    wanted = os.environ.get("CRL_PG") or ""
    if wanted not in ("", "system", EMBEDDED):
        raise Failure("CRL_PG must be 'system' or 'embedded'.")
    account = service_account()
    base = base_folder(account)
    bindirs = [] if wanted == EMBEDDED else system_bindirs()
    if bindirs:
        return Cluster(bindirs[0], base, account, major(bindirs[0]))
    if wanted == "system":
        raise Failure("No PostgreSQL 13 or newer was found under /usr/lib/postgresql.")
    bindir = embedded_bindir(base)
    return Cluster(bindir, base, account, f"{EMBEDDED}-{major(bindir)}")


def ensure():
    """A server that answers, started when needed."""
    external = external_server()
    if external:
        return external
    with locked(settings.CACHE / "pg.lock"):
        return private_cluster().start()


def stop():
    """Stop every private cluster of this checkout that was ever started."""
    if external_server():
        return
    account = service_account()
    base = base_folder(account)
    for data in base.glob("data-*"):
        bindir = bindir_of(data, base)
        if bindir:
            Cluster(bindir, base, account, data.name.removeprefix("data-")).stop()


def bindir_of(data, base):
    """The server programs a cluster was made with, if they are still there."""
    label = data.name.removeprefix("data-")
    if label.startswith(EMBEDDED):
        return next(
            (path.parent for path in base.glob("embedded/*/pginstall/bin/initdb")), None
        )
    return next((path for path in system_bindirs() if major(path) == label), None)
