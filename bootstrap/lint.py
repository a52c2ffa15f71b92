"""``make lint`` and ``make format``."""

import os
import subprocess
import sys

from bootstrap import addons, node, python, settings
from bootstrap.shell import Failure, must, run, say

MYPY_CACHE = settings.CACHE / "mypy"
PRETTIER_SUFFIXES = (".xml", ".js")
# Translations and data files hold other languages; the pinned lists hold names.
PROSE_SUFFIXES = (".py", ".md", ".rst", ".js", ".yaml", ".yml", "Makefile")


def tool(name):
    return str(settings.VENV / "bin" / name)


def tracked_files():
    """Files git knows or would add: what was fetched or built stays out."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    done = must(command, "git could not list the files.", cwd=settings.ROOT)
    present = (settings.ROOT / name for name in done.stdout.splitlines())
    return sorted(
        str(path.relative_to(settings.ROOT)) for path in present if path.is_file()
    )


def prettier():
    """The prettier command with its XML plugin; None, said loudly, without Node.js."""
    modules = node.ensure()
    if not modules:
        say("NO NODE.JS: the format of XML and JavaScript is NOT CHECKED")
        return None
    plugin = modules / "@prettier/plugin-xml/src/plugin.js"
    command = str(modules / ".bin/prettier")
    return [command, f"--plugin={plugin}", "--log-level=warn"]


def prettier_files():
    return [name for name in tracked_files() if name.endswith(PRETTIER_SUFFIXES)]


def checks():
    """``(label, command)`` of each check."""
    own = addons.names()
    files = tracked_files()
    yield "ruff format", [tool("ruff"), "format", "--check", "--diff", "."]
    yield "ruff", [tool("ruff"), "check", "."]
    typed = ["--config-file=client/pyproject.toml", f"--cache-dir={MYPY_CACHE}"]
    yield "mypy", [tool("mypy"), *typed, "client/crl_client"]
    written = [name for name in files if name.endswith(PROSE_SUFFIXES)]
    # "datas" is the content of an attachment in Odoo, "cliente" a customer; German
    # months, the end of "2nd", and a login
    ignored = "--ignore-words-list=datas,tre,cliente,januar,februar,juni,juli,"
    ignored += "oktober,dezember,nd,ines"
    yield "codespell", [tool("codespell"), ignored, *written]
    if own:
        yield "pylint-odoo", [tool("pylint"), "--rcfile=.pylintrc", "-j2", *own]
        yield "OCA checks", [tool("oca-checks-odoo-module"), *own]
        catalogues = [name for name in files if name.endswith((".po", ".pot"))]
        if catalogues:
            yield "OCA po checks", [tool("oca-checks-po"), *catalogues]
    command = prettier()
    if command and prettier_files():
        yield "prettier", [*command, "--check", *prettier_files()]


def main():
    """Run every check, show the output of those that fail; return the exit code."""
    python.ensure("test", "lint")
    failed = []
    for label, command in checks():
        done = run(command, cwd=settings.ROOT, env=environ())
        sys.stdout.write(f"{label}: {'FAILED' if done.returncode else 'ok'}\n")
        if done.returncode:
            sys.stdout.write(done.stdout)
            failed.append(label)
    if failed:
        raise Failure(
            f"Lint found faults ({', '.join(failed)}); 'make format' mends formatting."
        )
    return 0


def environ():
    return dict(os.environ, PATH=os.pathsep.join((tool(""), os.environ["PATH"])))


def reformat():
    """Let the formatters rewrite the files."""
    python.ensure("lint")
    subprocess.call([tool("ruff"), "format", "."], cwd=settings.ROOT)
    subprocess.call([tool("ruff"), "check", "--fix", "-q", "."], cwd=settings.ROOT)
    command = prettier()
    if command and prettier_files():
        subprocess.call([*command, "--write", *prettier_files()], cwd=settings.ROOT)
    return 0
