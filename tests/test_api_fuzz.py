"""Whatever another system sends to the verbs: a sentence and no change, never a crash.

The methods are found by looking, so that a new one is tried as well. A real server is
asked by JSON-2, each role with an API key of its own.
"""

import json
import os
import re
from datetime import date, timedelta

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from bootstrap import databases
from tests.support.server import Database, Server, running

pytest_plugins = ["tests.support.fixtures"]

PREPARE = """
import inspect
from datetime import timedelta
from odoo import fields

env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
elsewhere = env["res.company"].create({"name": "Elsewhere"})
env.company.partner_id.tz = "Europe/Paris"
users, keys = {}, {}
for role, groups, company in (
    ("rep", "crl_retention.crl_retention_group_user", env.company),
    ("colleague", "crl_retention.crl_retention_group_user", env.company),
    ("manager", "crl_retention.crl_retention_group_manager", env.company),
    ("marketing", "crl_retention.crl_retention_group_marketing", env.company),
    ("direction", "crl_retention.crl_retention_group_direction", env.company),
    ("nobody", "base.group_user", env.company),
    ("settings", "base.group_system", env.company),
    ("stranger", "crl_retention.crl_retention_group_manager", elsewhere),
    ("portal", "base.group_portal", env.company),
):
    xmlids = {groups}
    if role != "portal":
        xmlids |= {"base.group_user", "base.group_partner_manager"}
    users[role] = env["res.users"].create({
        "name": role, "login": role, "email": role + "@example.com", "tz": "UTC",
        "company_id": company.id, "company_ids": [(6, 0, company.ids)],
        "group_ids": [(6, 0, [env.ref(xmlid).id for xmlid in xmlids])],
    })
    keys[role] = env["res.users.apikeys"].with_user(users[role]).sudo()._generate(
        "rpc", "test", fields.Datetime.now() + timedelta(days=1))

OURS = "odoo.addons.crl_retention."
methods = []
for name in sorted(env.registry.models):
    model = env.registry[name]
    for owner in model.__mro__:
        for method, function in vars(owner).items():
            if (not owner.__module__.startswith(OURS) or method.startswith("_")
                    or not inspect.isfunction(function)
                    or getattr(function, "_api_private", False)):
                continue
            # what we only extend is called as Odoo means it
            if any(method in vars(other) for other in model.__mro__
                   if other.__module__.startswith("odoo.")
                   and not other.__module__.startswith(OURS)):
                continue
            parameters = [*inspect.signature(function).parameters][1:]
            methods.append((name, method, parameters))
result = {
    "keys": keys,
    "users": {role: user.id for role, user in users.items()},
    "methods": methods,
    "cadence": env.ref("crl_retention.cadence_new_account").id,
    "stage": env.ref("crl_retention.stage_dormant").id,
    "company": env.company.id,
    "country": env.ref("base.fr").id,
}
"""

#: Roles that look at other people's customers.
READERS = ("marketing", "direction")
#: What may stand where an argument or an id is expected.
GARBAGE = [
    None, True, False, 0, -1, 1.5, 4.0, 2**31, 2**63, 1e308, "", "abc", "1", "\x00",
    "\ud800", "a" * 20000, "'; DROP TABLE crl_case; --", "{{ 7*7 }}", "=1+1",
    "2026-13-45", "0001-01-01", "9999-12-31", "9999-12-31 23:59:59", "2026-02-30 25:00",
    [], [1], ["a"], [[1], {}], {}, {"a": 1}, {"$ne": None}, [None],
]  # fmt: skip
#: Odoo itself makes records of these before our verbs see them.
BAD_IDS = [
    ["abc"], [1.5], [None], [True], [0], [-1], [2**31], [2**70], [{}], [[1]], ["1"],
    "abc", {"a": 1}, 2**40,
]  # fmt: skip
#: What a rep, or a contact and case as they are here, cannot do.
ELSEWHERE = (
    "action_resume", "action_reopen", "action_send_again", "action_arrived",
    "action_print_card", "crl_export_data", "crl_erase_data",
)  # fmt: skip
MANAGERS = ("crl.hand.over", "crl.privacy", "crl.cadence.move", "crl.heartbeat")
#: Of these a few will do where any text is right.
TEXTS = ("\x00", "\ud800", "=1+1")
MISSING = 2**31 - 2
#: Nothing of how it works inside may be told.
CRASH = re.compile(r"psycopg|Traceback|SELECT |Expected singleton|object has no|<class")


