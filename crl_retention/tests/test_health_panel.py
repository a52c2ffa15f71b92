from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_health import HealthCase


@tagged("post_install", "-at_install")
class TestHealthPanel(HealthCase):
    def panel(self, user=None):
        self.env.invalidate_all()
        return self.customer.with_user(user or self.rep).crl_health_panel

    def remedies(self):
        return [remedy["name"] for remedy in self.panel()["remedies"]]

    def help(self, indicator, user=None):
        row = self.customer.crl_relationship_id.with_user(user or self.rep)
        return row.action_remedy(indicator.id)

    # ---- What it says ----

    def test_what_pulls_down_adds_up_to_the_score(self):
        self.score(80, 50, None, 20)
        panel = self.panel()
        self.assertEqual(panel["score"], 61.25)
        self.assertEqual(panel["confidence"], 80)
        lines = {line["name"]: line for line in panel["lines"]}
        self.assertEqual(lines["Indicator 30"]["share"], 38)
        pulls = sum(line["pull"] for line in panel["lines"])
        self.assertAlmostEqual(100 - pulls, 61.25, 0)
        self.assertEqual(panel["lines"][0]["name"], "Indicator 30")
        self.assertIsNone(lines["Indicator 20"]["score"])

    def test_one_of_many_is_not_written_in_the_plural(self):
        for unit, one, two in (
            ("promises", "1", "2 promises"),
            ("%", "1 %", "2 %"),
            ("of 5", "1 of 5", "2 of 5"),
            ("kg", "1 kg", "2 kg"),
        ):
            self.i40.unit = unit
            self.assertEqual((self.i40._tell_raw(1), self.i40._tell_raw(2)), (one, two))

    def test_what_is_out_of_date_is_shown_with_its_date(self):
        self.i40.valid_days = 10
        self.score(10, 80, 80, 80)
        self.at("2026-03-20 10:00:00")
        line = {line["name"]: line for line in self.panel()["lines"]}["Indicator 40"]
        self.assertEqual(
            (line["stale"], line["score"], line["date"]), (True, None, "03/02/2026")
        )

    def test_nothing_is_known(self):
        panel = self.panel()
        self.assertEqual((panel["band"], panel["score"]), ("", None))
        self.assertFalse(panel["remedies"])

    def test_what_changed_in_four_weeks(self):
        self.score(80, 80, 80, 80)
        self.env["crl.indicator.history"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "indicator_id": indicator.id,
                    "week": "2026-02-02",
                    "score": score,
                    "dedup_key": f"{indicator.id}:{self.customer.id}:2026-02-02",
                }
                for indicator, score in ((self.i40, 60), (self.i10, 95))
            ]
        )
        changes = self.panel()["changes"]
        self.assertEqual(
            [(c["name"], c["before"], c["now"], c["is_better"]) for c in changes],
            [("Indicator 40", 60, 80, True), ("Indicator 10", 95, 80, False)],
        )

    def test_the_two_things_that_help_most(self):
        self.i30.remedy = "visit"
        self.score(20, 30, 80, 70)
        self.assertEqual(self.remedies(), ["Indicator 40", "Indicator 30"])
        first, then = [remedy["result"] for remedy in self.panel()["remedies"]]
        self.assertRegex(first, "would bring the health to .*, Watch")
        self.assertEqual(then, "would then bring it to 90, Healthy")
        self.score(90, 90, 90, 90)
        self.assertFalse(self.remedies())

    def test_reps_see_the_panel_of_their_own_customers(self):
        self.score(20, 30, 80, 70)
        self.assertTrue(self.panel(self.leader))
        self.assertFalse(self.panel(self.other_rep))
        direction = self._new_user("direction", "direction")
        panel = self.panel(direction)
        self.assertFalse(panel["can_act"])
        self.assertEqual(len(panel["lines"]), 4)

    # ---- What one click does ----

    def test_a_call_is_planned_for_the_next_working_morning(self):
        self.i40.remedy = "call"
        self.score(20, 30, 80, 70)
        result = self.help(self.i40)
        self.assertEqual(result["tag"], "display_notification")
        call = self.customer.crl_touchpoint_ids
        self.assertEqual((call.channel, call.user_id), ("call", self.rep))
        self.assertEqual(call.state, "open")
        self.assertEqual(call.title, "Call the customer: Indicator 40")
        self.assertEqual(str(call.date_planned), "2026-03-03 08:00:00")
        # a second click finds it
        result = self.help(self.i40)
        self.assertEqual((result["res_model"], result["res_id"]), (call._name, call.id))
        self.assertEqual(self.customer.crl_touchpoint_ids, call)

    def test_an_open_case_is_worked_on(self):
        self.i40.remedy = "case"
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Dry dough"}
        )
        result = self.help(self.i40)
        self.assertEqual((result["res_model"], result["res_id"]), (case._name, case.id))

    def test_without_a_case_they_are_visited(self):
        self.i40.remedy = "case"
        self.help(self.i40)
        self.assertEqual(self.customer.crl_touchpoint_ids.channel, "visit")

    def test_the_address_is_asked_for(self):
        self.i40.remedy = "address"
        self.help(self.i40)
        self.help(self.i40)
        activity = self.customer.activity_ids
        self.assertEqual(
            (activity.summary, activity.user_id), ("Correct the address", self.rep)
        )

    def test_nobody_plans_for_others_customers(self):
        with self.assertRaises(AccessError):
            self.help(self.i40, self.other_rep)
        direction = self._new_user("direction", "direction")
        with self.assertRaises(AccessError):
            self.help(self.i40, direction)
        with self.assertRaises(UserError):
            self.customer.crl_relationship_id.with_user(self.rep).action_remedy("40")
        self.assertFalse(self.customer.crl_touchpoint_ids)


