"""The addons of this repository, found by their manifests."""

import ast
import hashlib

from bootstrap import settings

# Odoo's own checks of naming, indexes and manifests.
CHECKER = "test_lint"


def manifests():
    """Name and manifest of every installable addon at the root."""
    found = {}
    for path in sorted(settings.ROOT.glob("*/__manifest__.py")):
        manifest = ast.literal_eval(path.read_text())
        if manifest.get("installable", True):
            found[path.parent.name] = manifest
    return found


def names(with_tests=True):
    """Names of the addons; those only there for tests begin with ``test_``."""
    return [name for name in manifests() if with_tests or not name.startswith("test_")]


def standing_on(name):
    """An addon with those of ours that it needs, first what the others need."""
    own = manifests()
    needed = [
        other
        for direct in own[name].get("depends", ())
        if direct in own
        for other in standing_on(direct)
    ]
    return list(dict.fromkeys([*needed, name]))


def dependencies(selected):
    """The addons of Odoo itself that the selected ones stand on."""
    own = manifests()
    needed = set()
    for name in selected:
        needed.update(own[name].get("depends", ()))
    return sorted(needed - own.keys())


def fingerprint(name):
    """A hash of all files of an addon, to tell when it must be upgraded."""
    digest = hashlib.sha256()
    folder = settings.ROOT / name
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
