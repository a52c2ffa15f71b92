from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import crl_alert_opening
from .test_health import HealthCase


@tagged("post_install", "-at_install")
class TestAlert(HealthCase):
    def at_risk(self, partner=None):
        self.score(20, 20, 20, 20, partner=partner)

    def well(self, partner=None):
        self.score(90, 90, 90, 90, partner=partner)

    def alarm(self, partner=None):
        """A customer who has been at risk for three days."""
        self.at_risk(partner)
        self.at("2026-03-05 10:00:00")
        self.tonight()
        return self.alerts(partner)

    def activities(self):
        return self.customer.activity_ids.filtered(
            lambda a: a.summary == "Look after them: at risk"
        )

    # ---- Opening and closing ----

    def test_an_alert_waits_for_the_days_of_the_company(self):
        self.at_risk()
        self.at("2026-03-05 09:59:59")
        self.tonight()
        self.assertFalse(self.alerts())
        self.at("2026-03-05 10:00:00")
        self.tonight()
        alert = self.alerts()
        self.assertEqual((alert.reason, alert.state), ("band", "open"))
        self.assertEqual(alert.user_id, self.rep)
        self.assertEqual(self.activities().user_id, self.rep)

    def test_a_score_that_goes_up_and_down_alarms_nobody(self):
        for day in (2, 4, 6, 8, 10):
            self.at(f"2026-03-{day:02} 10:00:00")
            self.at_risk()
            self.tonight()
            self.at(f"2026-03-{day + 1:02} 10:00:00")
            self.well()
            self.tonight()
        self.assertFalse(self.alerts())

    def test_there_is_one_alert_however_often_it_is_looked(self):
        self.alarm()
        for day in (6, 7, 8):
            self.at(f"2026-03-{day:02} 10:00:00")
            self.tonight()
        self.assertEqual(len(self.alerts()), 1)
        self.assertEqual(len(self.activities()), 1)

    def test_it_closes_when_the_reason_is_gone(self):
        alert = self.alarm()
        self.well()
        self.assertEqual((alert.state, alert.dedup_key), ("done", False))
        self.assertFalse(self.activities())
        # and opens anew when it is back
        self.at_risk()
        self.at("2026-03-20 10:00:00")
        self.tonight()
        self.assertEqual(self.alerts().mapped("state"), ["done", "open"])

    def test_a_knock_out_alarms_at_once(self):
        self.i10.write({"knock_out": "watch", "knock_out_score": 10})
        self.score(90, 90, 90, 5)
        alert = self.alerts()
        self.assertEqual(
            (alert.reason, alert.indicator_id, alert.title),
            ("knock_out", self.i10, "To watch: Indicator 10"),
        )
        self.score(90, 90, 90, 50)
        self.assertEqual(alert.state, "done")

    def test_what_somebody_knows_better_silences_alerts(self):
        self.i10.write({"knock_out": "at_risk", "knock_out_score": 10})
        self.score(20, 20, 20, 5)
        self.assertEqual(self.alerts().mapped("state"), ["open"])
        row = self.customer.crl_relationship_id.with_user(self.rep)
        row.action_override_health("healthy", "All is well")
        self.assertEqual(self.alerts().mapped("state"), ["done"])

    def test_archived_customers_alarm_nobody(self):
        self.at_risk()
        self.customer.active = False
        self.at("2026-03-05 10:00:00")
        self.tonight()
        self.assertFalse(self.alerts())

    def test_a_flood_does_not_bury_the_rep(self):
        others = [self._new_customer(f"Customer {index}") for index in range(4)]
        for partner in others:
            self.at_risk(partner)
        with patch.object(crl_alert_opening, "MAX_ACTIVITIES", 3):
            self.alarm()
        alerts = self.env["crl.alert"].search([("user_id", "=", self.rep.id)])
        self.assertEqual(len(alerts), 5)
        self.assertEqual(len(alerts.activity_id), 3)
        told = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.rep.partner_id.ids),
                ("subject", "=", "More customers at risk: 2"),
            ]
        )
        self.assertEqual(len(told), 1)

    # ---- What users do ----

    def test_an_unhappy_customer_is_not_on_the_list_twice(self):
        self.enroll()
        call = self.touchpoint(self.customer.crl_enrollment_ids, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "negative", "Dry dough")
        self.assertTrue(self.alarm())
        self.assertFalse(self.activities())

    def test_put_off_it_comes_back_on_its_day(self):
        alert = self.alarm()
        alert.with_user(self.rep).action_snooze("2026-03-20", "On holiday")
        self.assertEqual(alert.state, "snoozed")
        self.assertFalse(self.activities())
        self.at("2026-03-19 10:00:00")
        self.tonight()
        self.assertEqual((self.alerts(), alert.state), (alert, "snoozed"))
        self.at("2026-03-20 10:00:00")
        self.run_cron()
        self.assertEqual((self.alerts(), alert.state), (alert, "open"))
        self.assertEqual(len(self.activities()), 1)

    def test_done_it_does_not_come_back_for_the_same_reason(self):
        alert = self.alarm()
        alert.with_user(self.rep).action_done("Called, they stay")
        self.assertFalse(self.activities())
        self.at("2026-03-20 10:00:00")
        self.tonight()
        self.assertEqual((self.alerts(), alert.state), (alert, "done"))
        self.well()
        self.at_risk()
        self.at("2026-03-25 10:00:00")
        self.tonight()
        self.assertEqual(self.alerts().mapped("state"), ["done", "open"])

    def test_whose_alerts_they_are(self):
        alert = self.alarm()
        for user in (self.rep, self.leader, self.manager):
            self.assertTrue(alert.with_user(user).has_access("read"))
        for verb, args in (("action_snooze", ("2026-04-01",)), ("action_done", ())):
            with self.assertRaises(AccessError):
                getattr(alert.with_user(self.other_rep), verb)(*args)
        with self.assertRaises(AccessError):
            alert.with_user(self.rep).state = "done"
        for until in (False, "2026-03-05", "soon"):
            with self.assertRaises(UserError):
                alert.with_user(self.rep).action_snooze(until)
        alert.with_user(self.rep).action_done()
        with self.assertRaises(UserError):
            alert.with_user(self.rep).action_done()

    def test_the_next_salesperson_gets_the_alert(self):
        alert = self.alarm()
        self.customer.user_id = self.other_rep
        self.assertEqual(alert.user_id, self.other_rep)
        self.assertEqual(self.activities().user_id, self.other_rep)

    def test_merged_customers_have_one_alert_a_reason(self):
        twin = self._new_customer("Bella Napoli SARL")
        self.at_risk(twin)
        first = self.alarm()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + twin).ids, self.customer)
        alerts = self.alerts()
        self.assertEqual(len(alerts), 2)
        self.assertEqual(alerts.filtered("dedup_key"), first)

    # ---- Procedures that alerts start ----

    def playbook(self, **values):
        return self.env["crl.cadence"].create(
            {
                "name": "Win them back",
                "is_main": False,
                "start_on": "band",
                "step_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Call them",
                            "channel": "call",
                            "stage_id": self.env.ref("crl_retention.stage_at_risk").id,
                        },
                    )
                ],
                **values,
            }
        )

    def test_an_alert_starts_a_procedure_once(self):
        playbook = self.playbook()
        alert = self.alarm()
        self.assertEqual(alert.enrollment_id.cadence_id, playbook)
        seen = self.customer.with_user(self.rep)
        self.assertEqual(seen.crl_side_cadences, playbook.name)
        alert.enrollment_id.action_exit("Called")
        self.assertFalse(seen.crl_side_cadences)
        self.at("2026-03-07 10:00:00")
        self.tonight()
        self.assertEqual(len(self.customer.crl_enrollment_ids), 1)

    def test_who_cannot_enter_is_in_the_log(self):
        self.playbook()
        self.customer.crl_do_not_contact = True
        alert = self.alarm()
        self.assertFalse(alert.enrollment_id)
        line = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id), ("rule", "=", "playbook")]
        )
        self.assertIn("does not want to be contacted", line.sentence)

    def test_alerts_that_were_open_before_start_nothing(self):
        alert = self.alarm()
        self.at("2026-03-06 10:00:00")
        self.playbook()
        self.tonight()
        self.assertFalse(alert.enrollment_id)

    def test_an_indicator_at_its_limit_starts_a_procedure(self):
        playbook = self.playbook(
            start_on="indicator", start_indicator_id=self.i10.id, start_score=30
        )
        self.score(90, 90, 90, 31)
        self.run_cron()
        self.assertFalse(self.alerts())
        self.score(90, 90, 90, 30)
        self.run_cron()
        alert = self.alerts()
        self.assertEqual((alert.reason, alert.cadence_id), ("limit", playbook))
        self.assertEqual(alert.enrollment_id.cadence_id, playbook)

    def test_a_playbook_needs_its_indicator(self):
        with self.assertRaises(UserError):
            self.playbook(start_on="indicator")

    def test_the_shipped_playbook_starts_nothing_as_delivered(self):
        shipped = self.env.ref("crl_retention.cadence_at_risk")
        self.assertFalse(shipped.active)
        alert = self.alarm()
        self.assertFalse(alert.enrollment_id)
        self.well()
        shipped.active = True
        self.at_risk()
        self.at("2026-03-20 10:00:00")
        self.tonight()
        alert = self.alerts()[-1]
        self.assertEqual(alert.enrollment_id.cadence_id, shipped)
        first = alert.enrollment_id.touchpoint_ids.sorted("date_planned")[0]
        self.assertEqual((first.channel, first.user_id), ("call", self.rep))
