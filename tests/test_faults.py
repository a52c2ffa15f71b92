"""What goes wrong with a record or a service: the others go on, and people see it."""

from tests.support.oracle import opened, prepare
from tests.support.server import PATIENCE, Server, running

pytest_plugins = ["tests.support.fixtures"]

POISON_TEXT = """
template = env.ref("crl_retention.mail_template_welcome")
from markupsafe import Markup
template.body_html += Markup(
    "<t t-if=\\"object.partner_id.ref == 'C3'\\"><t t-out=\\"1 / 0\\"/></t>"
)
"""


def test_a_poisoned_contact_harms_no_other(database):
    """One text raises, one activity breaks a rule of the database: the others go, and
    the two are set aside with their reason, tried again, and given up in the end."""
    found = prepare(database, 20)
    database.run(POISON_TEXT)
    poisoned = {found["partners"][3]: "message", found["partners"][7]: "call"}
    database.sql(
        f"""ALTER TABLE mail_activity ADD CONSTRAINT no_such_customer
            CHECK (res_id <> {found["partners"][7]})"""
    )

    def ill():
        return database.sql(
            """SELECT partner_id, channel, state, hold_reason,
                      date_due > now() AT TIME ZONE 'UTC'
                 FROM crl_touchpoint
                WHERE id = ANY(%s) AND (state = 'failed' OR hold_reason IS NOT NULL)""",
            found["due"],
        )

    with running(Server(database, cron_threads=1)) as server:
        server.run_cron()
        server.wait_cron(
            lambda: opened(database, found["due"]) == 38,
            PATIENCE,
            "others were not opened",
        )
        rows = ill()
        assert {row[0]: row[1] for row in rows} == poisoned
        for _partner, _channel, state, reason, later in rows:
            assert state == "planned" and later
            assert reason.startswith("Error: ") and len(reason) > 20

        for _again in range(4):
            database.sql(
                """UPDATE crl_touchpoint
                      SET date_due = now() AT TIME ZONE 'UTC' - interval '1 min'
                    WHERE id = ANY(%s) AND state = 'planned'""",
                found["due"],
            )
            server.run_cron()
            server.wait_cron(
                lambda: (
                    not database.one(
                        """SELECT count(*) FROM crl_touchpoint WHERE state = 'planned'
                          AND date_due <= now() AT TIME ZONE 'UTC'"""
                    )
                ),
                PATIENCE,
                "the poisoned contacts were not looked at",
            )
        rows = ill()
        assert {row[0]: row[1] for row in rows} == poisoned
        assert all(row[2] == "failed" and row[3] for row in rows)
        # each try left its line; no trace of the tries anywhere else
        assert (
            database.one("SELECT count(*) FROM crl_touchpoint_log WHERE rule = 'error'")
            == 10
        )
        assert database.one("SELECT count(*) FROM mail_activity") == 19
        assert (
            database.one(
                "SELECT failure_count FROM ir_cron WHERE id = %s",
                database.ref("ir_cron_run"),
            )
            == 0
        )
