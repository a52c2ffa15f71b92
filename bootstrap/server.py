"""How to reach a PostgreSQL server, and small questions to put to it."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bootstrap.shell import Failure, must


@dataclass(frozen=True)
class Server:
    """How to reach a server: what Odoo and the command-line clients need to know."""

    host: str
    port: str
    user: str
    password: str = ""
    bindir: str = ""
    origin: str = ""

    def environ(self):
        """The libpq variables for this server, on top of the current environment."""
        env = dict(os.environ, PGHOST=self.host, PGPORT=self.port, PGUSER=self.user)
        if self.password:
            env["PGPASSWORD"] = self.password
        return env

    def client(self, name):
        """The path of a client program (psql, createdb…) fit for this server."""
        own = Path(self.bindir, name) if self.bindir else None
        found = str(own) if own and own.exists() else shutil.which(name)
        if not found:
            raise Failure(
                f"{name} was not found: install the PostgreSQL client programs "
                "(on Debian: apt-get install postgresql-client)."
            )
        return found

    def sql(self, statement, database="postgres"):
        """Run one statement and return its rows as lines of text."""
        done = must(
            [self.client("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
            + ["-c", statement],
            f"PostgreSQL refused a statement on the database {database}.",
            env=self.environ(),
        )
        return done.stdout.splitlines()
