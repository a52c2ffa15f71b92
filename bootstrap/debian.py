"""Odoo 19 out of Debian's package, through a private apt folder.

The machine's own package sources and its installed packages stay untouched, so no
administrator is needed. apt checks the archive's signature and every checksum. Only
``sid`` carries Odoo 19; fonts and JavaScript libraries, which the package links to,
come from the stable release because Odoo's links fit the versions there.
"""

import os
import re
import shutil
from pathlib import Path

from bootstrap import aptconf, settings
from bootstrap.shell import Failure, must, run, say, tail

PACKAGE = "odoo-19"
SUITE = "sid"
LINKED_SUITE = "trixie"
LINKED_PREFIXES = ("fonts-", "libjs-", "gsfonts")
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
)
TREE = "usr/lib/python3/dist-packages"
# The package leaves this library out for its licence, but the web client's bundle asks
# for it and every page logs an error without it. It only blurs video backgrounds.
MISSING_SCRIPT = (
    "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
)


def mirrors():
    """Debian mirrors to try: one given by hand, else those the machine uses."""
    given = os.environ.get("CRL_DEBIAN_MIRROR")
    if given:
        return [given.rstrip("/")]
    if aptconf.os_release().get("ID") == "debian":
        return aptconf.main_mirrors()
    return []


def keyring(folder):
    """Debian's archive keys: the machine's, or those of its keyring package."""
    for path in KEYRINGS:
        if Path(path).is_file():
            return path
    package = "debian-archive-keyring"
    folder.mkdir(parents=True, exist_ok=True)
    must(
        ["apt-get", "download", package],
        f"Debian's archive keys are missing: run 'apt-get install {package}' as root.",
        cwd=folder,
    )
    for archive in folder.glob(f"{package}_*.deb"):
        must(["dpkg-deb", "-x", archive, folder], f"{archive} could not be unpacked.")
    for path in KEYRINGS:
        if (folder / path.lstrip("/")).is_file():
            return str(folder / path.lstrip("/"))
    raise Failure(f"{package} holds no key file that is known here.")


class PrivateApt:
    """An apt with lists, cache and sources of its own."""

    def __init__(self, folder, mirror):
        self.folder = Path(folder)
        self.mirror = mirror
        self.conf = self.folder / "apt.conf"
        self.lax = False

    def prepare(self):
        keys = keyring(self.folder / "keys")
        for name in ("lists/partial", "archives/partial", "preferences.d"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        lines = [
            f"deb [signed-by={keys}] {self.mirror} {suite} main\n"
            for suite in (SUITE, LINKED_SUITE)
        ]
        (self.folder / "sources.list").write_text("".join(lines))
        self.conf.write_text(
            f'Dir::State "{self.folder}";\n'
            'Dir::State::status "/dev/null";\n'
            f'Dir::State::lists "{self.folder}/lists";\n'
            f'Dir::Cache "{self.folder}";\n'
            f'Dir::Etc::sourcelist "{self.folder}/sources.list";\n'
            'Dir::Etc::sourceparts "/dev/null";\n'
            'Dir::Etc::preferences "/dev/null";\n'
            'Dir::Etc::preferencesparts "/dev/null";\n'
            'APT::Sandbox::User "";\n'
            'Acquire::Languages "none";\n'
            'Acquire::Retries "3";\n'
            "#clear APT::Update::Pre-Invoke;\n"
            "#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n"
            "#clear Acquire::IndexTargets::deb::Contents-deb;\n"
            "#clear Acquire::IndexTargets::deb::DEP-11;\n"
        )

    def command(self, tool, *arguments):
        options = ["-c", self.conf]
        if self.lax:
            options += ["-o", "Acquire::Check-Valid-Until=false"]
        return [tool, *options, *arguments]

    def update(self):
        """Fetch the package lists; a frozen mirror's signed but old lists will do."""
        done = run(self.command("apt-get", "update"), timeout=300)
        if done.returncode and "is expired" in done.stdout:
            say("This mirror is a frozen copy: its lists are signed but out of date")
            self.lax = True
            done = run(self.command("apt-get", "update"), timeout=300)
        if done.returncode:
            raise Failure(
                f"Debian's package lists could not be read:\n{tail(done.stdout)}"
            )

    def candidate(self):
        """The version of the Odoo package on offer, and what it links to."""
        done = run(self.command("apt-cache", "show", PACKAGE))
        version = re.search(r"^Version: (\S+)", done.stdout, re.M)
        depends = re.search(r"^Depends: (.*)", done.stdout, re.M)
        if not version:
            raise Failure(f"This Debian mirror offers no {PACKAGE}.")
        names = [part.split("|")[0].split()[0] for part in depends[1].split(",")]
        linked = [name for name in names if name.startswith(LINKED_PREFIXES)]
        return version[1], linked

    def download(self, linked, folder):
        """Fetch and unpack the packages into one folder."""
        debs = self.folder / "debs"
        shutil.rmtree(debs, ignore_errors=True)
        debs.mkdir(parents=True)
        names = [PACKAGE, *(f"{name}/{LINKED_SUITE}" for name in linked)]
        must(
            self.command("apt-get", "download", *names),
            "Debian's packages could not be downloaded: try again later.",
            cwd=debs,
            timeout=1800,
        )
        for archive in sorted(debs.glob("*.deb")):
            must(
                ["dpkg-deb", "-x", archive, folder],
                f"{archive.name} could not be unpacked: is the disk full?",
            )


def complete(root):
    """Check the links into other packages and add what Debian leaves out."""
    broken = [
        path for path in root.rglob("*") if path.is_symlink() and not path.exists()
    ]
    if broken:
        shown = ", ".join(str(path.relative_to(root)) for path in broken[:3])
        raise Failure(f"The unpacked Odoo has {len(broken)} broken links: {shown}.")
    script = root / TREE / MISSING_SCRIPT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()


def fetch(root):
    """Unpack Odoo under ``root`` and return its version, trying each mirror in turn."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure("this machine has no apt")
    candidates = mirrors()
    if not candidates:
        raise Failure(
            "no Debian mirror is known here; name one with CRL_DEBIAN_MIRROR=URL"
        )
    reasons = []
    for mirror in candidates:
        try:
            return fetch_from(mirror, root)
        except Failure as failure:
            reasons.append(str(failure))
    raise Failure("\n".join(reasons))


def fetch_from(mirror, root):
    apt = PrivateApt(settings.CACHE / "apt-private", mirror)
    apt.prepare()
    apt.update()
    version, linked = apt.candidate()
    say(f"Downloading Odoo {version} from Debian (about 130 MB)")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    apt.download(linked, root)
    complete(root)
    return version
