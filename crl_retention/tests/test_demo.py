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

    def test_two_open_cases_one_late(self):
        cases = self.env["crl.case"].search([("state", "in", ("open", "planned"))])
        self.assertEqual(sorted(cases.mapped("is_late")), [False, True])
        self.assertEqual(cases.filtered("is_late").escalation, 2)

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