@tagged("post_install", "-at_install")
class TestHealthTrial(HealthCase):
    def trial(self, user=None, **values):
        trial = self.env["crl.health.trial"].with_user(user or self.manager)
        return trial.create(values)

    def test_who_would_change_is_shown_and_nothing_written(self):
        other = self._new_customer("Da Mario")
        self.score(20, 80, 80, 80)
        self.score(90, 90, 90, 90, partner=other)
        trial = self.trial()
        trial.action_compare()
        self.assertEqual((trial.moved_count, "Nobody" in trial.result), (0, True))
        line = trial.line_ids.filtered(lambda line: line.indicator_id == self.i40)
        line.weight = 400
        trial.action_compare()
        self.assertEqual(trial.moved_count, 1)
        self.assertIn("Bella Napoli", trial.result)
        self.assertNotIn("Da Mario", trial.result)
        self.assertEqual(self.facts(), (56, "watch", 100))
        self.assertEqual(self.i40.weight, 40)

    def test_thresholds_and_limits_are_tried_as_well(self):
        self.score(60, 60, 60, 60)
        trial = self.trial()
        trial.at_risk = 60
        [moved] = [r for r in trial._compare() if r["before"] != r["after"]]
        self.assertEqual(
            (moved["before"], moved["after"], moved["partner_ids"]),
            ("watch", "at_risk", self.customer.ids),
        )
        trial = self.trial()
        trial.line_ids.write({"raw_fair": 20, "raw_good": 50})
        [moved] = [r for r in trial._compare() if r["before"] != r["after"]]
        self.assertEqual(moved["after"], "healthy")

    def test_what_is_applied_is_followed(self):
        self.score(20, 80, 80, 80)
        trial = self.trial(at_risk=60, watch=90)
        line = trial.line_ids.filtered(lambda line: line.indicator_id == self.i40)
        line.weight = 60
        trial.action_apply()
        self.assertEqual(self.i40.weight, 60)
        self.assertEqual(self.company.crl_health_at_risk, 60)
        self.run_cron()
        self.assertEqual(self.facts(), (50, "at_risk", 100))

    def test_nonsense_is_not_tried(self):
        for values in ({"at_risk": 80}, {"watch": 120}, {"at_risk": -1}):
            with self.assertRaises(UserError):
                self.trial(**values).action_compare()
        trial = self.trial()
        trial.line_ids[0].raw_fair = 200
        with self.assertRaises(UserError):
            trial.action_compare()
        with self.assertRaises(UserError):
            trial.action_apply()

    def test_managers_alone(self):
        for user in (self.rep, self._new_user("marketing", "marketing")):
            with self.assertRaises(AccessError):
                self.trial(user)


@tagged("post_install", "-at_install")
class TestHealthFilters(HealthCase):
    def test_customers_are_found_by_their_health(self):
        self.score(20, 20, 20, 20)
        well = self._new_customer("Da Mario")
        self.score(90, 90, 90, 90, partner=well)
        Partner = self.env["res.partner"].with_user(self.rep)
        mine = [("id", "in", (self.customer + well).ids)]
        found = Partner.search([*mine, ("crl_band", "=", "at_risk")])
        self.assertEqual(found, self.customer)
        found = Partner.search([*mine, ("crl_score", ">", 50)])
        self.assertEqual(found, well)
        groups = Partner._read_group(mine, ["crl_band"], ["__count"])
        self.assertEqual(dict(groups), {"at_risk": 1, "healthy": 1})