class Api:
    """Calls as each role; sees to it that a refusal changes nothing."""

    def __init__(self, server, found):
        self.server, self.found = server, found
        self.http = requests.Session()
        self.tables = [
            name
            for [name] in server.database.sql(
                """SELECT table_name FROM information_schema.tables
                    WHERE table_schema = current_schema AND (table_name LIKE 'crl%%'
                       OR table_name IN ('res_partner', 'mail_activity', 'mail_message',
                                         'mail_mail', 'sms_sms', 'calendar_event'))"""
            )
        ]
        self.rows = self.read_rows()
        self.records = {}

    def read_rows(self):
        """Every row of the tables a verb could change."""
        digest = "md5(string_agg(t::text, '' ORDER BY t::text))"
        unions = " UNION ALL ".join(
            f"SELECT '{name}', {digest} FROM {name} t" for name in self.tables
        )
        return dict(self.server.database.sql(unions))

    def post(self, role, model, method, **arguments):
        answer = self.http.post(
            f"{self.server.url}/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"bearer {self.found['keys'][role]}",
                "Content-Type": "application/json",
            },
            timeout=60,
        )
        return answer.status_code, answer.json()

    def do(self, role, model, method, **arguments):
        status, answer = self.post(role, model, method, **arguments)
        assert status == 200, (role, model, method, arguments, answer)
        return answer

    def call(self, role, model, method, **arguments):
        """Call a verb; returns its status after the checks that hold for any call."""
        status, answer = self.post(role, model, method, **arguments)
        told = f"{role}: {model}.{method}({str(arguments)[:200]}) → {status} "
        if status != 200:
            assert 400 <= status < 500, told + answer["message"]
            assert answer["message"].strip(), told
            assert not CRASH.search(answer["message"]), told + answer["message"]
        before, self.rows = self.rows, self.read_rows()
        if self.rows != before:
            changed = {name for name in before if before[name] != self.rows[name]}
            assert status == 200, f"{told}, and yet it changed {changed}"
            self.records.clear()
        return status

    def valid(self):
        """Arguments every verb takes."""
        ahead = date.today() + timedelta(days=30)
        return {
            "cadence_id": self.found["cadence"],
            "day": str(date.today()),
            "deputy_id": self.found["users"]["colleague"],
            "date_planned": f"{ahead} 09:00:00",
            "date_start": None,
            "note": "As agreed",
            "outcome": "reached",
            "reason": "As agreed",
            "score": 4,
            "stage_id": self.found["stage"],
            "until": str(ahead),
            "user_id": self.found["users"]["rep"],
            "verdict": "positive",
        }

    def record(self, model, role="rep"):
        """The id of a record of a role's own, on which the verbs can work."""
        if model not in self.records.setdefault(role, {}):
            self.records[role][model] = getattr(
                self, "make_" + model.replace(".", "_")
            )(role)
            self.rows = self.read_rows()
        return self.records[role][model]

    def make_res_partner(self, role):
        values = {
            "name": f"Customer of {role}",
            "email": "customer@example.com",
            "user_id": self.found["users"][role],
            "company_id": self.found["company"],
            "country_id": self.found["country"],
        }
        return self.do(role, "res.partner", "create", vals_list=[values])[0]

    def make_crl_enrollment(self, role):
        customer = self.make_res_partner(role)
        self.customer = customer
        return self.do(
            role, "res.partner", "crl_enroll", ids=[customer],
            cadence_id=self.found["cadence"],
        )[0]  # fmt: skip

    def find(self, role, model, domain):
        return self.do(role, model, "search", domain=domain, limit=1, order="id")[0]

    def make_crl_touchpoint(self, role):
        domain = [("enrollment_id", "=", self.make_crl_enrollment(role))]
        return self.find(role, "crl.touchpoint", [*domain, ("channel", "=", "call")])

    def make_crl_relationship(self, role):
        self.make_crl_enrollment(role)
        domain = [("partner_id", "=", self.customer)]
        return self.find(role, "crl.relationship", domain)

    def make_crl_case(self, role):
        values = {
            "partner_id": self.make_res_partner(role),
            "kind": "promise",
            "deadline": f"{date.today() + timedelta(days=9)} 09:00:00",
        }
        return self.do(role, "crl.case", "create", vals_list=[values])[0]

    def make_res_users(self, role):
        return self.found["users"][role]

    def make_crl_heartbeat(self, role):
        return MISSING

    def make_crl_dry_run(self, role):
        return self.make_wizard(role, "crl.dry.run", cadence_id=self.found["cadence"])

    def make_crl_dry_run_reason(self, role):
        partners = [self.make_res_partner(role)]
        return self.make_wizard(role, "crl.dry.run.reason", partners=partners)

    # dialogs of managers: what a rep may not open is no record to them
    make_crl_hand_over = make_crl_heartbeat
    make_crl_privacy = make_crl_heartbeat
    make_crl_cadence_move = make_crl_heartbeat

    def make_crl_deputy(self, role):
        users = [(6, 0, [self.found["users"][role]])]
        return self.make_wizard(role, "crl.deputy", user_ids=users)

    def make_crl_cadence(self, role):
        return self.found["cadence"]

    def make_calendar_event(self, role):
        values = {"name": "Meeting", "start": "2027-01-01", "stop": "2027-01-02"}
        return self.do(role, "calendar.event", "create", vals_list=[values])[0]

    def make_wizard(self, role, model, **values):
        return self.do(role, model, "create", vals_list=[values])[0]

    def make_crl_ask(self, role):
        enrollment = self.make_crl_enrollment(role)
        return self.make_wizard(role, "crl.ask", verb="exit", enrollment_id=enrollment)

    def make_crl_enroll(self, role):
        partners = [(6, 0, [self.make_res_partner(role)])]
        return self.make_wizard(role, "crl.enroll", partner_ids=partners)

    def make_crl_relationship_stage(self, role):
        return self.make_wizard(
            role, "crl.relationship.stage", stage_id=self.found["stage"],
            relationship_ids=[(6, 0, [self.make_crl_relationship(role)])],
        )  # fmt: skip

    def make_crl_touchpoint_move(self, role):
        return self.make_wizard(
            role, "crl.touchpoint.move", date_planned=self.valid()["date_planned"],
            touchpoint_ids=[(6, 0, [self.make_crl_touchpoint(role)])],
        )  # fmt: skip

    def make_crl_touchpoint_result(self, role):
        touchpoint = self.make_crl_touchpoint(role)
        return self.make_wizard(
            role, "crl.touchpoint.result", touchpoint_id=touchpoint, verdict="positive"
        )

    def methods(self):
        """``(model, method, its valid arguments)`` of all that can be called."""
        for model, method, parameters in self.found["methods"]:
            maker = "make_" + model.replace(".", "_")
            assert hasattr(self, maker), f"Add {maker}: {model}.{method} can be called."
            unknown = set(parameters) - set(self.valid())
            assert not unknown, f"Add to valid(): {unknown} of {model}.{method}."
            yield model, method, {name: self.valid()[name] for name in parameters}


