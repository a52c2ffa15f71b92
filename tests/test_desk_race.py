"""Operators who share one list, all at once: none gets what another has, and a result
that is sent again and again is taken once."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.support.server import PATIENCE, Server, running

pytest_plugins = ["tests.support.fixtures"]

OPERATORS, CALLS = 4, 24

PREPARE = """
env = env(context={{"tracking_disable": True, "no_reset_password": True}})
env.company.partner_id.tz = "Europe/Paris"
for number in range({operators}):
    login = f"operator{{number}}"
    env["res.users"].create({{
        "name": login, "login": login, "password": login, "tz": "Europe/Paris",
        "group_ids": [(6, 0, [env.ref("crl_retention.crl_retention_group_all").id])],
    }})
rep = env["res.users"].search([("login", "=", "operator0")])
partners = env["res.partner"].create([
    {{"name": f"Guest {{number}}", "is_company": True, "user_id": rep.id,
      "phone": f"+33 1 4268 {{5300 + number}}"}}
    for number in range({calls})
])
now = env.cr.now()
calls = env["crl.touchpoint"].create([
    {{"partner_id": partner.id, "company_id": env.company.id, "channel": "call",
      "user_id": rep.id, "date_planned": now, "date_due": now}}
    for partner in partners
])
env["crl.relationship"]._ensure(partners)
calls._open_activities()
result = calls.ids
"""


def work(server, login):
    """Take contact after contact until none is left; return what was taken, and what
    was closed."""
    session = server.session(login, login)
    taken, closed = [], []
    payload = session.call("crl.desk", "take_next", {"scope": "all"})
    while payload:
        number = payload["contact"]["id"]
        taken.append(number)
        answer = session.call(
            "crl.desk",
            "finish",
            number,
            {"verdict": "positive", "note": login},
            {"scope": "all"},
            f"{login} {number}",
        )
        if not answer["refused"]:
            closed.append(number)
        payload = answer["next"]
    return taken, closed


def test_operators_never_get_the_same_contact(database):
    calls = database.run(PREPARE.format(operators=OPERATORS, calls=CALLS))
    logins = [f"operator{number}" for number in range(OPERATORS)]
    with running(Server(database)) as server, ThreadPoolExecutor() as pool:
        workers = [pool.submit(work, server, login) for login in logins]
        done = [worker.result(PATIENCE) for worker in workers]
    taken = Counter(number for numbers, __ in done for number in numbers)
    assert taken == Counter(calls)
    assert Counter(number for __, numbers in done for number in numbers) == taken
    doers = database.sql(
        """SELECT t.note = u.login, t.state FROM crl_touchpoint t
             JOIN res_users u ON u.id = t.user_id WHERE t.id = ANY(%s)""",
        calls,
    )
    assert Counter(doers) == {(True, "done"): CALLS}


def test_the_same_result_from_many_tabs_is_taken_once(database):
    """What a browser sends again, because no answer came, meets itself."""
    call = database.run(PREPARE.format(operators=1, calls=1))[0]
    with running(Server(database)) as server, ThreadPoolExecutor() as pool:
        sessions = [server.session("operator0", "operator0") for __ in range(4)]
        begun = time.time() + 0.5

        def send(session):
            time.sleep(max(0, begun - time.time()))
            return session.call(
                "crl.desk", "finish", call, {"outcome": "no_answer"}, False, "one"
            )

        answers = list(pool.map(send, sessions))
    assert [answer["refused"] for answer in answers] == [False] * 4
    assert database.one("SELECT attempt FROM crl_touchpoint WHERE id = %s", call) == 1
    lines = "SELECT count(*) FROM crl_touchpoint_log WHERE touchpoint_id = %s"
    assert database.one(f"{lines} AND rule = 'retry'", call) == 1
