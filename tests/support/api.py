"""The public methods of the addon as other systems call them, each role with a key."""

import json
import re
from datetime import date, timedelta
from itertools import count

import requests

from tests.support.api_records import Records
from tests.support.server import PATIENCE

#: Dialogs of managers, and what they alone may do with a customer.
MANAGERS = (
    "crl.hand.over", "crl.privacy", "crl.cadence.move", "crl.heartbeat", "crl.campaign",
    "crl.segment", "crl.indicator", "crl.indicator.import", "crl.health.trial",
    "crl.quota", "crl.newsletter", "crl.newsletter.sender", "crl.base.target",
)  # fmt: skip
MANAGERS_VERBS = (
    *("crl_export_data", "crl_erase_data"),
    # of the list of a team, and of targets
    *("get_team", "set_target", "copy_targets"),
)
#: What a record must have come to before a verb can work on it.
STATES = {
    "action_resume": "paused",
    "action_reopen": "closed",
    "action_send_again": "failed",
    "action_arrived": "failed",
    "action_print_card": "visit",
    "action_book": "visit",
    "action_accept_booking": "booked",
    "action_close": "released",
    "action_load": "read",
    "action_wake": "snoozed",
    "post": "letter",
}
#: What buttons say besides.
CONTEXTS = {"action_figure": {"crl_figure": "todo"}}
#: Nothing of how it works inside may be told.
CRASH = re.compile(r"psycopg|Traceback|SELECT |Expected singleton|object has no|<class")


class Api(Records):
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
        self.numbers, self.slots = count(), count()

    def read_rows(self):
        """Every row of the tables a verb could change."""
        digest = "md5(string_agg(t::text, '' ORDER BY t::text))"
        unions = " UNION ALL ".join(
            f"SELECT '{name}', {digest} FROM {name} t" for name in self.tables
        )
        return dict(self.server.database.sql(unions))

    def slot(self):
        """A moment no other call was given, in the working hours of a day ahead."""
        days = next(self.slots)
        monday = date.today() + timedelta(days=30 - date.today().weekday())
        monday -= timedelta(days=monday.weekday())
        day = monday + timedelta(weeks=days // 5, days=days % 5)
        return f"{day} 09:00:00"

    def post(self, role, model, method, **arguments):
        # what each call needs anew
        arguments = {
            name: value() if callable(value) else value
            for name, value in arguments.items()
        }
        if [model, method] in self.found["of_models"]:
            arguments.pop("ids", None)
        if method in CONTEXTS:
            arguments["context"] = CONTEXTS[method]
        answer = self.http.post(
            f"{self.server.url}/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"bearer {self.found['keys'][role]}",
                "Content-Type": "application/json",
            },
            timeout=PATIENCE,
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
        self.changed = {name for name in before if before[name] != self.rows[name]}
        if self.changed:
            assert status == 200, f"{told}, and yet it changed {self.changed}"
            self.records.clear()
        return status

    def valid(self):
        """Arguments every verb takes."""
        ahead = date.today() + timedelta(days=30)
        soon = date.today() + timedelta(days=5)
        return {
            "added": None,
            "filters": None,
            "is_cumulative": True,
            "months": 12,
            "number": None,
            "points": 5,
            "attachment_ids": None,
            "band": "watch",
            "before": None,
            "case_id": lambda: self.record("crl.case"),
            "deadline": f"{soon} 09:00:00",
            "envelope": "c6",
            "figure": "meetings",
            "is_printed": True,
            "letter_id": lambda: self.record("crl.touchpoint", "post"),
            "letter_ids": lambda: [self.record("crl.touchpoint", "post")],
            "limit": 5,
            "lines": lambda: [
                {"key": f"p{self.record('res.partner')}", "start": self.slot()}
            ],
            "metric": "meetings",
            "month": None,
            "partner_id": lambda: self.record("res.partner"),
            "plan": lambda: [
                [self.record("crl.touchpoint", "action_print_card"), self.slot()]
            ],
            "result": {"outcome": "reached", "verdict": "positive"},
            "scope": None,
            "sheet": "us_3x10",
            "sources": None,
            "start": 30,
            "take": True,
            "target": 10,
            "team_id": None,
            "text": "As agreed",
            "touchpoint_id": lambda: self.record("crl.touchpoint"),
            "verb": "keep",
            "view": None,
            "cadence_id": self.found["cadence"],
            "choices": {"email.marketing": "withdrawn"},
            "code": "fuzz",
            "date": f"{date.today() - timedelta(days=2)} 09:00:00",
            "day": str(date.today()),
            "deputy_id": self.found["users"]["colleague"],
            "date_planned": self.slot,
            "date_start": None,
            "dry_run": False,
            "indicator_id": self.found["indicator"],
            "key": None,
            "note": "As agreed",
            "outcome": "reached",
            "raw": 42.5,
            "reason": "As agreed",
            "rows": [{"partner": "FUZZ", "indicator": "fuzz", "raw": 42}],
            "score": 4,
            "source": "import",
            "stage_id": self.found["stage"],
            "until": str(ahead),
            "user_id": self.found["users"]["rep"],
            "verdict": "positive",
        }

    def owner(self, model, method=""):
        """The role that may do it."""
        is_managers = model in MANAGERS or method in MANAGERS_VERBS
        return "manager" if is_managers else "rep"

    def record(self, model, method="", role=None):
        """The id of a record of a role's own, on which a verb can work."""
        role = role or self.owner(model, method)
        key = role, model, STATES.get(method)
        if key not in self.records:
            record = getattr(self, "make_" + model.replace(".", "_"))(role)
            prepare = getattr(self, f"make_{key[2]}", None)
            self.records[key] = prepare(role, record) if prepare else record
            self.rows = self.read_rows()
        return self.records[key]

    def methods(self):
        """``(model, method, its valid arguments)`` of all that can be called."""
        for model, method, parameters in self.found["methods"]:
            maker = "make_" + model.replace(".", "_")
            assert hasattr(self, maker), f"Add {maker}: {model}.{method} can be called."
            unknown = set(parameters) - set(self.valid())
            assert not unknown, f"Add to valid(): {unknown} of {model}.{method}."
            special = self.special()
            known = {
                **self.valid(),
                **special.get(method, {}),
                **special.get((model, method), {}),
            }
            yield model, method, {name: known[name] for name in parameters}

    def special(self):
        """Where a verb takes another value than the others."""
        return {
            "action_hand_over": {"user_id": self.found["users"]["colleague"]},
            ("crl.base", "open_figure"): {
                "figure": "new",
                "month": str(date.today()),
            },
        }
