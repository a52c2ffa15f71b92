import random
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import crl_indicator_refresh, crl_relationship_health
from ..tools import health
from .common import CrlCase


class HealthCase(CrlCase):
    """Four indicators of weight 40, 30, 20 and 10, and none of those that ship."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crl.indicator"].search([]).active = False
        cls.indicators = cls.env["crl.indicator"].create(
            [
                {"name": f"Indicator {weight}", "code": f"w{weight}", "weight": weight}
                for weight in (40, 30, 20, 10)
            ]
        )
        cls.i40, cls.i30, cls.i20, cls.i10 = cls.indicators
        cls.env["crl.relationship"]._ensure(cls.customer)

    def put(self, partner, indicator, raw, date=None):
        """A value, as the engine writes it, and what follows from it."""
        value = self.env["crl.indicator.value"].search(
            [("partner_id", "=", partner.id), ("indicator_id", "=", indicator.id)]
        )
        vals = {
            "raw": raw,
            "score": health.value_score(raw, *indicator._get_thresholds()),
            "date": date or fields.Datetime.now(),
        }
        if value:
            value.write(vals)
        else:
            value.create(
                {
                    **vals,
                    "partner_id": partner.id,
                    "indicator_id": indicator.id,
                    "company_id": indicator.company_id.id or partner.company_id.id,
                    "source": "manual",
                    "dedup_key": f"{indicator.id}:{partner.id}",
                }
            )
        self.env["crl.relationship"]._refresh_health(partner)

    def score(self, *raws, partner=None):
        """Give the four indicators these values; none where there is None."""
        for indicator, raw in zip(self.indicators, raws, strict=True):
            if raw is not None:
                self.put(partner or self.customer, indicator, raw)

    def facts(self, partner=None):
        row = (partner or self.customer).crl_relationship_id
        return row.score, row.band or "", row.confidence

    def alerts(self, partner=None):
        return self.env["crl.alert"].search(
            [("partner_id", "=", (partner or self.customer).id)], order="id"
        )

    def tonight(self):
        """The engine's night: the health of all customers."""
        self.env["res.company"]._crl_mark_health_due()
        self.run_cron()


