"""Finding an Odoo 19 source tree: the folder that holds the ``odoo`` package.

The first of these that works is taken, and noted with the reason in the cache:
``ODOO_PATH``; the tree fetched before; an Odoo 19 installed on the machine; a git
clone; Debian's package.
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from bootstrap import debian, settings
from bootstrap.shell import Failure, locked, run, say, tail, write_if_changed

REPOSITORY = "https://github.com/odoo/odoo.git"
SYSTEM_PLACES = (
    "/usr/lib/python3/dist-packages",
    "/opt/odoo",
    "/opt/odoo/odoo",
    "/mnt/odoo",
)


@dataclass(frozen=True)
class Source:
    """A tree, what it is, and why it was taken."""

    tree: str
    version: str
    origin: str

    @property
    def path(self):
        return Path(self.tree)


def series(tree):
    """The series of the Odoo in a folder, such as ``19.0``; None when there is none."""
    release = Path(tree) / "odoo" / "release.py"
    if not release.is_file():
        return None
    match = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
    return f"{match[1]}.{match[2]}" if match else None


def problem(tree):
    """Why a folder cannot serve as the Odoo source; empty when it can."""
    tree = Path(tree)
    found = series(tree)
    if not found:
        return f"{tree} holds no odoo/release.py"
    if found != settings.ODOO_SERIES:
        return f"{tree} is Odoo {found}, not {settings.ODOO_SERIES}"
    places = (tree / "odoo" / "addons", tree / "addons")
    if not any((place / "web" / "__manifest__.py").is_file() for place in places):
        return f"{tree} has no addons"
    script = Path(debian.MISSING_SCRIPT).relative_to("odoo/addons")
    if not any((place / script).exists() for place in places):
        return f"{tree} is incomplete: {script.name} is missing"
    return ""


def from_environment():
    given = os.environ.get("ODOO_PATH")
    if not given:
        return None
    tree = Path(given).resolve()
    reason = problem(tree)
    if reason:
        raise Failure(f"ODOO_PATH does not point to a usable Odoo 19: {reason}.")
    return Source(str(tree), f"{settings.ODOO_SERIES}+{commit(tree)}", "ODOO_PATH")


def from_cache():
    """The tree noted earlier, unless it has gone or changed."""
    if not settings.ODOO_NOTE.is_file():
        return None
    source = Source(**json.loads(settings.ODOO_NOTE.read_text()))
    return None if problem(source.path) else source


def from_system():
    """An Odoo 19 installed on the machine.

    Its folder may hold packages made for another Python, so only ``odoo`` is linked to.
    """
    for place in SYSTEM_PLACES:
        if series(place) != settings.ODOO_SERIES:
            continue
        reason = problem(place)
        if reason:
            say(f"The installed Odoo is passed over: {reason}")
            continue
        clear()
        settings.ODOO_FOLDER.mkdir(parents=True)
        for name in ("odoo", "addons"):
            if (Path(place) / name).is_dir():
                (settings.ODOO_FOLDER / name).symlink_to(Path(place) / name)
        return Source(
            str(settings.ODOO_FOLDER), settings.ODOO_SERIES, f"found in {place}"
        )
    return None


def commit(tree):
    """The short commit of a git checkout, or ``unknown``."""
    if not (Path(tree) / ".git").exists():
        return "unknown"
    done = run(["git", "-C", tree, "rev-parse", "--short", "HEAD"])
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def from_git():
    """A shallow clone; a question goes first, so that no network costs little time."""
    quiet_git = dict(os.environ, GIT_TERMINAL_PROMPT="0")
    branch = settings.ODOO_SERIES
    asked = run(
        ["git", "ls-remote", REPOSITORY, f"refs/heads/{branch}"],
        timeout=20,
        env=quiet_git,
    )
    if asked.returncode or not asked.stdout.strip():
        raise Failure("the git server does not answer")
    expected = asked.stdout.split()[0]
    say(f"Cloning Odoo {branch} (about 400 MB)")
    clear()
    done = run(
        ["git", "clone", "-q", "--depth", "1", "--branch", branch, REPOSITORY]
        + [settings.ODOO_FOLDER],
        env=quiet_git,
        timeout=3600,
    )
    if done.returncode:
        raise Failure(f"the clone failed:\n{tail(done.stdout)}")
    head = run(["git", "-C", settings.ODOO_FOLDER, "rev-parse", "HEAD"]).stdout.strip()
    if head != expected:
        say("The branch moved while it was cloned")
    return Source(str(settings.ODOO_FOLDER), f"{branch}+{head[:12]}", "git clone")


def from_debian():
    draft = settings.CACHE / "odoo.draft"
    version = debian.fetch(draft)
    clear()
    draft.rename(settings.ODOO_FOLDER)
    tree = settings.ODOO_FOLDER / debian.TREE
    return Source(
        str(tree), version, "Debian's package, a snapshot (not for production)"
    )


def clear():
    """Remove what an earlier attempt left."""
    settings.ODOO_NOTE.unlink(missing_ok=True)
    shutil.rmtree(settings.ODOO_FOLDER, ignore_errors=True)


def fetch():
    """Try each way in turn, and tell why when none works."""
    reasons = []
    for label, attempt in (
        ("installed", from_system),
        ("git", from_git),
        ("Debian", from_debian),
    ):
        try:
            source = attempt()
        except Failure as failure:
            reasons.append(f"  {label}: {failure}")
            continue
        if source and not problem(source.path):
            write_if_changed(settings.ODOO_NOTE, json.dumps(asdict(source), indent=2))
            say(f"Odoo {source.version}: {source.origin}")
            return source
        reasons.append(f"  {label}: none found")
    raise Failure(
        "No Odoo 19 could be had: clone its branch 19.0 and name the folder with "
        "ODOO_PATH=, or use 'docker compose up'.\n" + "\n".join(reasons)
    )


def ensure():
    """The source tree to use, fetched when there is none yet."""
    source = from_environment() or from_cache()
    if source:
        return source
    with locked(settings.CACHE / "odoo.lock"):
        return from_cache() or fetch()
