"""The commands behind ``make`` and ``bin/``."""

import os
import subprocess
import sys

from bootstrap import (
    databases,
    demo,
    doctor,
    lint,
    machine,
    odoo,
    postgres,
    python,
    settings,
    suite,
)
from bootstrap.shell import Failure, say

DB_USAGE = "bin/db list | copy FROM TO | drop NAME… | psql [NAME] [psql options]"


def setup(_arguments):
    """Fetch everything, so that later commands need no network."""
    python.ensure("test", "lint")
    odoo.prepare()
    machine.ensure_browser()
    machine.ensure_fonts()
    lint.prettier()
    say("Everything is here: 'make demo' shows it, 'make test' checks it")
    return 0


def run_odoo(arguments):
    """Any Odoo command, with our addons on our PostgreSQL."""
    return odoo.execute(arguments)


def run_shell(arguments):
    """A Python shell inside the demo database."""
    return odoo.execute(
        ["shell", "-d", settings.DEMO_DB, "--log-level=warn", *arguments]
    )


def run_demo(_arguments):
    """Serve the demo in the background."""
    return demo.start()


def run_tests(_arguments):
    """All tests; ONLY and TAGS in the environment choose some of them."""
    return suite.main(os.environ.get("ONLY", ""), os.environ.get("TAGS", ""))


def run_lint(_arguments):
    """All linters."""
    return lint.main()


def run_format(_arguments):
    """Rewrite files the way the linters want them."""
    return lint.reformat()


def run_doctor(_arguments):
    """Tell what was found on this machine."""
    return doctor.report()


def run_bench(arguments):
    """Run ``bench/run.py`` with Odoo importable and the server's address set."""
    script = settings.ROOT / "bench" / "run.py"
    if not script.is_file():
        print("There are no benchmarks: bench/run.py is missing.")
        return 0
    env = odoo.environ(odoo.prepare())
    env["PYTHONPATH"] = os.pathsep.join((str(settings.ROOT), env["PYTHONPATH"]))
    return subprocess.call([str(python.PYTHON), str(script), *arguments], env=env)


def stop(_arguments):
    """Stop the demo and the private PostgreSQL; the data stay."""
    demo.stop()
    postgres.stop()
    return 0


def run_db(arguments):
    """Look after databases."""
    server = postgres.ensure()
    match arguments:
        case ["list"]:
            print("\n".join(server.sql("SELECT datname FROM pg_database ORDER BY 1")))
        case ["copy", origin, target]:
            databases.copy(server, origin, target)
        case ["drop", *names] if names:
            for name in names:
                databases.drop(server, name)
        case ["psql", *options]:
            program = server.client("psql")
            options = options or ["postgres"]
            os.execve(program, [program, *options], server.environ())
        case _:
            raise Failure(f"Usage: {DB_USAGE}")
    return 0


COMMANDS = {
    "setup": setup,
    "odoo": run_odoo,
    "shell": run_shell,
    "demo": run_demo,
    "test": run_tests,
    "lint": run_lint,
    "format": run_format,
    "bench": run_bench,
    "stop": stop,
    "doctor": run_doctor,
    "db": run_db,
}


def usage():
    lines = (f"  {name:8}{function.__doc__}" for name, function in COMMANDS.items())
    return "Usage: bin/run COMMAND …\n" + "\n".join(lines)


def main():
    """Run one command; a failure is one sentence and exit code 1."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(usage())
        return 2
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:]) or 0
    except Failure as failure:
        sys.stdout.flush()
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
