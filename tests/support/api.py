"""The public methods of the addon as other systems call them, each role with a key."""

import json
import re
from base64 import b64encode
from datetime import date, timedelta
from itertools import count

import requests

#: Dialogs of managers, and what they alone may do with a customer.
MANAGERS = (
    "crl.hand.over", "crl.privacy", "crl.cadence.move", "crl.heartbeat", "crl.campaign",
    "crl.segment", "crl.indicator", "crl.indicator.import", "crl.health.trial",
)  # fmt: skip
MANAGERS_VERBS = ("crl_export_data", "crl_erase_data")
#: What a record must have come to before a verb can work on it.
STATES = {
    "action_resume": "paused",
    "action_reopen": "closed",
    "action_send_again": "failed",
    "action_arrived": "failed",
    "action_print_card": "visit",
    "action_close": "released",
    "action_load": "read",
    "action_wake": "snoozed",
}
#: What buttons say besides.
CONTEXTS = {"action_figure": {"crl_figure": "todo"}}
#: As somebody sends it.
FILE = b64encode(b"customer,code,value\nFUZZ,fuzz,7\nNobody,fuzz,7\n").decode()
#: The id of no record.
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
        self.numbers = count()

    def read_rows(self):
        """Every row of the tables a verb could change."""
        digest = "md5(string_agg(t::text, '' ORDER BY t::text))"
        unions = " UNION ALL ".join(
            f"SELECT '{name}', {digest} FROM {name} t" for name in self.tables
        )
        return dict(self.server.database.sql(unions))

    def post(self, role, model, method, **arguments):
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
        self.changed = {name for name in before if before[name] != self.rows[name]}
        if self.changed:
            assert status == 200, f"{told}, and yet it changed {self.changed}"
            self.records.clear()
        return status

    def valid(self):
        """Arguments every verb takes."""
        ahead = date.today() + timedelta(days=30)
        return {
            "band": "watch",
            "cadence_id": self.found["cadence"],
            "choices": {"email.marketing": "withdrawn"},
            "code": "fuzz",
            "date": f"{date.today() - timedelta(days=2)} 09:00:00",
            "day": str(date.today()),
            "deputy_id": self.found["users"]["colleague"],
            "date_planned": f"{ahead} 09:00:00",
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

    def make_paused(self, role, enrollment):
        self.do(role, "crl.enrollment", "action_pause", ids=[enrollment])
        return enrollment

    def make_closed(self, role, case):
        self.do(role, "crl.case", "action_cancel", ids=[case])
        return case

    def make_visit(self, role, touchpoint):
        return self.find_contact(role, self.enrollment, ("channel", "=", "visit"))

    def make_failed(self, role, touchpoint):
        message = ("channel", "in", ["message", "email"])
        touchpoint = self.find_contact(role, self.enrollment, message)
        self.server.database.sql(
            """UPDATE crl_touchpoint SET state = 'failed', medium = 'email'
                WHERE id = %s""",
            touchpoint,
        )
        return touchpoint

    def make_res_partner(self, role):
        values = {
            "name": f"Customer of {role}",
            "email": f"customer{next(self.numbers)}@example.com",
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
        self.enrollment = self.make_crl_enrollment(role)
        return self.find_contact(role, self.enrollment, ("channel", "=", "call"))

    def find_contact(self, role, enrollment, leaf):
        domain = [("enrollment_id", "=", enrollment), leaf]
        return self.find(role, "crl.touchpoint", domain)

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

    def make_crl_actor(self, role):
        return MISSING

    def make_crl_alert(self, role):
        # the engine opens them
        return self.server.database.one(
            """INSERT INTO crl_alert (partner_id, company_id, user_id, reason, state,
                                      date, date_started)
               VALUES (%s, %s, %s, 'band', 'open', NOW(), NOW()) RETURNING id""",
            self.make_res_partner(role),
            self.found["company"],
            self.found["users"][role],
        )

    def make_snoozed(self, role, alert):
        until = self.valid()["until"]
        self.do(role, "crl.alert", "action_snooze", ids=[alert], until=until)
        return alert

    def make_crl_alert_snooze(self, role):
        alerts = [(6, 0, [self.make_crl_alert(role)])]
        return self.make_wizard(role, "crl.alert.snooze", alert_ids=alerts)

    def make_crl_consent_entry(self, role):
        partner = self.make_res_partner(role)
        return self.make_wizard(
            role, "crl.consent.entry", partner_id=partner, contact_id=partner,
            email=True, note="As agreed",
        )  # fmt: skip

    def make_crl_health_override(self, role):
        relationship = self.make_crl_relationship(role)
        return self.make_wizard(
            role, "crl.health.override", relationship_id=relationship, band="watch",
            reason="As agreed",
        )  # fmt: skip

    def make_crl_health_trial(self, role):
        return self.make_wizard(role, "crl.health.trial")

    def make_crl_indicator(self, role):
        return self.found["indicator"]

    def make_crl_indicator_entry(self, role):
        return self.make_wizard(
            role, "crl.indicator.entry", partner_id=self.make_res_partner(role),
            indicator_id=self.found["indicator"], raw=next(self.numbers),
        )  # fmt: skip

    def make_crl_indicator_import(self, role):
        return self.make_wizard(
            role, "crl.indicator.import", file=FILE, filename="values.csv"
        )

    def make_read(self, role, dialog):
        self.do(role, "crl.indicator.import", "action_read", ids=[dialog])
        return dialog

    def make_crl_segment(self, role, domain="[('ref', '=', 'FUZZ')]"):
        return self.make_wizard(
            role, "crl.segment", name="Fuzz", domain=domain,
            company_id=self.found["company"],
        )  # fmt: skip

    def make_crl_campaign(self, role, segment=None, operator="rep"):
        return self.make_wizard(
            role, "crl.campaign", name="Fuzz", cadence_id=self.found["cadence"],
            segment_id=segment or self.make_crl_segment(role),
            operator_ids=[(6, 0, [self.found["users"][operator]])],
        )  # fmt: skip

    def make_released(self, role, campaign):
        self.do(role, "crl.campaign", "action_release", ids=[campaign])
        return campaign

    def make_crl_campaign_member(self, role):
        customer = f"[('id', '=', {self.make_res_partner(role)})]"
        segment = self.make_crl_segment("manager", customer)
        campaign = self.make_crl_campaign("manager", segment, role)
        self.make_released("manager", campaign)
        domain = [("campaign_id", "=", campaign)]
        return self.find(role, "crl.campaign.member", domain)

    def make_crl_cadence_step(self, role):
        domain = [("cadence_id", "=", self.found["cadence"])]
        return self.find(role, "crl.cadence.step", domain)

    def make_res_users(self, role):
        return self.found["users"][role]

    def make_crl_heartbeat(self, role):
        return MISSING

    def make_crl_dry_run(self, role):
        return self.make_wizard(role, "crl.dry.run", cadence_id=self.found["cadence"])

    def make_crl_dry_run_reason(self, role):
        partners = [self.make_res_partner(role)]
        return self.make_wizard(role, "crl.dry.run.reason", partners=partners)

    def make_crl_hand_over(self, role):
        return self.make_wizard(
            role, "crl.hand.over", mode="one", archive=False,
            user_ids=[(6, 0, [self.found["users"]["nobody"]])],
            heir_id=self.found["users"]["rep"],
        )  # fmt: skip

    def make_crl_privacy(self, role):
        partner = self.make_res_partner(role)
        return self.make_wizard(role, "crl.privacy", partner_id=partner)

    def make_crl_cadence_move(self, role):
        cadence = self.found["cadence"]
        return self.make_wizard(role, "crl.cadence.move", cadence_id=cadence)

    def make_crl_why(self, role):
        partner = self.make_res_partner(role)
        return self.make_wizard(role, "crl.why", partner_id=partner)

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
