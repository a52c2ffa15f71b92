"""The addon as an earlier version had it, and what a database holds of it."""

import subprocess

from bootstrap import databases, logscan, odoo, settings, source
from tests.support.server import ADDON

#: The version before this one, as it was delivered.
PREVIOUS = "b53a1ec"


def previous_addon(folder):
    """Unpack the previous version into a folder; tell whether this clone has it."""
    archive = subprocess.run(
        ["git", "archive", PREVIOUS, ADDON], cwd=settings.ROOT, capture_output=True
    )
    if archive.returncode:
        return False
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return True


def addons_option(folder):
    """Take Odoo's own addons, and ours from another folder."""
    official = odoo.addons_path(source.ensure().path).rpartition(",")[0]
    return f"--addons-path={official},{folder}"


def odoo_run(database, label, *arguments, addons=None):
    """Run Odoo to its end; return the lines of its log that should not be there."""
    options = ["-d", database.name, "--stop-after-init", "--no-http"]
    options.append("--max-cron-threads=0")
    if addons:
        options.append(addons_option(addons))
    return _faults(database, label, [*options, *arguments])


def uninstall(database):
    """Take the addon out; return the lines of the log that should not be there."""
    return _faults(
        database, "uninstall", ["module", "uninstall", "-d", database.name, ADDON]
    )


def _faults(database, label, arguments):
    log = settings.LOGS / f"upgrade-{label}.log"
    database.close()
    code = odoo.call(database.server, arguments, log)
    assert not code, f"Odoo ended with code {code}, see {log}"
    with log.open(errors="replace") as lines:
        return logscan.scan(lines).faults


def new_database(server, name, modules):
    """A copy of the template with Odoo's own addons."""
    databases.copy(server, databases.template(server, modules), name)


def own_tables(database):
    return {
        name
        for [name] in database.sql(
            """SELECT table_name FROM information_schema.tables
                WHERE table_schema = 'public' AND table_name LIKE 'crl\\_%%'""",
            (),
        )
    }


def row_counts(database):
    """Rows of each of our tables, and of what we put into Odoo's."""
    counts = {
        table: database.one(f'SELECT count(*) FROM "{table}"')
        for table in own_tables(database)
    }
    for table in ("mail_activity", "mail_mail", "mail_message", "ir_cron"):
        counts[table] = database.one(f"SELECT count(*) FROM {table}")
    return counts


def traces(database):
    """Everything in a database that is ours: must be empty without the addon."""
    queries = {
        "columns": """SELECT table_name || '.' || column_name
                        FROM information_schema.columns
                       WHERE table_schema = 'public' AND column_name LIKE 'crl\\_%'
                         AND table_name NOT LIKE 'crl\\_%'""",
        "xml ids": """SELECT module || '.' || name FROM ir_model_data
                       WHERE module LIKE 'crl\\_retention%'""",
        "models": "SELECT model FROM ir_model WHERE model LIKE 'crl.%'",
        "fields": """SELECT model || '.' || name FROM ir_model_fields
                      WHERE name LIKE 'crl\\_%' OR model LIKE 'crl.%'""",
        "actions": """SELECT code FROM ir_act_server
                       WHERE code ~ '_cron_(run|help)\\('""",
        "views": """SELECT name FROM ir_ui_view WHERE model LIKE 'crl.%'
                       OR arch_db::text LIKE '%crl\\_%'""",
        "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'crl%'",
    }
    found = {name: [row[0] for row in database.sql(q)] for name, q in queries.items()}
    found["tables"] = sorted(own_tables(database))
    return {name: rows for name, rows in found.items() if rows}