@pytest.fixture(scope="module")
def api(database_server, base_database):
    name = f"crl_test_{os.getpid()}_fuzz"
    databases.copy(database_server, base_database, name)
    database = Database(database_server, name)
    found = database.run(PREPARE)
    with running(Server(database)) as server:
        yield Api(server, found)
    database.close()
    databases.drop(database_server, name)


def test_nobody_gets_in(api):
    """Records of others, of another company, and what is no record at all."""
    outsiders = ("marketing", "direction", "nobody", "settings", "portal")
    for model, method, valid in api.methods():
        is_window = model == "res.partner" and method.startswith("action_")
        for role in ("colleague", "stranger", *outsiders):
            if role in READERS and method.startswith("action_open_"):
                continue  # what they may look at
            ids = [api.record(model)]
            status = api.call(role, model, method, ids=ids, **valid)
            # Odoo lets colleagues open each other's customers and meetings, and
            # whoever plans look at procedures
            if not (is_window or model in ("crl.cadence", "calendar.event")):
                assert status != 200, f"{role} can call {model}.{method}"
        for role in ("rep", "manager", "nobody"):
            api.call(role, model, method, ids=[], **valid)
            api.call(role, model, method, ids=[MISSING], **valid)
            mixed = [api.record(model), api.record(model, "colleague")]
            status = api.call("rep", model, method, ids=mixed, **valid)
            if not is_window:
                assert status != 200, f"{model}.{method}: others' in between"
        for ids in BAD_IDS:
            api.call("rep", model, method, ids=ids, **valid)


def test_garbage_is_refused_with_a_sentence(api):
    for model, method, valid in api.methods():
        ids = [api.record(model)]
        assert api.call("rep", model, method, ids=ids, surprise=1, **valid) == 422
        for name in valid:
            is_text = name in ("note", "reason")
            for value in GARBAGE:
                if is_text and isinstance(value, str) and value not in TEXTS:
                    continue
                ids = [api.record(model)]
                api.call("rep", model, method, ids=ids, **{**valid, name: value})
        # and as it is meant, it works
        ids = [api.record(model)]
        status = api.call("rep", model, method, ids=ids, **valid)
        elsewhere = method in ELSEWHERE or model in MANAGERS
        assert status == 200 or elsewhere, (model, method)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_anything_at_all(api):
    methods = list(api.methods())

    @settings(max_examples=150, derandomize=True, database=None)
    @given(st.data())
    def call(data):
        model, method, valid = data.draw(st.sampled_from(methods))
        arguments = {
            name: data.draw(st.just(value) | JSON) for name, value in valid.items()
        }
        ids = data.draw(st.just([api.record(model)]) | st.lists(JSON, max_size=3))
        api.call("rep", model, method, ids=ids, **arguments)

    call()
