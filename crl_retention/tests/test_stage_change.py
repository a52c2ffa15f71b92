from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestStageChange(CrlCase):
    """Where customers come from and go to, and how long they stay."""

    def changes(self, partner=None):
        """What was written down: ``[(from, to, days)]``, the oldest first."""
        changes = self.env["crl.stage.change"].search(
            [("partner_id", "=", (partner or self.customer).id)], order="date, id"
        )
        return [
            (
                change.former_stage_id.name or "",
                change.stage_id.name,
                round(change.days, 1),
            )
            for change in changes
        ]

    def test_through_a_procedure(self):
        self.enroll()
        self.at("2026-04-02 10:00:00")
        self.env["crl.enrollment"]._advance_due(10)
        relationship = self.customer.crl_relationship_id
        self.assertEqual(str(relationship.stage_date), "2026-04-02 10:00:00")
        self.assertEqual(
            self.changes(),
            [("", "First month", 0), ("First month", "Second month", 31)],
        )
        last = self.env["crl.stage.change"].search([], limit=1)
        self.assertEqual(
            (last.user_id, last.cadence_id, last.company_id),
            (self.rep, self.cadence, self.customer.company_id),
        )

    def test_what_does_not_change_writes_nothing(self):
        enrollment = self.enroll()
        before = self.changes()
        self.touchpoint(enrollment, "step_m1_call").with_user(self.rep).action_done(
            verdict="positive"
        )
        self.assertEqual(self.changes(), before)

    def test_recovery_and_back(self):
        enrollment = self.enroll()
        self.touchpoint(enrollment, "step_m1_call").with_user(self.rep).action_done(
            verdict="negative"
        )
        self.at("2026-03-03 22:00:00")
        self.customer.crl_case_ids.visit_id.with_user(self.rep).action_done(
            verdict="positive"
        )
        self.assertEqual(
            self.changes(),
            [
                ("", "First month", 0),
                ("First month", "Recovery", 0),
                ("Recovery", "First month", 1.5),
            ],
        )

    def test_put_aside_by_hand(self):
        self.enroll()
        dormant = self.env.ref("crl_retention.stage_dormant")
        self.at("2026-03-12 10:00:00")
        self.customer.crl_relationship_id.with_user(self.rep).action_set_stage(
            dormant.id
        )
        self.assertEqual(self.changes()[-1], ("First month", "Dormant", 10))
        self.assertEqual(self.customer.crl_stage_id, dormant)

    def test_nothing_is_invented(self):
        """A customer who was there before an upgrade has no row, and the first change
        does not say how long they were where they were."""
        self.enroll()
        self.env["crl.stage.change"].search([]).unlink()
        self.customer.crl_relationship_id.stage_date = False
        self.assertEqual(self.changes(), [])
        lost = self.env.ref("crl_retention.stage_lost")
        self.customer.crl_relationship_id.action_set_stage(lost.id)
        change = self.env["crl.stage.change"].search([])
        self.env.cr.execute("SELECT days FROM crl_stage_change")
        self.assertEqual(self.env.cr.fetchall(), [(None,)])
        self.assertEqual(change.stage_id, lost)

    def test_merged_customers_keep_both(self):
        other = self._new_customer("Bella Napoli 2")
        self.enroll(self.customer + other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + other).ids, self.customer)
        self.assertEqual(len(self.changes()), 2)

    def test_one_statement_for_many(self):
        customers = self.customer + self._new_customer("Da Enzo")
        relationships = self.env["crl.relationship"]._ensure(customers)
        dormant = self.env.ref("crl_retention.stage_dormant")
        relationships._refresh(customers)
        with self.assertQueryCount(1):
            relationships._refresh(customers, dormant)
        self.assertEqual(relationships.stage_id, dormant)
        self.assertEqual(self.changes(customers[1]), [("", "Dormant", 0)])
