from odoo.tests import TransactionCase, tagged


@tagged("-standard", "-at_install", "post_install", "crl_demo")
class TestDemo(TransactionCase):
    """On a database with demo data (``--test-tags=crl_demo``), each screen has
    something to show, whatever day it was installed on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reps = cls.env["res.users"].search(
            [("login", "in", ("luca", "claire", "kenji"))]
        )

    def test_customers_in_every_stage(self):
        found = self.env["crl.relationship"].search([]).stage_id
        self.assertFalse(
            (self.env["crl.stage"].search([]) - found).mapped("name"),
            "stages without a customer",
        )

    def test_reps_have_contacts(self):
        self.assertEqual(len(self.reps), 3)
        for rep in self.reps:
            mine = (
                self.env["crl.touchpoint"]
                .with_user(rep)
                .search([("state", "=", "open"), ("user_id", "=", rep.id)])
            )
            self.assertGreaterEqual(len(mine), 3)
            self.assertEqual(mine.activity_id.user_id, rep)

    def test_reps_keep_their_time_zone(self):
        """Whoever looks at the demo logs in from somewhere else than Tokyo."""
        self.assertTrue(all(rep.login_date for rep in self.reps))

    def test_a_day_of_visits_can_be_driven(self):
        """Nobody is sent from one end of a country to the other in a day."""
        for rep in self.reps:
            day = self.env["crl.day"].with_user(rep).get_day()
            self.assertTrue(day["rows"], rep.name)
            self.assertLess(day["distance"], 800, rep.name)

    def test_two_open_cases_one_late(self):
        cases = self.env["crl.case"].search(
            [("state", "in", ("open", "planned")), ("kind", "!=", "promise")]
        )
        self.assertEqual(sorted(cases.mapped("is_late")), [False, True])
        self.assertEqual(cases.filtered("is_late").escalation, 2)

    def test_promises_of_every_kind(self):
        """The hook of a mixer is on its way from hand to hand, one promise is late."""
        promises = self.env["crl.case"].search([("kind", "=", "promise")])
        self.assertEqual(set(promises.mapped("promise_state")), {"open", "kept"})
        self.assertEqual(len(promises.filtered("is_late")), 1)
        self.assertEqual(set(promises.mapped("on_time")), {True, False})
        ines = self.env["res.users"].search([("login", "=", "ines")])
        reception = self.env["crl.reception"].with_user(ines)
        [row] = reception.find("Tre Gelsi")
        [promise] = reception.get_customer(row["partner_id"])["promises"]
        self.assertEqual(
            [hand["state"] for hand in promise["chain"]],
            ["done", "done", "now", "next"],
        )

    def test_a_deputy_stands_in(self):
        jonas = self.env["res.users"].search([("login", "=", "jonas")])
        self.assertEqual(jonas.crl_cover_id.login, "luca")
        # early in a month visits are booked for when he is back
        visits = self.env["crl.touchpoint"].search(
            [
                ("user_id", "=", jonas.id),
                ("state", "=", "open"),
                ("activity_id.date_deadline", "<=", jonas.crl_away_until),
            ]
        )
        self.assertEqual(visits.activity_id.user_id, jonas.crl_cover_id)

    def test_the_log_is_as_old_as_what_it_tells(self):
        lines = self.env["crl.touchpoint.log"].search([("rule", "=", "reached")])
        days = {line.date.date() for line in lines}
        self.assertGreater(len(days), 20)

    def test_what_waits_and_why(self):
        rules = self.env["crl.touchpoint.log"].search([]).mapped("rule")
        for rule in ("daily_limit", "reply", "consent", "delivery"):
            self.assertIn(rule, rules)
        fates = self.env["crl.touchpoint"].search([("fate", "!=", False)])
        self.assertEqual(set(fates.mapped("fate")), {"unclear", "dead"})

    def test_customers_on_a_former_version(self):
        thanks = self.env.ref("crl_retention.cadence_thanks_demo")
        self.assertEqual(thanks.version, 2)
        self.assertTrue(thanks.older_count)
        self.assertLess(thanks.older_count, thanks.running_count)

    def test_feedback_in_many_languages(self):
        answers = self.env["crl.touchpoint"].search([("feedback_date", "!=", False)])
        self.assertGreaterEqual(len(set(answers.partner_id.mapped("lang"))), 3)

    def test_history_left_nothing_behind(self):
        self.assertFalse(
            self.env.ref("crl_retention.history_demo", raise_if_not_found=False)
        )
        self.assertEqual(self.env.ref("base.main_company").crl_catch_up_days, 3)

    def test_customers_of_the_past_get_no_mail(self):
        answered = self.env["crl.touchpoint"].search([("state", "=", "done")])
        mails = self.env["mail.mail"].search(
            [("mail_message_id", "in", answered.mail_message_id.ids)]
        )
        self.assertEqual(set(mails.mapped("state")), {"sent"})

    def test_a_campaign_runs(self):
        campaign = self.env.ref("crl_retention.campaign_rye_demo")
        self.assertEqual(campaign.state, "released")
        self.assertEqual(len(campaign.member_ids.user_id), 2)
        self.assertTrue(campaign.todo_count)
        self.assertTrue(campaign.reached_count)
        self.assertTrue(self.env.ref("crl_retention.campaign_winter_demo").listed_count)

    def test_the_portfolio_board_is_full(self):
        board = self.env["crl.portfolio"].get_board()
        rows = [row for row in board["rows"] if row["id"] in self.reps.ids]
        self.assertEqual(len(rows), 3)
        for row in rows:
            # early in the month little is held yet, late there is little room
            self.assertTrue(row["meetings"] + row["booked"])
            self.assertTrue(row["meetings_bar"]["is_own"])

    def test_segments_have_customers_and_a_log(self):
        segment = self.env.ref("crl_retention.segment_italy_demo")
        self.assertTrue(segment.entered_count)
        self.assertTrue(segment.left_count)
        self.assertIn("Salespeople", segment.sheet)
