"""The pinned packages of Node.js: the formatter, and the checker of accessibility."""

import hashlib
import shutil

from bootstrap import settings
from bootstrap.shell import must, say

FILES = ("package.json", "package-lock.json")


def folder():
    """Where the packages are; other pins have another folder."""
    pins = b"".join((settings.REQUIREMENTS / name).read_bytes() for name in FILES)
    return settings.CACHE / f"node-{hashlib.sha256(pins).hexdigest()[:10]}"


def ensure():
    """The folder ``node_modules`` with what is pinned; None without Node.js."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    found = folder()
    if not (found / "installed").is_file():
        say("Installing the packages of Node.js")
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True)
        for name in FILES:
            shutil.copy(settings.REQUIREMENTS / name, found)
        must(
            [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            "Packages of Node.js could not be installed: check that npm reaches its "
            "registry.",
            cwd=found,
            timeout=600,
        )
        (found / "installed").touch()
    return found / "node_modules"
