"""What the tests from outside share."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run_command():
    """Run a command of ``bin/`` as a person would; return it when it has ended."""

    def run(*command, timeout=300, **environ):
        name, *arguments = command
        return subprocess.run(
            [str(ROOT / "bin" / name), *arguments],
            capture_output=True,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=timeout,
        )

    return run
