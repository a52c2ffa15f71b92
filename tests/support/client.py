"""The command ``crl`` as users of a real server call it."""

import csv
import os
import subprocess
import sys

import pytest

from bootstrap import databases, settings
from tests.support.server import PATIENCE, Database, Server, running

PREPARE = """
from datetime import timedelta
from odoo import fields

env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
env.company.partner_id.tz = "Europe/Paris"
keys, users = {}, {}
for name, group in (("loader", "manager"), ("rep", "user")):
    user = users[name] = env["res.users"].create({
        "name": name, "login": name, "email": name + "@example.com", "tz": "UTC",
        "group_ids": [(6, 0, [
            env.ref("crl_retention.crl_retention_group_" + group).id,
            env.ref("base.group_partner_manager").id,
        ])],
    })
    keys[name] = env["res.users.apikeys"].with_user(user).sudo()._generate(
        "rpc", "test", fields.Datetime.now() + timedelta(days=1))
customers = env["res.partner"].create([{
    "name": f"Customer {number}", "ref": f"C-{number}", "is_company": True,
    "email": f"c{number}@example.com", "country_id": env.ref("base.fr").id,
    "phone": f"+33 1 23 45 {number // 100:02} {number % 100:02}",
    "user_id": users["rep" if number % 2 else "loader"].id,
} for number in range(500)])
env["res.partner"].create([{"name": name, "ref": "TWICE"} for name in "ab"])
thresholds = {"raw_bad": 0, "raw_fair": 50, "raw_good": 100}
env["crl.indicator"].create([
    {"name": code, "code": code, "source": "import", **thresholds}
    for code in ("nps", "churn")
])
result = {"keys": keys, "ids": customers.ids}
"""


class Crl:
    """The command with a home and a server of its own."""

    def __init__(self, server, found, home):
        self.server, self.found, self.home = server, found, home
        self.database = server.database
        self.environ = {
            name: value for name, value in os.environ.items() if name[:4] != "CRL_"
        }
        self.environ |= {
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "PYTHONPATH": str(settings.ROOT / "client"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def start(self, *words, **options):
        return subprocess.Popen(
            [sys.executable, "-m", "crl_client", *(str(word) for word in words)],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def __call__(self, *words, code=0, stdin=""):
        """Say words to the command; returns what it says."""
        process = self.start(*words)
        out, err = process.communicate(stdin, timeout=PATIENCE)
        assert process.returncode == code, out + err
        assert "Traceback" not in out + err
        assert not any(key in out + err for key in self.found["keys"].values())
        return out + err

    def login(self, user="loader", *words, **options):
        key = self.found["keys"][user]
        return self("login", self.server.url, *words, stdin=key, **options)

    def values(self):
        """All values: ``{(reference, code): raw}``."""
        rows = self.database.sql(
            """SELECT p.ref, i.code, v.raw FROM crl_indicator_value v
                 JOIN res_partner p ON p.id = v.partner_id
                 JOIN crl_indicator i ON i.id = v.indicator_id
                WHERE i.source = 'import'"""
        )
        return {(ref, code): raw for ref, code, raw in rows}


@pytest.fixture(scope="module")
def served(database_server, base_database):
    name = f"crl_test_{os.getpid()}_client"
    databases.copy(database_server, base_database, name)
    database = Database(database_server, name)
    found = database.run(PREPARE)
    with running(Server(database)) as server:
        yield server, found
    database.close()
    databases.drop(database_server, name)


@pytest.fixture
def crl(served, tmp_path):
    server, found = served
    yield Crl(server, found, tmp_path / "home")
    server.database.sql("DELETE FROM crl_indicator_value")
    server.database.sql("DELETE FROM crl_load")


def read_report(path):
    with path.with_name(f"{path.name}.refused.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        return {
            int(row["refused_line"]): row["refused_reason"]
            for row in csv.DictReader(file)
        }
