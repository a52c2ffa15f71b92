"""Running commands, talking to the person, and failing in one plain sentence."""

import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path


class Failure(Exception):
    """Something the person has to know or do; shown as one sentence, no traceback."""


def say(message):
    """Tell what is going on; on stderr, so that stdout stays clean for results."""
    sys.stderr.write(f"==> {message}\n")
    sys.stderr.flush()


def run(command, *, timeout=None, env=None, cwd=None, quiet=True, stdin=None):
    """Run a command to its end and return it, whatever its exit code.

    :param quiet: keep the output (in ``stdout``) instead of showing it.
    """
    command = [str(part) for part in command]
    output = subprocess.PIPE if quiet else None
    try:
        return subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT if quiet else None,
            stdin=stdin or subprocess.DEVNULL,
            timeout=timeout,
            env=env,
            cwd=cwd,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, f"{command[0]}: not found\n")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(
            command, 124, f"{command[0]}: no answer in {timeout} s\n"
        )


def must(command, sentence, **options):
    """Run a command that has to succeed, or fail with ``sentence`` and its end."""
    done = run(command, **options)
    if done.returncode:
        raise Failure(f"{sentence}\n{tail(done.stdout)}".strip())
    return done


def tail(text, lines=12):
    """The end of an output, indented, to go under an error sentence."""
    return "\n".join("    " + line for line in (text or "").splitlines()[-lines:])


def is_root():
    return os.geteuid() == 0


@contextmanager
def locked(path):
    """Let one process at a time through, so that two ``make`` calls do not collide."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_if_changed(path, text):
    """Write a small file whole; tell whether anything changed."""
    path = Path(path)
    if path.is_file() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
    return True
