from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestCard(CrlCase):
    """The printed card, and an answer that comes before the rep's own result."""

    def setUp(self):
        super().setUp()
        self.enrollment = self.enroll()
        self.at("2026-03-16 09:00:00")
        self.run_cron()
        self.visit = self.touchpoint(self.enrollment, "step_m1_visit")
        self.report = self.env.ref("crl_retention.crl_touchpoint_card_report")

    def _print(self, user, touchpoint):
        """The card as HTML: what wkhtmltopdf would draw."""
        return (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html(self.report.report_name, touchpoint.ids)[0]
            .decode()
        )

    def test_card_of_a_visit(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        view = self.env.ref("crl_retention.touchpoint_card_one")
        view.update_field_translations(
            "arch_db", {"fr_FR": {"How are we doing?": "Êtes-vous content ?"}}
        )
        self.customer.lang = "fr_FR"
        action = self.visit.with_user(self.rep).action_print_card()
        self.assertEqual(action["report_name"], self.report.report_name)
        card = self._print(self.rep, self.visit)
        self.assertIn("Êtes-vous content ?", card)
        self.assertIn("data:image/png;base64,", card)
        # the code alone leads there, and what is printed is written down
        self.assertNotIn(self.visit.access_token, card)
        self.assertEqual(self.visit.log_ids[0].decision, "printed")
        token = self.visit.access_token
        self.visit.with_user(self.leader).action_print_card()
        self.assertEqual(self.visit.access_token, token)

    def test_who_prints_it(self):
        call = self.touchpoint(self.enrollment, "step_m1_call")
        with self.assertRaises(UserError):
            call.with_user(self.rep).action_print_card()
        with self.assertRaises(UserError):
            self._print(self.rep, self.visit)
        direction = self._new_user("direction", "direction")
        self.visit.with_user(self.rep).action_print_card()
        for user in (self.other_rep, direction):
            with self.assertRaises(AccessError):
                self.visit.with_user(user).action_print_card()
            with self.assertRaises(AccessError):
                self._print(user, self.visit)
        with self.assertRaises(AccessError):
            self.visit.with_user(self.rep).read(["access_token"])
        with self.assertRaises(AccessError):
            self.visit.with_user(self.rep).read(["feedback_url"])

    def test_the_customers_answer_stays_when_the_visit_is_closed(self):
        self.visit._register_answer("positive", words="Lovely dough")
        self.assertIn(self.visit.state, ("planned", "open"))
        wizard = (
            self.env["crl.touchpoint.result"]
            .with_user(self.rep)
            .create({"touchpoint_id": self.visit.id, "note": "They want more"})
        )
        self.assertFalse(wizard.asks_feedback)
        wizard.action_confirm()
        self.assertEqual(self.visit.state, "done")
        self.assertEqual(self.visit.verdict, "positive")
        self.assertEqual(self.visit.note, "Lovely dough")
        self.assertIn("They want more", self.visit.log_ids[0].note)

    def test_unhappy_by_card_opens_one_case(self):
        self.visit._register_answer("negative", words="Dry dough")
        case = self.customer.crl_case_ids
        self.assertEqual(len(case), 1)
        words, clock = case.description, case.date_open
        self.at("2026-03-16 15:00:00")
        self.visit.with_user(self.rep).action_done("reached", "negative", "Said so too")
        self.assertEqual(self.customer.crl_case_ids, case)
        self.assertEqual((case.description, case.date_open), (words, clock))
        self.assertEqual(self.enrollment.state, "recovery")

    def test_a_rep_who_heard_worse_is_heard(self):
        self.visit._register_answer("positive")
        self.visit.with_user(self.rep).action_done("reached", "negative", "Not true")
        self.assertEqual(self.visit.verdict, "positive")
        self.assertEqual(self.customer.crl_case_ids.description, "Not true")

    def test_content_by_card_closes_the_case_once_the_visit_was_held(self):
        self.visit.with_user(self.rep).action_done("reached", "negative", "Dry dough")
        case = self.customer.crl_case_ids
        recovery = case.visit_id
        recovery.with_user(self.rep).action_print_card()
        recovery._register_answer("positive", words="All is well")
        self.assertEqual(case.state, "open")
        recovery.with_user(self.rep).action_done("reached")
        self.assertEqual(case.state, "recovered")
        self.assertLessEqual(recovery.feedback_date, fields.Datetime.now())
