"""Mail servers and SMS providers that fail: each message in one final state, and what
really arrived is what we say arrived."""

from collections import Counter
from contextlib import closing, suppress
from threading import Thread

from tests.support.faulty import FaultySms, FaultySmtp, mute_server
from tests.support.oracle import keep_asking
from tests.support.server import PATIENCE, Server, running

pytest_plugins = ["tests.support.fixtures"]

MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"
SMS_QUEUE = "sms.ir_cron_sms_scheduler_action"

#: What goes wrong, and what is said of the message at first.
MAIL_FAULTS = {
    "fine": ("done", None),
    "greylisted": ("open", "retry"),
    "busy": ("open", "retry"),
    "unknown": ("failed", "dead"),
    "spam": ("failed", "stop"),
    "refused": ("open", "retry"),
    "password": ("open", "retry"),
    "mute": ("open", "retry"),
    "lost": ("failed", "unclear"),
    "dropped": ("failed", "unclear"),
    "killer": ("done", None),
    "silent": ("failed", "unclear"),
}

#: Customers named by their fault, each with the welcome due now.
PREPARE = """
env = env(context={{**env.context, "tracking_disable": True}})
rep = env["res.users"].create(
    {{"name": "Rep", "login": "rep", "email": "rep@example.com",
      "notification_type": "inbox"}})
manager = env["res.users"].create(
    {{"name": "Manager", "login": "manager", "notification_type": "inbox"}})
companies = env["res.company"].search([]) + env["res.company"].create(
    {{"name": "Elsewhere"}})
companies.write({{"crl_manager_id": manager.id, "crl_quiet_hours": False}})
partners = env["res.partner"].with_context(mail_auto_subscribe_no_notify=True).create([
    {{"is_company": True, "user_id": rep.id, "country_id": env.ref("base.fr").id,
      "company_id": companies[values.pop("company", 0)].id, **values}}
    for values in {customers!r}
])
env["crl.cadence.step"].search([]).write({{"hour_from": 0, "hour_to": 24}})
cadence = env.ref("crl_retention.cadence_new_account")
enrollments = env["crl.enrollment"].browse(partners.crl_enroll(cadence.id))
env.flush_all()
welcome = env.ref("crl_retention.step_m1_welcome").id
env.cr.execute(
    "UPDATE crl_touchpoint SET date_due = now() AT TIME ZONE 'UTC' - interval '1 min'"
    " WHERE step_id = %s", [welcome])
env.cr.execute(
    "UPDATE crl_touchpoint SET date_due = NULL WHERE step_id <> %s", [welcome])
"""

SERVERS = """
Server = env["ir.mail_server"]
common = {{"smtp_host": "127.0.0.1", "smtp_encryption": "none"}}
Server.create({{**common, "name": "usual", "smtp_port": {port}, "sequence": 1}})
for name, values in {{
    "refused": {{"smtp_port": 1}},
    "password": {{"smtp_port": {port}, "smtp_user": "us", "smtp_pass": "wrong"}},
    "mute": {{"smtp_port": {mute}}},
}}.items():
    server = Server.create({{**common, "name": name, "sequence": 99, **values}})
    mail = env["mail.mail"].search([("recipient_ids.name", "=", name)])
    mail.mail_server_id = server
    if name == "mute":
        mail.scheduled_date = "2999-01-01"
"""

SEND_MUTE = """
env["mail.mail"].search([("recipient_ids.name", "=", "mute")]).send(auto_commit=True)
"""

#: The administrator mends the servers.
MEND = """
mails = env["mail.mail"].search([("mail_server_id", "!=", False)])
mails.write({"mail_server_id": False, "scheduled_date": False})
"""


def told(database):
    """What we say became of each welcome: ``{customer: (state, fate)}``."""
    rows = database.sql(
        """SELECT p.name, t.state, t.fate FROM crl_touchpoint t
             JOIN res_partner p ON p.id = t.partner_id WHERE t.step_id = %s""",
        database.ref("step_m1_welcome"),
    )
    assert len(rows) == len({row[0] for row in rows})
    return {name: (state, fate) for name, state, fate in rows}


def settle(server, expected):
    """Let the engine read what became of the messages."""
    database = server.database
    asking = keep_asking(database, lambda: told(database) == expected)
    with suppress(AssertionError):
        server.wait_cron(asking, PATIENCE, "not settled")
    assert told(database) == expected


def is_dead(server):
    return server.process.poll() is not None


def make_due(database):
    database.sql(
        """UPDATE crl_touchpoint
              SET date_due = now() AT TIME ZONE 'UTC' - interval '1 min'
            WHERE state = 'open' AND fate = 'retry'"""
    )


def empty(server, queue, table):
    """Run a queue until it holds nothing; a lost connection ends a run of it."""
    waiting = f"""SELECT count(*) FROM {table} WHERE state = 'outgoing'"""
    if table == "mail_mail":
        waiting += " AND COALESCE(scheduled_date, now()) < '2900-01-01'"
    for _run in range(10):
        server.run_cron(queue, seconds=PATIENCE)
        if not server.database.one(waiting):
            return
    raise AssertionError(f"{queue} never ended:\n{server.tail()}")


def check_log(database):
    """Each step of each message has left its line."""
    lines = Counter(
        database.sql(
            """SELECT p.name, l.decision FROM crl_touchpoint_log l
                 JOIN crl_touchpoint t ON t.id = l.touchpoint_id
                 JOIN res_partner p ON p.id = t.partner_id
                WHERE l.rule IN ('queued', 'again', 'queue', 'delivery')"""
        )
    )
    for name, (state, _fate) in told(database).items():
        final = {"done": "sent", "failed": "failed"}[state]
        assert lines[name, final] == 1, (name, lines)
        assert lines[name, "opened"] == 1 + lines[name, "held"], (name, lines)


