"""The Python environment: a venv in the cache, filled from the pinned lists."""

import os
import shutil
import sys
from pathlib import Path

from bootstrap import machine, settings
from bootstrap.shell import Failure, locked, must, run, say, tail

PYTHON = settings.VENV / "bin" / "python"


def requirements(name):
    return settings.REQUIREMENTS / f"{name}.txt"


def broken():
    """Tell whether the venv is missing or its Python has gone."""
    return run([PYTHON, "-c", "import pip"]).returncode != 0


def create():
    """Make the venv, by whichever way this machine offers."""
    say(f"Making a Python {sys.version_info[0]}.{sys.version_info[1]} environment")
    shutil.rmtree(settings.VENV, ignore_errors=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = [sys.executable, "-m", "venv", settings.VENV]
    done = run(own)
    if done.returncode and machine.install([f"{version}-venv"]):
        done = run(own)
    uv = shutil.which("uv")
    if done.returncode and uv:
        done = run([uv, "venv", "--seed", "--python", sys.executable, settings.VENV])
    if done.returncode:
        done = create_with_virtualenv()
    if done.returncode:
        shutil.rmtree(settings.VENV, ignore_errors=True)
        raise Failure(
            "Python cannot make a virtual environment here: install its venv module "
            f"(on Debian: apt-get install {version}-venv).\n{tail(done.stdout, 4)}"
        )


def create_with_virtualenv():
    """The way for a Python with pip but without its venv module."""
    tools = settings.CACHE / "virtualenv"
    done = run(
        [sys.executable, "-m", "pip", "install", "--target", tools, "virtualenv"]
    )
    if done.returncode:
        return done
    env = dict(os.environ, PYTHONPATH=str(tools))
    return run([sys.executable, "-m", "virtualenv", settings.VENV], env=env)


def uv_command():
    """The fast installer: the machine's or the venv's own; None when neither."""
    own = settings.VENV / "bin" / "uv"
    if own.exists():
        return own
    found = shutil.which("uv")
    if found:
        return found
    command = [PYTHON, "-m", "pip", "install", "-q", "--require-hashes"]
    done = run([*command, "-r", requirements("uv")], timeout=300)
    return own if done.returncode == 0 and own.exists() else None


def install(files, *options):
    """Install pinned files with checked hashes: uv where it works, else pip."""
    listed = [part for path in files for part in ("-r", path)]
    uv = uv_command()
    if uv:
        command = [uv, "pip", "install", "-q", "--require-hashes", "--python", PYTHON]
        if run([*command, *options, *listed], timeout=1800).returncode == 0:
            return
    must(
        [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", *options, *listed],
        "Python packages could not be installed: check that pip reaches its index.",
        timeout=3600,
    )


def ensure(*extra):
    """The venv's Python, with the runtime packages and those of the ``extra`` lists.

    :param extra: ``test``, ``lint``.
    """
    with locked(settings.CACHE / "venv.lock"):
        if broken():
            create()
        missing = [name for name in ("runtime", *extra) if not is_installed(name)]
        if missing:
            say(f"Installing Python packages ({', '.join(missing)})")
            install([requirements(name) for name in missing])
            for name in missing:
                note(name).write_text(requirements(name).read_text())
    return PYTHON


def note(name):
    """A copy of the list as it was installed, inside the venv it was installed to."""
    return settings.VENV / f"installed-{name}.txt"


def is_installed(name):
    path = note(name)
    return path.is_file() and path.read_text() == requirements(name).read_text()


def install_apart(name, folder):
    """Install one list into a folder of its own, outside the venv."""
    ensure()
    shutil.rmtree(folder, ignore_errors=True)
    say(f"Installing {name} into {folder}")
    install([requirements(name)], "--target", Path(folder))
