"""Records of a role's own, made as its user would make them, to call verbs on."""

from base64 import b64encode
from datetime import date, timedelta

from tests.support.api_orders import Orders

#: As somebody sends it.
FILE = b64encode(b"customer,code,value\nFUZZ,fuzz,7\nNobody,fuzz,7\n").decode()
#: The id of no record.
MISSING = 2**31 - 2


class Records(Orders):
    """What ``Api`` calls verbs on: a maker for each model, and for each state that a
    verb needs."""

    def make_paused(self, role, enrollment):
        self.do(role, "crl.enrollment", "action_pause", ids=[enrollment])
        return enrollment

    def make_closed(self, role, case):
        self.do(role, "crl.case", "action_cancel", ids=[case])
        return case

    def make_visit(self, role, touchpoint):
        return self.find_contact(role, self.enrollment, ("channel", "=", "visit"))

    def make_booked(self, role, touchpoint):
        visit = self.make_visit(role, touchpoint)
        self.do(
            "manager", "crl.touchpoint", "action_book", ids=[visit],
            date_planned=self.slot, user_id=self.found["users"][role],
        )  # fmt: skip
        return visit

    def make_failed(self, role, touchpoint):
        message = ("channel", "in", ["message", "email"])
        touchpoint = self.find_contact(role, self.enrollment, message)
        self.server.database.sql(
            """UPDATE crl_touchpoint SET state = 'failed', medium = 'email'
                WHERE id = %s""",
            touchpoint,
        )
        return touchpoint

    def make_letter(self, role, touchpoint):
        self.server.database.sql(
            """UPDATE crl_touchpoint SET channel = 'letter', state = 'open',
                      letter_text = 'Dear all' WHERE id = %s""",
            touchpoint,
        )
        self.server.database.sql(
            "UPDATE res_partner SET street = 'Rue 1', city = 'Paris' WHERE id = %s",
            self.customer,
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

    # screens: their verbs say whom they are about
    make_crl_screen = make_crl_desk = make_crl_day = make_crl_actor
    make_crl_portfolio = make_crl_reception = make_crl_quota = make_crl_actor
    make_crl_letter = make_crl_base = make_crl_actor

    def make_crl_newsletter(self, role):
        # one gets an email, one a letter
        self.make_crl_enrollment("rep")
        reader = self.customer
        self.make_crl_enrollment("rep")
        place = {"email": False, "street": "12 rue du Four", "city": "Lyon"}
        self.do("rep", "res.partner", "write", ids=[reader], vals=place)
        values = {"name": "From our kitchen", "body": "<p>What bakes in winter</p>"}
        [newsletter] = self.do(role, "crl.newsletter", "create", vals_list=[values])
        self.do(role, "crl.newsletter", "action_prepare", ids=[newsletter])
        return newsletter

    def make_crl_newsletter_sender(self, role):
        newsletter = self.make_crl_newsletter(role)
        domain = [("newsletter_id", "=", newsletter)]
        return self.find(role, "crl.newsletter.sender", domain)

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
            question_ids=[(0, 0, {"name": "Fuzz?", "kind": "yes_no"})],
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

    def make_crl_campaign_answer(self, role):
        member = self.make_crl_campaign_member(role)
        of = [("campaign_id.member_ids", "in", [member])]
        call = self.find(role, "crl.touchpoint", [*of, ("channel", "=", "call")])
        self.do(
            role, "crl.desk", "finish", touchpoint_id=call, view=False,
            result={"verdict": "positive", "answers": ["yes"]},
        )  # fmt: skip
        return self.find(role, "crl.campaign.answer", of)

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
            role, "crl.touchpoint.move", date_planned=self.slot(),
            touchpoint_ids=[(6, 0, [self.make_crl_touchpoint(role)])],
        )  # fmt: skip

    def make_crl_touchpoint_result(self, role):
        touchpoint = self.make_crl_touchpoint(role)
        return self.make_wizard(
            role, "crl.touchpoint.result", touchpoint_id=touchpoint, verdict="positive"
        )
