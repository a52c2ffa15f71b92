from ast import literal_eval

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import CrlCase, WebCase


@tagged("post_install", "-at_install")
class TestSelection(CrlCase):
    """Segments of what a manager chose in a list, or behind a figure."""

    def setUp(self):
        super().setUp()
        self.others = self._new_customer("Da Enzo") + self._new_customer("Da Rosa")
        self.enroll(self.customer + self.others)

    def start(self, records, shown=None, verb="segment"):
        """Press the button in the list's Actions."""
        table = records._table
        action = self.env.ref(f"crl_retention.{table}_action_make_{verb}")
        context = {"active_model": records._name, "active_ids": records.ids}
        if shown is not None:
            context["active_domain"] = shown
        return action.with_user(self.manager).with_context(**context).run()

    def segment(self, action):
        context = action["context"]
        return (
            self.env["crl.segment"]
            .with_user(self.manager)
            .with_context(**context)
            .create({})
        )

    def found(self, segment):
        return self.env["res.partner"].search(segment._get_domain())

    def test_all_that_is_shown_lives_on(self):
        """The calls behind a figure: whoever has such a call is in, also later."""
        shown = [("channel", "=", "call"), ("state", "=", "planned")]
        calls = self.env["crl.touchpoint"].search(shown)
        segment = self.segment(self.start(calls, shown))
        self.assertEqual(self.found(segment), self.customer + self.others)
        self.assertIn("from now on", segment.description)
        late = self._new_customer("Da Sofia")
        self.enroll(late)
        self.assertEqual(self.found(segment), self.customer + self.others + late)

    def test_some_of_them_are_named(self):
        shown = [("channel", "=", "call")]
        calls = self.env["crl.touchpoint"].search(shown)
        chosen = calls.filtered(lambda call: call.partner_id == self.customer)
        segment = self.segment(self.start(chosen, shown))
        self.assertEqual(
            literal_eval(segment.domain), [("id", "in", self.customer.ids)]
        )
        self.assertIn("1", segment.description)

    def test_figures_are_filters_too(self):
        """Behind “late” in a pivot of cases."""
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "kind": "complaint"}
        )
        self.at("2026-03-20 10:00:00")
        shown = [("kind", "=", "complaint"), ("punctuality", "=", "late")]
        self.assertEqual(self.env["crl.case"].search(shown), case)
        segment = self.segment(self.start(case, shown))
        self.assertEqual(self.found(segment), self.customer)

    def test_what_no_filter_on_customers_says_is_named(self):
        changes = self.env["crl.stage.change"].search([])
        segment = self.segment(self.start(changes, []))
        self.assertEqual(self.found(segment), self.customer + self.others)
        self.assertEqual(literal_eval(segment.domain)[0][0], "id")

    def test_a_campaign(self):
        shown = [("channel", "=", "visit")]
        visits = self.env["crl.touchpoint"].search(shown)
        action = self.start(visits, shown, verb="campaign")
        self.assertEqual(action["res_model"], "crl.campaign")
        segment = self.env["crl.segment"].browse(
            action["context"]["default_segment_id"]
        )
        self.assertEqual(self.found(segment), self.customer + self.others)

    def test_nothing_chosen(self):
        with self.assertRaises(UserError):
            self.env["crl.segment"].with_user(self.manager)._start_segment(
                self.env["crl.case"]
            )

    def test_no_query_for_each_record(self):
        contacts = self.env["crl.touchpoint"].search([]).with_user(self.manager)
        Segment = self.env["crl.segment"].with_user(self.manager)
        Segment._get_selection_values(contacts)
        counts = []
        for some in (contacts[:3], contacts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Segment._get_selection_values(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestReportTour(WebCase):
    def test_from_a_figure_to_a_segment(self):
        """The manager looks at unhappy customers, opens those behind a figure, and
        makes a segment of them."""
        manager = new_test_user(
            self.env, "tour_marta", "crl_retention.crl_retention_group_manager"
        )
        self.env["res.users.settings"]._find_or_create_for_user(manager)
        customer = self.env["res.partner"].create(
            {"name": "Guest on Tour", "is_company": True, "user_id": manager.id}
        )
        self.env["crl.case"].create({"partner_id": customer.id, "kind": "complaint"})
        self.start_tour(
            "/odoo/retention-case-report", "crl_report_segment", login=manager.login
        )
        segment = self.env["crl.segment"].search([("name", "=", "Unhappy on tour")])
        self.assertIn(customer, self.env["res.partner"].search(segment._get_domain()))
        self.assertIn("from now on", segment.description)