@tagged("post_install", "-at_install")
class TestHealthScore(HealthCase):
    def test_the_agreed_example(self):
        self.score(80, 50, None, 20)
        self.assertEqual(self.facts(), (61.25, "watch", 80))
        self.assertEqual(self.customer.crl_score, 61.25)
        self.assertEqual(self.customer.with_user(self.rep).crl_band, "watch")

    def test_unknown_is_no_number(self):
        row = self.customer.crl_relationship_id
        self.assertFalse(row._refresh_health(self.customer))
        self.assertEqual((row.band, row.trend), (False, False))
        self.put(self.customer, self.i40, 30)
        self.env["crl.indicator.value"].search([]).unlink()
        row._refresh_health(self.customer)
        self.assertEqual(self.facts(), (0, "", 0))

    def test_what_is_out_of_date_does_not_count(self):
        self.i40.valid_days = 10
        self.score(0, 80, 80, 80)
        self.assertEqual(self.facts(), (48, "at_risk", 100))
        self.at("2026-03-12 10:00:00")
        self.env["crl.relationship"]._refresh_health(self.customer)
        self.assertEqual(self.facts()[0], 48)
        self.at("2026-03-12 10:00:01")
        self.env["crl.relationship"]._refresh_health(self.customer)
        self.assertEqual(self.facts(), (80, "healthy", 60))

    def test_a_knock_out_without_a_limit_acts_at_no_points(self):
        breach = self.env["crl.indicator"].create(
            {"name": "Breach", "code": "breach", "weight": 0, "knock_out": "at_risk"}
        )
        self.score(90, 90, 90, 90)
        self.put(self.customer, breach, 1)
        self.assertEqual(self.facts()[1], "healthy")
        self.put(self.customer, breach, 0)
        self.assertEqual(self.facts()[1], "at_risk")
        self.assertEqual(self.alerts().reason, "knock_out")

    def test_a_knock_out_caps_the_band(self):
        self.i10.write({"knock_out": "watch", "knock_out_score": 10})
        self.score(100, 100, 100, 10)
        self.assertEqual(self.facts(), (91, "watch", 100))
        self.i10.knock_out = "at_risk"
        self.env["crl.relationship"]._refresh_health(self.customer)
        self.assertEqual(self.facts(), (91, "at_risk", 100))
        self.put(self.customer, self.i10, 11)
        self.assertEqual(self.facts()[1], "healthy")

    def test_the_statement_says_what_the_formula_says(self):
        """Random customers, indicators and limits of two companies."""
        draw = random.Random(96)
        other = self.env["res.company"].create(
            {"name": "Other", "crl_health_at_risk": 30, "crl_health_watch": 60}
        )
        self.indicators += self.env["crl.indicator"].create(
            [
                {
                    "name": f"More {index}",
                    "code": f"more{index}",
                    "weight": draw.choice((0, 5, 12.5)),
                    "valid_days": draw.choice((0, 20)),
                    "knock_out": draw.choice((False, "watch", "at_risk")),
                    "knock_out_score": draw.choice((0, 15)),
                    "company_id": draw.choice((False, self.company.id, other.id)),
                }
                for index in range(8)
            ]
        )
        partners = self.env["res.partner"]
        for index in range(60):
            company = draw.choice((False, self.company.id, other.id))
            partners += self._new_customer(f"Customer {index}", company_id=company)
        now = fields.Datetime.now()
        self.env["crl.indicator.value"].create(
            [
                {
                    "partner_id": partner.id,
                    "indicator_id": indicator.id,
                    "company_id": partner.company_id.id,
                    "raw": 0,
                    "score": draw.choice((0, 15, 16, draw.uniform(0, 100), 100)),
                    "date": now - timedelta(days=draw.choice((1, 19, 21))),
                    "source": "manual",
                    "dedup_key": f"{indicator.id}:{partner.id}",
                }
                for partner in partners
                for indicator in self.indicators
                if draw.random() < 0.5
            ]
        )
        self.env["crl.relationship"]._refresh_health(partners)
        bands = set()
        for partner in partners:
            row = partner.crl_relationship_id
            limits = row._get_health_company()._crl_get_health_limits()
            measures = [measure for __, __, measure in row._get_measured()]
            expected = health.assess(measures, limits)
            told = f"{partner.name}: {measures}"
            self.assertAlmostEqual(row.score, expected.score or 0, 1, told)
            self.assertAlmostEqual(row.confidence, expected.confidence, -1, told)
            self.assertEqual(row.band or "", expected.band, told)
            bands.add(row.band)
        self.assertGreaterEqual(bands, {"healthy", "watch", "at_risk"})

    def test_only_what_changed_is_written(self):
        self.score(80, 50, None, 20)
        other = self._new_customer("Da Mario")
        self.score(80, 50, None, 20, partner=other)
        everybody = self.customer + other
        self.assertEqual(self.env["crl.relationship"]._refresh_health(everybody), 0)
        self.get_values(self.i40)[:1].score = 90
        self.assertEqual(self.env["crl.relationship"]._refresh_health(everybody), 1)

    def test_the_night_writes_a_score_that_moved_by_a_point(self):
        self.score(80, 80, 80, 80)
        row = self.customer.crl_relationship_id
        seen = []
        for value in (79, 78, 77):
            self.get_values(self.i40).score = value
            self.tonight()
            seen.append(row.score)
        self.assertEqual(seen, [80, 79.2, 79.2])
        # what happens to a customer is written as it is
        row._refresh_health(self.customer)
        self.assertEqual(row.score, 78.8)
        # a limit is a limit, however little is missing
        self.company.crl_health_watch = 78.5
        self.tonight()
        self.assertEqual(row.band, "healthy")
        self.get_values(self.i40).score = 76
        self.tonight()
        self.assertEqual((row.score, row.band), (78.4, "watch"))

    def test_a_customer_with_a_value_has_a_relationship(self):
        stranger = self._new_customer("Stranger")
        self.assertFalse(stranger.crl_relationship_id)
        self.put(stranger, self.i40, 80)
        self.assertTrue(stranger.crl_relationship_id)
        self.assertEqual(self.facts(stranger), (80, "healthy", 40))

    def test_as_many_queries_for_many_as_for_few(self):
        partners = self.env["res.partner"].concat(
            *(self._new_customer(f"Customer {index}") for index in range(30))
        )
        self.env["crl.relationship"]._ensure(partners)
        for partner in partners:
            self.score(20, 20, 20, 20, partner=partner)
        refresh = self.env["crl.relationship"]._refresh_health
        refresh(partners)
        self.get_values(self.indicators).score = 90
        self.env.flush_all()
        counts = []
        for some in (partners[:2], partners[2:]):
            before = self.env.cr.sql_log_count
            self.assertEqual(refresh(some), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_the_night_goes_range_by_range(self):
        others = [self._new_customer(f"Customer {index}") for index in range(4)]
        for partner in (self.customer, *others):
            self.score(80, 80, 80, 80, partner=partner)
        self.get_values(self.i40).score = 0
        company = self.env["res.company"]._get_main_company()
        refresh = self.env["crl.relationship"]._refresh_health_due
        with patch.object(crl_relationship_health, "CUSTOMERS_PER_RECORD", 1):
            self.env["res.company"]._crl_mark_health_due()
            self.env["crl.indicator"].search([]).date_refresh = False
            self.assertEqual(refresh(2), 2)
            self.assertTrue(company.crl_health_cursor)
            # a run that is killed here goes on where it was
            done = [self.facts(p)[0] for p in (self.customer, *others)]
            self.assertIn(80, done)
            while refresh(2):
                pass
        done = {self.facts(p)[0] for p in (self.customer, *others)}
        self.assertEqual(done, {48})
        self.assertFalse(company.crl_health_cursor)
        self.assertGreater(company.crl_health_date, fields.Datetime.now())
        self.assertEqual(refresh(2), 0)

    def test_other_weights_and_limits_are_followed(self):
        self.score(20, 80, 80, 80)
        self.assertEqual(self.facts(), (56, "watch", 100))
        self.company.crl_health_at_risk = 60
        self.run_cron()
        self.assertEqual(self.facts(), (56, "at_risk", 100))
        self.i40.weight = 0
        self.run_cron()
        self.assertEqual(self.facts(), (80, "healthy", 100))

    def test_limits_that_cross_are_refused(self):
        for values in (
            {"crl_health_at_risk": 80},
            {"crl_health_watch": 101},
            {"crl_health_alert_days": -1},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.company.write(values)
                self.env.flush_all()

    # ---- Trend ----

    def test_the_trend_is_over_four_weeks(self):
        self.score(80, 80, 80, 80)
        row = self.customer.crl_relationship_id
        self.assertFalse(row.trend)
        self.at("2026-04-05 10:00:00")
        self.score(75, 75, 75, 75)
        self.assertFalse(row.trend)  # the first week that began was 27 days ago
        self.at("2026-04-06 10:00:00")
        row._refresh_health(self.customer)
        self.assertEqual(row.trend, "down")
        self.score(78, 78, 78, 78)
        self.assertEqual(row.trend, "same")
        self.score(83, 83, 83, 83)
        self.assertEqual(row.trend, "up")

    def test_who_stands_still_has_a_trend_too(self):
        """Of a score that does not move the night looks at the trend once a week."""
        self.patch(crl_indicator_refresh, "BLOCK", 10**9)  # all have Mondays
        row = self.customer.crl_relationship_id
        self.score(80, 80, 80, 80)
        for day, trend in (
            ("2026-03-11", False),
            ("2026-04-05", False),  # the first week that began was 27 days ago
            ("2026-04-06", "same"),
            ("2026-04-07", "same"),
        ):
            self.at(f"{day} 10:00:00")
            self.tonight()
            self.assertEqual(row.trend, trend, day)
        main = self.env["res.company"]._get_main_company()
        self.assertEqual(str(main.crl_trend_date), "2026-04-07")
        self.assertFalse(main._crl_get_trend_turns())
        self.company.crl_health_points = 5
        self.assertEqual(len(main._crl_get_trend_turns()), 7)

    def test_the_history_has_a_line_a_week_that_changed(self):
        self.score(80, 80, 80, 80)
        self.at("2026-03-03 10:00:00")
        self.score(70, 70, 70, 70)
        self.at("2026-03-24 10:00:00")
        self.env["crl.relationship"]._refresh_health(self.customer)
        self.score(40, 40, 40, 40)
        lines = self.env["crl.indicator.history"].search(
            [("partner_id", "=", self.customer.id), ("indicator_id", "=", False)],
            order="week",
        )
        self.assertEqual(
            [(str(line.week), line.score, line.band) for line in lines],
            [("2026-03-09", 70, "watch"), ("2026-03-30", 40, "at_risk")],
        )

    # ---- Set by hand ----

    def test_a_band_set_by_hand_wins_until_it_ends(self):
        self.score(20, 20, 20, 20)
        row = self.customer.crl_relationship_id
        row.with_user(self.rep).action_override_health(
            "healthy", "They only moved house", "2026-03-10"
        )
        self.assertEqual(self.facts(), (20, "healthy", 100))
        self.assertEqual(row.override_user_id, self.rep)
        self.score(10, 10, 10, 10)
        self.assertEqual(self.facts(), (10, "healthy", 100))
        self.at("2026-03-10 20:00:00")
        self.run_cron()
        self.assertEqual(row.band, "healthy")
        self.at("2026-03-10 23:30:00")  # the 11th in Paris
        self.run_cron()
        self.assertEqual((row.band, row.override_reason), ("at_risk", False))
        lines = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id), ("decision", "=", "health")]
        )
        self.assertEqual(lines.mapped("rule"), ["override_over", "override"])
        self.assertIn("They only moved house", lines[1].sentence)

    def test_marketing_does_not_read_why_a_band_was_set(self):
        self.score(20, 20, 20, 20)
        row = self.customer.crl_relationship_id
        row.with_user(self.rep).action_override_health("watch", "Is going bankrupt")
        self.assertIn("bankrupt", row.with_user(self.rep).health_panel["override"])
        own = row.with_user(self._new_user("marketing", "marketing"))
        self.assertEqual(own.override_band, "watch")
        self.assertIn(self.rep.name, own.health_panel["override"])
        self.assertNotIn("bankrupt", own.health_panel["override"])
        with self.assertRaises(AccessError):
            own.read(["override_reason"])
        with self.assertRaises(AccessError):
            own.search([("override_reason", "ilike", "bankrupt")])

    def test_a_band_set_by_hand_can_be_taken_back(self):
        self.score(20, 20, 20, 20)
        row = self.customer.crl_relationship_id.with_user(self.rep)
        row.action_override_health("watch", "Let us see")
        self.assertEqual(row.override_until, fields.Date.to_date("2026-04-01"))
        row.action_clear_override()
        self.assertEqual(row.band, "at_risk")

    def test_nonsense_is_not_set_by_hand(self):
        row = self.customer.crl_relationship_id.with_user(self.rep)
        for args in (
            ("green", "Because"),
            ("", "Because"),
            (None, "Because"),
            ("healthy", ""),
            ("healthy", "  "),
            ("healthy", "Because", "2026-03-01"),
            ("healthy", "Because", "soon"),
        ):
            with self.assertRaises(UserError, msg=args):
                row.action_override_health(*args)
        self.assertFalse(row.override_band)
        with self.assertRaises(AccessError):
            row.with_user(self.other_rep).action_override_health("healthy", "Mine")
        with self.assertRaises(AccessError):
            row.with_user(self.rep).override_band = "healthy"
        with self.assertRaises(ValidationError):
            row.action_override_health(["healthy"], "Because")

    def test_merged_customers_keep_what_was_set_by_hand(self):
        twin = self._new_customer("Bella Napoli SARL")
        for partner in (self.customer, twin):
            self.score(20, 20, 20, 20, partner=partner)
        twin.crl_relationship_id.action_override_health("watch", "Known to us")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + twin).ids, self.customer)
        row = self.customer.crl_relationship_id
        self.assertEqual((row.override_band, row.band), ("watch", "watch"))
        self.assertEqual(row.override_reason, "Known to us")
