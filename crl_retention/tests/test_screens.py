from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import WebCase

APP = "crl_retention.crl_retention_menu_root"


@tagged("post_install", "-at_install")
class TestTimeline(TransactionCase):
    """The drawing of a procedure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cadence = cls.env.ref("crl_retention.cadence_new_account").copy()

    def marks(self, cadence=None):
        """``{step: places}`` of all stages."""
        return {
            mark["name"]: mark["at"]
            for stage in (cadence or self.cadence).timeline
            for mark in stage["marks"]
        }

    def test_stages_and_marks(self):
        stages = self.cadence.timeline
        self.assertEqual([stage["months"] for stage in stages], [1, 1, 1])
        marks = self.marks()
        self.assertEqual(marks["Welcome"], [0])
        self.assertEqual(marks["A new beginning"], [0])
        self.assertAlmostEqual(marks["First call"][0], 7 / 31, 3)
        self.assertAlmostEqual(marks["Second call"][0], 14 / 28, 3)

    def test_recurring_steps_fill_a_year(self):
        cadence = self.env.ref("crl_retention.cadence_preservation")
        [stage] = cadence.timeline
        self.assertTrue(stage["is_open"])
        self.assertEqual(len(self.marks(cadence)["Friendly call"]), 4)

    def test_outside_its_stage(self):
        call = self.cadence.step_ids.filtered(lambda step: step.name == "First call")
        call.delay_count = 9
        self.assertEqual(self.marks()["First call"], [1])

    def test_follows_what_is_not_saved_yet(self):
        draft = self.env["crl.cadence"].new(origin=self.cadence)
        draft.step_ids += self.env["crl.cadence.step"].new(
            {
                "name": "Letter",
                "channel": "letter",
                "stage_id": self.env.ref("crl_retention.stage_month_3").id,
                "delay_from": "stage",
                "delay_unit": "days",
                "sequence": 90,
            }
        )
        self.assertEqual(self.marks(draft)["Letter"], [0])

    def test_no_steps(self):
        self.assertFalse(self.env["crl.cadence"].create({"name": "New"}).timeline)


@tagged("post_install", "-at_install")
class TestScreens(WebCase):
    """Every screen of the app opens, for each role that has its menu."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "crl_tour_manager",
            "crl_retention.crl_retention_group_manager,base.group_partner_manager",
            name="Tour Manager",
        )
        cls.env["res.users.settings"]._find_or_create_for_user(cls.manager)
        cls.customer, cls.unhappy = cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "email": f"{name.split()[0]}@example.com",
                    "user_id": cls.manager.id,
                }
                for name in ("Osteria Tour", "Locanda Tour")
            ]
        )
        cls.cadence = cls.env.ref("crl_retention.cadence_new_account")
        (cls.customer + cls.unhappy).crl_enroll(cls.cadence.id)
        cls.case = (
            cls.env["crl.case"]
            .with_user(cls.manager)
            .create(
                {
                    "partner_id": cls.unhappy.id,
                    "kind": "complaint",
                    "description": "The boxes were damp.",
                }
            )
        )
        cls.procedure = cls.cadence.copy({"name": "Tour procedure"})

    def test_screens(self):
        self.start_tour(
            "/odoo/retention-customers", "crl_screens", login=self.manager.login
        )

    def test_dry_run(self):
        calls = self.procedure.step_ids.filtered(lambda step: step.channel == "call")
        calls[0].condition = "[('ref', '=', 'nobody')]"
        self.manager.out_of_office_from = fields.Datetime.now()
        self.procedure.enroll_domain = "[('name', '=', 'Trattoria Tour')]"
        self.customer.copy({"name": "Trattoria Tour"})
        self.start_tour(
            "/odoo/retention-procedures", "crl_dry_run", login=self.manager.login
        )

    def test_cadence_editor(self):
        self.start_tour(
            "/odoo/retention-procedures", "crl_cadence_editor", login=self.manager.login
        )
        second = self.env.ref("crl_retention.stage_month_2")
        call = self.procedure.step_ids.filtered(lambda step: step.name == "First call")
        self.assertEqual((call.stage_id, call.delay_count), (second, 3))
        self.assertEqual(
            self.procedure.step_ids.filtered(lambda s: s.stage_id == second).mapped(
                "name"
            )[-1],
            "First call",
        )

    def test_menus_of_each_role(self):
        """What a role's menus open, it may read."""
        app = self.env.ref(APP)
        least = {"user": 6, "all": 9, "marketing": 1, "direction": 7}
        for role, count in least.items():
            user = new_test_user(
                self.env,
                f"crl_menu_{role}",
                f"crl_retention.crl_retention_group_{role}",
            )
            menus = self.env["ir.ui.menu"].with_user(user)
            shown = menus._visible_menu_ids()
            visible = menus.search(
                [("id", "child_of", app.id)]
            ).filtered(
                lambda menu, shown=shown: (
                    menu.action
                    # a menu under one that is hidden is out of reach
                    and shown.issuperset(map(int, menu.parent_path.split("/")[:-1]))
                )
            )
            self.assertGreaterEqual(len(visible), count, role)
            for menu in visible:
                action = menu.action.sudo()  # the client reads it so
                if action._name != "ir.actions.act_window":
                    continue  # a screen of its own, with a tour of its own
                model = self.env[action.res_model].with_user(user)
                views = [(False, mode) for mode in action.view_mode.split(",")]
                model.get_views([*views, (False, "search")])
                model.search([], limit=1)
                if action.target != "new":
                    self.assertTrue(action.help, f"{action.name} has no empty state")

    def test_new_case_of_a_rep(self):
        """The form sends no deadline for a complaint and no rep: both are found."""
        form = {"partner_id": self.customer.id, "kind": "complaint", "deadline": False}
        case = self.env["crl.case"].with_user(self.manager).create(form)
        self.assertTrue(case.deadline)
        self.assertEqual(case.user_id, self.manager)

    def ask(self, verb, **values):
        return (
            self.env["crl.ask"]
            .with_user(self.manager)
            .create({"verb": verb, **values})
            .action_confirm()
        )

    def test_reasons_are_logged(self):
        enrollment = self.customer.crl_enrollment_ids
        until = fields.Date.add(fields.Date.today(), days=9)
        self.ask("pause", enrollment_id=enrollment.id, day=until, reason="Holidays")
        self.assertEqual((enrollment.state, enrollment.pause_until), ("paused", until))
        enrollment.action_resume()
        touchpoint = enrollment.touchpoint_ids.filtered(lambda t: t.channel == "visit")[
            0
        ]
        self.ask("skip", touchpoint_id=touchpoint.id, reason="Not wanted")
        self.assertEqual(touchpoint.state, "skipped")
        self.ask("restart", enrollment_id=enrollment.id, reason="New owner")
        self.assertEqual(enrollment.cycle, 2)
        self.ask("exit", enrollment_id=enrollment.id, reason="Closed down")
        self.assertEqual(enrollment.state, "exited")
        self.ask("cancel", case_id=self.case.id, reason="By mistake")
        self.assertEqual(self.case.state, "cancelled")
        notes = " ".join(
            self.env["crl.touchpoint.log"]
            .search([("partner_id", "in", (self.customer + self.unhappy).ids)])
            .filtered("note")
            .mapped("note")
        )
        for reason in (
            "Holidays",
            "Not wanted",
            "New owner",
            "Closed down",
            "By mistake",
        ):
            self.assertIn(reason, notes)

    def test_page_of_the_customer(self):
        partner = self.unhappy.with_user(self.manager)
        self.assertEqual(partner.crl_cadence_id, self.cadence)
        action = partner.action_crl_cases()
        self.assertEqual(self.env["crl.case"].search(action["domain"]), self.case)
        self.assertEqual(
            partner.action_crl_open_enrollment()["res_id"],
            self.unhappy.crl_enrollment_ids.id,
        )
        visit = self.case.visit_id
        visit.with_user(self.manager).action_done("reached", "positive", "All dry now.")
        partner.invalidate_recordset()
        self.assertEqual(partner.crl_last_words, "All dry now.")
        self.assertEqual(visit.title, "Visit an unhappy customer")
        self.assertEqual(
            self.env["crl.touchpoint"]
            .with_context(lang="en_US")
            .new({"channel": "call"})
            .title,
            "Call",
        )
