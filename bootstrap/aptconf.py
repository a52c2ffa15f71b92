"""What the machine's own apt configuration tells: its distribution and its mirrors."""

import re
from pathlib import Path

RELEASE_NAMES = {"stable", "oldstable", "testing", "unstable", "sid"}


def os_release():
    """The fields of /etc/os-release, empty when there is none."""
    fields = {}
    path = Path("/etc/os-release")
    if path.is_file():
        for line in path.read_text().splitlines():
            name, _, value = line.partition("=")
            fields[name] = value.strip().strip('"')
    return fields


def parse_stanzas(text):
    """``(uri, suites, components)`` of each deb822 stanza of packages."""
    for block in re.split(r"\n\s*\n", text):
        fields = {}
        name = None
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace() and name:
                fields[name] += " " + line.strip()
                continue
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
        enabled = fields.get("enabled", "yes").lower() != "no"
        if enabled and "deb" in fields.get("types", "").split():
            for uri in fields.get("uris", "").split():
                yield (
                    uri,
                    fields.get("suites", "").split(),
                    fields.get("components", "").split(),
                )


def parse_lines(text):
    """``(uri, suites, components)`` of each one-line ``deb`` entry."""
    pattern = re.compile(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)")
    for line in text.splitlines():
        match = pattern.match(line)
        if match:
            uri, suite, components = match.groups()
            yield uri, [suite], components.split()


def sources(folder="/etc/apt"):
    """Every package source of the machine."""
    folder = Path(folder)
    parts = folder / "sources.list.d"
    for path in (folder / "sources.list", *sorted(parts.glob("*.list"))):
        if path.is_file():
            yield from parse_lines(path.read_text(errors="replace"))
    for path in sorted(parts.glob("*.sources")):
        yield from parse_stanzas(path.read_text(errors="replace"))


def main_mirrors(folder="/etc/apt", codename=None):
    """Mirrors that serve the distribution's own ``main``, in the machine's order.

    Security archives and other vendors' sources are left out: their suites bear other
    names than the release itself.
    """
    codename = codename or os_release().get("VERSION_CODENAME", "")
    names = RELEASE_NAMES | {codename}
    mirrors = []
    for uri, suites, components in sources(folder):
        is_release = any(suite.rstrip("/") in names for suite in suites)
        if is_release and "main" in components and "security" not in uri:
            mirrors.append(uri.rstrip("/"))
    return list(dict.fromkeys(mirrors))