def test_mail_servers_that_fail(database):
    """Refused, mute, wrong password, 450, 451, 550, 554, lost before, after and while
    waiting, and Odoo killed after the server took a mail: one run meets them all."""
    customers = [{"name": name, "email": f"{name}@example.com"} for name in MAIL_FAULTS]
    database.run(PREPARE.format(customers=customers))
    database.only_cron("ir_cron_run", MAIL_QUEUE)
    with closing(FaultySmtp()) as smtp, mute_server() as mute:
        with running(Server(database, cron_threads=1)) as first:
            # the queue waits until each mail has its server
            database.only_cron("ir_cron_run")
            first.run_cron()
            database.run(SERVERS.format(port=smtp.port, mute=mute))
            # a connection that says nothing takes a minute: meanwhile the others go
            hanging = Thread(target=database.run, args=(SEND_MUTE,), daemon=True)
            hanging.start()
            smtp.on_accept = first.kill
            database.only_cron("ir_cron_run", MAIL_QUEUE)
            for _run in range(5):
                database.trigger(MAIL_QUEUE)
                first.wait_cron(
                    lambda: is_dead(first) or database.is_idle(MAIL_QUEUE),
                    PATIENCE,
                    "the queue did not run",
                )
            assert is_dead(first), first.tail()
        with running(Server(database, cron_threads=1)) as second:
            empty(second, MAIL_QUEUE, "mail_mail")
            hanging.join(PATIENCE)
            settle(second, MAIL_FAULTS)

            # nothing goes before its time, nor what may have arrived, ever
            before = list(smtp.accepted)
            smtp.healthy = True
            database.run(MEND)
            second.run_cron()
            second.run_cron(MAIL_QUEUE)
            assert smtp.accepted == before
            make_due(database)
            second.run_cron()
            empty(second, MAIL_QUEUE, "mail_mail")
            expected = {
                name: ("done", None) if fate == "retry" else (state, fate)
                for name, (state, fate) in MAIL_FAULTS.items()
            }
            settle(second, expected)
        arrived = Counter(recipient for recipient, _id in smtp.accepted)
        done = {name for name, (state, _fate) in expected.items() if state == "done"}
        # what we called unclear is exactly that: two arrived, one did not
        assert set(arrived) - {"rep", "manager"} == done | {"dropped", "silent"}
        # one crash, one doubled mail, which its number gives away
        assert {name: count for name, count in arrived.items() if count > 1} == {
            "killer": 2
        }
        assert len(set(smtp.accepted)) == len(smtp.accepted) - 1
    check_log(database)
    # one activity for the bad address, one for the manager's mail server
    assert dict(
        database.sql(
            """SELECT u.login, count(*) FROM mail_activity a
                 JOIN res_users u ON u.id = a.user_id GROUP BY u.login"""
        )
    ) == {"rep": 1, "manager": 1}


def test_sms_providers_that_fail(database):
    """No answer in time, 500, no credit, a wrong number, a duplicate, two companies,
    and Odoo killed after the provider took the batch."""
    states = {
        "credit": "insufficient_credit",
        "format": "wrong_number_format",
        "twice": "duplicate_message",
        "country": "registration_needed",
    }
    names = ["fine", "other", *states]
    numbers = {name: f"+3314268531{n}" for n, name in enumerate(names)}
    expected = {
        "fine": ("done", None),
        "other": ("done", None),
        "credit": ("open", "retry"),
        "format": ("failed", "dead"),
        "twice": ("done", None),
        "country": ("failed", "stop"),
    }
    provider = FaultySms({numbers[name]: state for name, state in states.items()})
    customers = [
        {"name": name, "phone": numbers[name], "company": int(name == "other")}
        for name in names
    ]
    with closing(provider):
        database.run(
            PREPARE.format(customers=customers)
            + 'env["ir.config_parameter"].set_param("sms.endpoint", '
            + f"{provider.url!r})\n"
        )
        database.only_cron("ir_cron_run", SMS_QUEUE)
        with running(Server(database, cron_threads=1)) as first:
            # one company's batch is not answered in time, the other's with 500
            provider.modes.extend(["slow", "500"])
            first.run_cron()
            first.run_cron(SMS_QUEUE, seconds=PATIENCE)
            settle(first, dict.fromkeys(names, ("open", "retry")))
            assert provider.requests == 2

            provider.on_accept = first.kill
            provider.modes.append("kill")
            make_due(database)
            # the engine wakes the queue, and the queue does not survive it
            database.trigger()
            first.wait_cron(lambda: is_dead(first), PATIENCE, "not killed")
        with running(Server(database, cron_threads=1)) as second:
            empty(second, SMS_QUEUE, "sms_sms")
            settle(second, expected)

            provider.states.pop(numbers["credit"])
            make_due(database)
            second.run_cron()
            empty(second, SMS_QUEUE, "sms_sms")
            expected["credit"] = ("done", None)
            settle(second, expected)
    arrived = Counter(provider.accepted)
    assert {number for number, _uuid in arrived} == {
        numbers[name] for name in ("fine", "other", "credit")
    }
    # the batch that was killed went twice, under the same identifiers
    assert sorted(arrived.values()) == [1, 1, 2]
    check_log(database)
