from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestSegment(CrlCase):
    """A living set of customers, and who entered and left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls._new_user("marketing", "marketing")
        cls.paris = cls._new_customer("Chez Paul", city="Paris")
        cls.lyon = cls._new_customer("Chez Marie", city="Lyon")
        cls.segment = cls.env["crl.segment"].create(
            {"name": "Parisians", "domain": "[('city', '=', 'Paris')]"}
        )

    def setUp(self):
        super().setUp()
        self.segment.date_next = self.NOW

    def present(self, segment=None):
        return (
            (segment or self.segment)
            .member_ids.filtered(lambda stay: not stay.date_to)
            .partner_id
        )

    def found(self, segment=None, user=None):
        """Whom a search by the segment finds."""
        return (
            self.env["res.partner"]
            .with_user(user or self.env.user)
            .search([("crl_segment_ids", "in", (segment or self.segment).ids)])
        )

    def test_marketing_makes_one_and_sees_the_number(self):
        segment = (
            self.env["crl.segment"]
            .with_user(self.marketing)
            .create({"name": "Lyon", "domain": "[('city', '=', 'Lyon')]"})
        )
        self.assertEqual(segment.partner_count, 1)
        segment.domain = "[('city', 'in', ['Lyon', 'Paris'])]"
        self.assertEqual(segment.partner_count, 2)
        self.assertEqual(self.found(segment), self.paris + self.lyon)

    def test_the_engine_logs_who_entered_and_left(self):
        self.run_cron()
        self.assertEqual(self.present(), self.paris)
        # there from the beginning: nobody entered
        self.assertFalse(self.segment.entered_count)
        self.lyon.city, self.paris.city = "Paris", "Lille"
        # the living filter does not wait for the log
        self.assertEqual(self.found(), self.lyon)
        self.assertEqual(self.present(), self.paris)
        self.at("2026-03-03 02:00:00")
        self.run_cron()
        self.assertEqual(self.present(), self.lyon)
        stay = self.segment.member_ids.filtered("date_to")
        self.assertEqual(stay.partner_id, self.paris)
        self.assertEqual(str(stay.date_to), "2026-03-03 02:00:00")
        self.assertEqual((self.segment.entered_count, self.segment.left_count), (1, 1))
        self.assertEqual(self.segment.partner_count, 1)
        # back again: another stay
        self.paris.city = "Paris"
        self.segment.with_user(self.marketing).action_refresh()
        stays = self.segment.member_ids.filtered(lambda m: m.partner_id == self.paris)
        self.assertEqual(len(stays), 2)
        self.assertEqual(self.paris.crl_segment_ids.browse(), self.segment.browse())

    def test_nothing_changed_nothing_written(self):
        self.segment._refresh()
        before = self.segment.member_ids.read()
        self.assertEqual(self.segment._refresh(), 0)
        self.env.invalidate_all()
        self.assertEqual(self.segment.member_ids.read(), before)

    def test_counted_once_a_night(self):
        self.run_cron()
        counted = self.segment.date_refresh
        self.at("2026-03-02 20:00:00")
        self.run_cron()
        self.assertEqual(self.segment.date_refresh, counted)
        self.at("2026-03-03 00:10:00")  # ten past one in Paris
        self.run_cron()
        self.assertGreater(self.segment.date_refresh, counted)

    def test_only_customers_not_their_people_nor_ourselves(self):
        self.env["res.partner"].create(
            {"name": "Waiter", "parent_id": self.paris.id, "city": "Paris"}
        )
        self.company.partner_id.city = "Paris"
        self.rep.partner_id.city = "Paris"
        self._new_customer("Closed", city="Paris", active=False)
        self.assertEqual(self.found(), self.paris)

    def test_of_one_company_only(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.lyon.write({"company_id": other.id, "city": "Paris"})
        self.assertIn(self.lyon, self.found())
        self.segment.company_id = self.company
        self.assertNotIn(self.lyon, self.found())

    def test_bad_filters_are_refused(self):
        for text in ("[('nothing', '=', 1)]", "[(", "__import__('os')"):
            with self.assertRaises(ValidationError):
                self.segment.domain = text

    @mute_logger("odoo.sql_db")
    def test_filters_with_values_of_another_kind_are_refused(self):
        for text in (
            "[('id', '=', 'Lyon')]",
            r"[('name', '=', '\x00')]",
            r"[('\ud800', '=', 1)]",
            "[('crl_segment_ids', 'in', [True])]",
        ):
            with self.assertRaisesRegex(ValidationError, "filter") as caught:
                self.segment.domain = text
            self.assertNotIn("SELECT", str(caught.exception))
            str(caught.exception).encode()

    def test_not_defined_by_itself(self):
        outer = self.env["crl.segment"].create(
            {
                "name": "Inner Paris",
                "domain": f"[('crl_segment_ids', 'in', [{self.segment.id}])]",
            }
        )
        self.assertEqual(self.found(outer), self.paris)
        for named in (f"[{outer.id}]", "'Inner Paris'"):
            operator = "in" if named[0] == "[" else "="
            with self.assertRaises(ValidationError):
                self.segment.domain = f"[('crl_segment_ids', '{operator}', {named})]"

    def test_one_that_breaks_does_not_stop_the_others(self):
        broken = self.env["crl.segment"].create({"name": "A broken one"})
        self.env.cr.execute(
            "UPDATE crl_segment SET domain = %s WHERE id = %s",
            ("[('gone', '=', 1)]", broken.id),
        )
        broken.invalidate_recordset()
        with mute_logger("odoo.addons.crl_retention.models.crl_engine"):
            self.run_cron()
        self.assertIn("gone", broken.fault)
        self.assertEqual(self.present(), self.paris)

    def test_a_procedure_whose_segment_is_mended_says_no_more(self):
        self.cadence.write({"auto_enroll": True, "segment_id": self.segment.id})
        begin = self.env["crl.enrollment"]._enroll_automatically
        log = "odoo.addons.crl_retention.models.crl_engine"
        for domain in ("[('x_gone', '=', 1)]", "['x_cut off"):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crl_segment SET domain = %s WHERE id = %s",
                [domain, self.segment.id],
            )
            self.env.invalidate_all()
            with self.assertLogs(log, "WARNING"):
                begin(100)
            self.assertIn("cannot be read", self.cadence.fault)
            # said once, not at every run of the engine
            with self.assertNoLogs(log, "WARNING"):
                begin(100)
        self.segment.domain = "[('city', '=', 'Paris')]"
        begin(100)
        self.assertFalse(self.cadence.fault)

    def test_a_count_that_is_cut_off_is_done_again_and_logged_once(self):
        self.segment._refresh()
        self.lyon.city, self.paris.city = "Paris", "Lille"
        self.segment.date_next = self.NOW
        segments = self.env["crl.segment"]
        cut = psycopg2.OperationalError("the connection is gone")
        with (
            patch.object(type(segments), "_get_next_night", side_effect=cut),
            self.assertRaises(psycopg2.OperationalError),
            self.env.cr.savepoint(),
        ):
            segments._refresh_due(1000)
        self.env.invalidate_all()
        self.assertEqual(self.present(), self.paris)
        for _turn in range(2):
            segments._refresh_due(1000)
        self.assertEqual(self.present(), self.lyon)
        self.assertEqual(len(self.segment.member_ids), 2)

    def test_reps_read_names_but_not_who_is_in(self):
        self.run_cron()
        self.enroll(self.paris)
        self.assertEqual(self.segment.with_user(self.rep).name, "Parisians")
        with self.assertRaises(AccessError):
            self.segment.with_user(self.rep).name = "Mine"
        with self.assertRaises(AccessError):
            self.env["crl.segment.member"].with_user(self.rep).search([])
        self.assertEqual(self.paris.with_user(self.rep).crl_segment_ids, self.segment)
        self.assertFalse(self.paris.with_user(self.other_rep).crl_segment_ids)

    def test_facts_of_others_are_not_found_through_a_segment(self):
        self.enroll(self.paris)
        self.paris.crl_relationship_id.band = "at_risk"
        segment = self.env.ref("crl_retention.segment_at_risk")
        self.assertIn(self.paris, self.found(segment, self.rep))
        self.assertIn(self.paris, self.found(segment, self.marketing))
        self.assertNotIn(self.paris, self.found(segment, self.other_rep))

    def test_a_filter_that_can_find_nobody_empties_the_segment(self):
        inner = self.env["crl.segment"].create({"name": "Inner", "domain": "[]"})
        self.segment.domain = f"[('crl_segment_ids', 'in', {inner.ids})]"
        self.segment._refresh()
        self.assertIn(self.paris, self.present())
        inner.unlink()
        self.segment._refresh()
        self.assertFalse(self.present())
        self.assertEqual(self.segment.partner_count, 0)

    def test_call_notes_are_not_read_through_a_segment(self):
        domain = "[('crl_touchpoint_ids.note', 'ilike', 'divorce')]"
        for active in (True, False):
            with self.assertRaises(AccessError):
                self.env["crl.segment"].with_user(self.marketing).create(
                    {"name": "Mine", "domain": domain, "active": active}
                )
        self.segment.active = False
        with self.assertRaises(AccessError):
            self.segment.with_user(self.marketing).domain = domain

    def test_shipped_segments_can_be_counted(self):
        self.env["crl.segment"].search([]).date_next = self.NOW
        self.run_cron()
        self.assertFalse(self.env["crl.segment"].search([("fault", "!=", False)]))

    def test_merge_leaves_one_stay(self):
        self.lyon.city = "Paris"
        self.segment._refresh()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.paris + self.lyon).ids, self.paris
        )
        self.segment._refresh()
        open_stays = self.segment.member_ids.filtered(lambda stay: not stay.date_to)
        self.assertEqual(open_stays.partner_id, self.paris)
        self.assertEqual(len(open_stays), 1)

    def test_favorite(self):
        self.segment.with_user(self.marketing).action_favorite()
        self.segment.with_user(self.marketing).action_favorite()
        filters = self.env["ir.filters"].search([("name", "=", "Parisians")])
        self.assertEqual(
            set(filters.mapped("model_id")), {"res.partner", "crl.relationship"}
        )
        self.assertEqual(len(filters), 2)
        self.assertEqual(filters.user_ids, self.marketing)
        self.enroll(self.paris)
        for favorite in filters:
            found = self.env[favorite.model_id].search(favorite._get_eval_domain())
            self.assertEqual(len(found), 1, favorite.model_id)

    def test_a_procedure_takes_who_enters_the_segment(self):
        self.run_cron()
        cadence = self.env.ref("crl_retention.cadence_new_account")
        cadence.with_user(self.manager).write(
            {"segment_id": self.segment.id, "auto_enroll": True}
        )
        self.at("2026-03-03 02:00:00")
        # an old customer who enters; another who was there stays out
        self.lyon.city = "Paris"
        self.env.flush_all()
        self.run_cron()
        self.assertEqual(cadence.enrollment_ids.partner_id, self.lyon)

    def test_enroll_dialog_on_a_segment(self):
        action = self.segment.with_user(self.manager).action_enroll()
        dialog = (
            self.env["crl.enroll"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"cadence_id": self.cadence.id})
        )
        self.assertEqual(dialog.accepted_count, 1)
        dialog.action_enroll()
        self.assertEqual(self.cadence.enrollment_ids.partner_id, self.paris)

    def test_sheet(self):
        self.enroll(self.paris)
        self.paris.crl_relationship_id.write({"band": "at_risk", "score": 40})
        self.segment._refresh()
        sheet = self.segment.with_user(self.marketing).sheet
        for text in ("At risk", "40", "France", self.rep.name):
            self.assertIn(text, sheet)
        self.assertFalse(self.segment.with_user(self.rep).sheet)
