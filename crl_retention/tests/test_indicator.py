import random
from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models import crl_indicator_refresh
from ..tools import health
from .common import CrlCase


@tagged("post_install", "-at_install")
class TestIndicator(CrlCase):
    """What is measured of customers, when, and who may say so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls._new_user("marketing", "marketing")
        cls.direction = cls._new_user("direction", "direction")
        cls.manager.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")

    def new_indicator(self, code="leads", **values):
        """One that counts opportunities, unless told else."""
        return (
            self.env["crl.indicator"]
            .with_user(self.manager)
            .create(
                {
                    "name": code,
                    "code": code,
                    "source": "computed",
                    "model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "partner_path": "partner_id",
                    "raw_bad": 0,
                    "raw_fair": 1,
                    "raw_good": 2,
                    **values,
                }
            )
        )

    def value(self, code, partner=None):
        return (partner or self.customer).crl_indicator_value_ids.filtered(
            lambda value: value.indicator_id.code == code
        )

    def measure(self):
        """What the night does."""
        self.env["crl.indicator"].search([])._mark_due()
        while self.env["crl.indicator"]._refresh_due(1000):
            pass
        self.env.invalidate_all()

    def new_lead(self, partner=None, **values):
        partner = partner or self.customer
        return self.env["crm.lead"].create(
            {"name": "Dough", "partner_id": partner.id, **values}
        )

    # ---- What a value is worth ----

    def test_thresholds_must_rise_or_fall(self):
        for bad, fair, good in (
            (0, 0, 100),
            (0, 100, 50),
            (100, 0, 50),
            (1, 1, 1),
            (0, 1, float("inf")),
        ):
            with (
                self.assertRaisesRegex(ValidationError, "between"),
                self.env.cr.savepoint(),
            ):
                self.new_indicator(raw_bad=bad, raw_fair=fair, raw_good=good)
        self.assertTrue(self.new_indicator(raw_bad=90, raw_fair=45, raw_good=15))

    def test_codes(self):
        for code in ("Caps", "1st", "with space", "ä", "x" * 61):
            with (
                self.assertRaisesRegex(ValidationError, "does not do"),
                self.env.cr.savepoint(),
            ):
                self.new_indicator(code=code)

    def test_scores_in_sql_are_those_of_the_formula(self):
        rng = random.Random(4)
        values = self.env["crl.indicator.value"]
        for __ in range(200):
            bad, fair, good = sorted(rng.sample(range(-1000, 1000), 3))
            if rng.random() < 0.5:
                bad, good = good, bad
            raw = rng.choice((bad, fair, good, 1e15, -1e15, rng.uniform(-1500, 1500)))
            [[score]] = self.env.execute_query(
                SQL(
                    """SELECT %s FROM (SELECT %s::float8 AS raw_bad,
                          %s::float8 AS raw_fair, %s::float8 AS raw_good) i""",
                    values._get_score_sql(SQL("%s::float8", raw)),
                    bad,
                    fair,
                    good,
                )
            )
            self.assertEqual(score, health.value_score(raw, bad, fair, good))

    # ---- Defined without code ----

    def test_count_of_records_of_a_customer_and_its_people(self):
        person = self.env["res.partner"].create(
            {"name": "Gino", "parent_id": self.customer.id}
        )
        self.new_lead()
        self.new_lead(person)
        self.new_lead(expected_revenue=5, active=False)
        other = self._new_customer("Chez Paul")
        self.enroll(self.customer + other)
        self.new_indicator()
        self.measure()
        value = self.value("leads")
        self.assertEqual((value.raw, value.score, value.source), (2, 100, "computed"))
        # nothing is a number too
        self.assertEqual(self.value("leads", other).raw, 0)

    def test_aggregates(self):
        self.enroll()
        self.new_lead(expected_revenue=10, date_deadline="2026-02-01")
        self.new_lead(expected_revenue=40, date_deadline="2026-02-20")
        self.new_lead(expected_revenue=31, date_deadline="2026-01-01")
        expected = {
            "sum": 81,
            "avg": 27,
            "min": 10,
            "max": 40,
            "last": 40,
            "days_since": 10,
        }
        for aggregate in expected:
            self.new_indicator(
                aggregate,
                aggregate=aggregate,
                measure="expected_revenue",
                date_field="date_deadline",
            )
        self.new_indicator("lately", window_days=20, date_field="date_deadline")
        self.new_indicator("dear", domain="[('expected_revenue', '>', 30)]")
        self.measure()
        for aggregate, raw in expected.items():
            self.assertEqual(self.value(aggregate).raw, raw, aggregate)
        self.assertEqual(self.value("lately").raw, 1)
        self.assertEqual(self.value("dear").raw, 2)

    def test_what_is_wrong_is_told(self):
        indicator = self.new_indicator()
        for wrong, told in (
            ({"partner_path": "nonsense"}, "no field “nonsense”"),
            ({"partner_path": "user_id"}, "must lead to a contact"),
            ({"partner_path": "tag_ids"}, "not a stored link"),
            ({"partner_path": "partner_id; DROP TABLE"}, "no field"),
            ({"domain": "[('nonsense', '=', 1)]"}, "cannot be read"),
            ({"domain": "__import__('os')"}, "cannot be read"),
            ({"aggregate": "sum", "measure": "nonsense"}, "choose a field"),
            ({"aggregate": "sum", "measure": "name"}, "stored number"),
            ({"aggregate": "days_since", "date_field": False}, "By the date"),
            ({"window_days": 5, "date_field": "name"}, "stored date"),
            ({"model_id": False}, "Choose which records"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, told),
                self.env.cr.savepoint(),
            ):
                indicator.write(wrong)

    def test_managers_measure_what_they_may_read(self):
        for name in ("ir.config_parameter", "ir.cron"):
            model = self.env["ir.model"]._get_id(name)
            with self.assertRaises(ValidationError):
                self.new_indicator(model_id=model, partner_path="create_uid.partner_id")
        with self.assertRaisesRegex(ValidationError, "password"):
            self.new_indicator(
                domain="[('user_id.password', 'like', 'a')]",
            )

    def test_no_user_names_a_method(self):
        for method in ("_crl_indicator_reachable", "unlink"):
            with self.assertRaises(AccessError):
                self.new_indicator(method=method)
            with self.assertRaises(AccessError):
                self.new_indicator(f"x{len(method)}").method = method
        indicator = self.new_indicator().sudo()
        indicator.method = "unlink"
        with self.assertRaises(ValidationError):
            indicator._get_found_sql(lambda column: SQL("TRUE"))

    def test_sample_is_shown_before_it_is_saved(self):
        self.enroll()
        self.new_lead()
        draft = (
            self.env["crl.indicator"]
            .with_user(self.manager)
            .new(
                {
                    "name": "x",
                    "source": "computed",
                    "model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "partner_path": "partner_id",
                    "raw_bad": 0,
                    "raw_fair": 1,
                    "raw_good": 2,
                }
            )
        )
        self.assertIn("Bella Napoli", draft.sample)
        self.assertIn("1 of 1 customers", draft.sample)
        self.assertEqual(draft._tell_raw(1234567.5), "1,234,567.5")
        draft.partner_path = "nonsense"
        self.assertIn("no field “nonsense”", draft.sample)
        draft.update({"partner_path": "partner_id", "window_days": 30})
        self.assertIn("“By the date”: choose a field of", draft.sample)

    # ---- When it is measured ----

    def test_the_night_writes_what_changed(self):
        other = self._new_customer("Chez Paul")
        self.enroll(self.customer + other)
        self.new_indicator()
        self.measure()
        dates = {v.id: v.date for v in self.env["crl.indicator.value"].search([])}
        self.new_lead(other)
        self.at("2026-03-03 09:00:00")
        self.measure()
        changed = {
            v.id: v
            for v in self.env["crl.indicator.value"].search([])
            if dates.get(v.id) != v.date
        }
        self.assertEqual([*changed.values()], [*self.value("leads", other)])

    def test_days_count_on_and_are_not_written(self):
        other = self._new_customer("Chez Paul")
        self.enroll(self.customer + other)
        self.new_lead(date_deadline="2026-02-20")
        self.new_lead(other, date_deadline="2026-03-10")  # has not come yet
        indicator = self.new_indicator(
            "quiet",
            aggregate="days_since",
            date_field="date_deadline",
            raw_bad=90,
            raw_fair=60,
            raw_good=30,
        )
        self.measure()
        value, coming = self.value("quiet"), self.value("quiet", other)
        before = value.date
        self.assertEqual((value.raw, value.score, coming.raw), (10, 100, 0))
        self.at("2026-03-12 09:00:00")
        self.measure()
        self.assertEqual((value.raw, value.score, coming.raw), (20, 100, 2))
        self.assertEqual((value.date, coming.date), (before, before))
        # it is searched, sorted and added up like any other
        values = value.search([("id", "in", (value + coming).ids)], order="raw")
        self.assertEqual([*values], [coming, value])
        self.assertEqual(
            values.search([("id", "in", values.ids), ("raw", ">", 2)]), value
        )
        [[mean]] = values._read_group([("id", "in", values.ids)], [], ["raw:avg"])
        self.assertEqual(mean, 11)
        # the night writes the score, when it is another
        self.at("2026-04-06 09:00:00")
        self.measure()
        self.assertEqual((value.raw, value.score), (45, 75))
        self.assertGreater(value.date, before)
        history = self.env["crl.indicator.history"].search(
            [("indicator_id.code", "=", "quiet"), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(
            [(str(line.week), line.raw, line.score) for line in history],
            [("2026-03-09", 17, 100)],
        )
        # of four weeks ago the score is that of the days until then
        self.at("2026-04-20 09:00:00")
        before = self.customer.crl_relationship_id._get_before()
        self.assertAlmostEqual(before[indicator.id], 50 + 50 * (60 - 31) / 30)

    def test_what_people_write_takes_the_place_of_days(self):
        self.enroll()
        self.new_lead(date_deadline="2026-02-20")
        indicator = self.new_indicator(
            "quiet", aggregate="days_since", date_field="date_deadline"
        )
        self.measure()
        indicator.source = "manual"
        self.measure()
        self.assertEqual(self.value("quiet").raw, 10)
        self.customer.crl_set_indicator("quiet", 1)
        self.at("2026-03-12 09:00:00")
        self.env.invalidate_all()
        self.assertEqual(self.value("quiet").raw, 1)

    def test_what_a_customer_has_no_more_goes(self):
        self.enroll()
        lead = self.new_lead(expected_revenue=5)
        self.new_indicator("most", aggregate="max", measure="expected_revenue")
        self.measure()
        self.assertEqual(self.value("most").raw, 5)
        self.at("2026-03-10 09:00:00")
        lead.unlink()
        self.measure()
        self.assertFalse(self.value("most"))
        ended = self.env["crl.indicator.history"].search(
            [("indicator_id.code", "=", "most")], order="week"
        )
        self.assertEqual(
            [(line.week, bool(line.score)) for line in ended],
            [(date(2026, 3, 9), True), (date(2026, 3, 16), False)],
        )

    def test_a_week_without_a_change_leaves_no_line(self):
        self.enroll()
        indicator = self.new_indicator()
        weeks = []
        for day in ("02", "04", "09", "17"):
            self.at(f"2026-03-{day} 09:00:00")
            if day == "17":
                self.new_lead()
            self.measure()
            weeks.append(
                self.env["crl.indicator.history"].search_count(
                    [("indicator_id", "=", indicator.id)]
                )
            )
        self.assertEqual(weeks, [1, 1, 1, 2])

    def test_a_run_goes_on_where_it_was_killed(self):
        partners = self.customer + self._new_customer("A") + self._new_customer("B")
        self.enroll(partners)
        indicator = self.new_indicator().sudo()
        self.patch(crl_indicator_refresh, "CUSTOMERS_PER_RECORD", 1)
        self.env["crl.indicator"].search([]).date_refresh = False
        indicator.date_refresh = "2026-03-02 09:00:00"
        self.env["crl.indicator"]._refresh_due(1)
        self.assertEqual(indicator.refresh_cursor, self.customer.id)
        indicator.invalidate_recordset()
        self.assertEqual(self.get_values(indicator).partner_id, self.customer)
        for __ in range(3):
            self.env["crl.indicator"]._refresh_due(1)
        self.env.invalidate_all()
        self.assertEqual(self.get_values(indicator).partner_id, partners)
        self.assertEqual(str(indicator.date_refresh), "2026-03-03 01:00:00")
        self.assertEqual(self.env["crl.indicator"]._refresh_due(1), 0)

    def test_read_together_as_one_by_one(self):
        """Those that read one table together find what each finds alone, whatever the
        history: contacts of any kind, done or not, within a window or before it."""
        chance = random.Random(4711)
        partners = self.customer
        for name in "ABCDEFGH":
            partners += self._new_customer(name)
        self.enroll(partners)
        contacts = self.env["crl.touchpoint"].sudo()
        contacts.create(
            [
                {
                    "partner_id": chance.choice(partners[:7]).id,
                    "company_id": self.company.id,
                    "channel": chance.choice(["call", "visit", "email"]),
                    "purpose": "service",
                    "service_class": "regular",
                    "state": chance.choice(["done", "failed", "cancelled"]),
                    "date_planned": "2026-01-01",
                    "date_done": fields.Datetime.subtract(
                        fields.Datetime.now(), hours=chance.randrange(2000)
                    ),
                }
                for __ in range(60)
            ]
        )
        touchpoints = {
            "model_id": self.env["ir.model"]._get_id("crl.touchpoint"),
            "partner_path": "partner_id",
            "date_field": "date_done",
        }
        indicators = (
            self.env["crl.indicator"].sudo().search([("source", "=", "computed")])
        )
        for number, (aggregate, domain, days, company) in enumerate(
            (
                ("count", "[]", 0, False),
                ("count", "[('channel', '=', 'call')]", 30, False),
                ("count", "[('state', '=', 'done')]", 7, self.company.id),
                ("days_since", "[('channel', '!=', 'email')]", 0, False),
                ("days_since", "[('user_id.active', '=', True)]", 60, False),
                ("max", "[('state', '=', 'done')]", 0, False),
            )
        ):
            indicators += self.new_indicator(
                f"random_{number}",
                **touchpoints,
                aggregate=aggregate,
                measure="attempt" if aggregate == "max" else False,
                domain=domain,
                window_days=days,
                company_id=company,
            ).sudo()

        def within(column):
            return SQL("%s = ANY(%s)", column, partners.ids)

        shared, tables = indicators._share_readings(within)
        self.assertGreater(len(shared), 4)
        for indicator in indicators:
            alone = self.env.execute_query(indicator._get_found_sql(within))
            if indicator.id in shared:
                together = self.env.execute_query(
                    SQL(
                        "WITH %s %s",
                        SQL(", ").join(tables),
                        indicator._get_found_sql(within, shared[indicator.id]),
                    )
                )
                self.assertEqual(sorted(together), sorted(alone), indicator.code)
        self.measure()
        changed = self.env["crl.indicator.value"]._put_computed(
            indicators, within, date(2026, 3, 9)
        )
        self.assertFalse(changed, "what each found alone stands")

    def test_few_customers_are_one_batch_and_count_once(self):
        """Odoo's figure of a run's progress tells how much there was to do."""
        self.enroll()
        due = self.env["crl.indicator"].search([])
        due._mark_due()
        handled = self.env["crl.indicator"]._refresh_due(1000)
        self.assertEqual(handled, len(due))
        self.assertEqual(self.env["crl.indicator"]._refresh_due(1000), 0)

    @mute_logger("odoo.addons.crl_retention.models.crl_engine", "odoo.sql_db")
    def test_one_that_cannot_be_measured_keeps_no_other_from_it(self):
        self.enroll()
        broken = self.new_indicator("broken").sudo()
        self.new_indicator()
        self.env.cr.execute(
            "UPDATE crl_indicator SET partner_path = 'gone' WHERE id = %s", [broken.id]
        )
        self.env.invalidate_all()
        self.measure()
        self.assertIn("gone", broken.error)
        self.assertTrue(self.value("leads"))
        # nor a contact from being closed
        self.env.cr.execute(
            "UPDATE crl_indicator SET model_id = %s WHERE id = %s",
            [self.env["ir.model"]._get_id("crl.touchpoint"), broken.id],
        )
        self.env.invalidate_all()
        self.customer.crl_touchpoint_ids[:1].sudo()._after_close()
        self.env["crl.indicator"]._follow(self.customer)
        self.assertIn("gone", broken.error)

    def test_a_contact_is_measured_at_once(self):
        self.enroll()
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        call = self.customer.crl_touchpoint_ids.filtered("activity_id")[:1]
        call.with_user(self.rep).action_done("reached", "neutral", "Well")
        self.assertEqual(self.value("last_verdicts").score, 50)
        self.assertEqual(self.value("days_since_contact").raw, 0)
        self.assertEqual(self.value("complaint_90_days").raw, 0)
        self.env["crl.case"].with_user(self.rep).create(
            {"partner_id": self.customer.id, "description": "Dry"}
        )
        self.env.invalidate_all()
        self.assertEqual(self.value("complaint_90_days").score, 0)
        self.assertEqual(self.value("open_cases").raw, 1)
        self.assertEqual(self.value("missed_48_hours").raw, 0)
        self.at("2026-03-12 09:00:00")
        self.run_cron()
        self.assertEqual(self.value("missed_48_hours").raw, 2)

    # ---- Who says what ----

    def test_reps_write_what_people_write(self):
        customer = self.customer.with_user(self.rep)
        customer.crl_set_indicator("rep_opinion", 4, "They ask for more")
        value = self.value("rep_opinion")
        self.assertEqual(
            (value.raw, value.score, value.user_id, value.note, value.source),
            (4, 75, self.rep, "They ask for more", "manual"),
        )
        self.assertFalse(value.is_stale)
        self.at("2026-08-01 09:00:00")
        value.invalidate_recordset()
        self.assertTrue(value.is_stale)

    def test_the_dialog_begins_with_what_was_said_last(self):
        self.customer.crl_set_indicator("rep_opinion", 2)
        dialog = (
            self.env["crl.indicator.entry"]
            .with_user(self.rep)
            .with_context(active_id=self.customer.id)
            .create({})
        )
        self.assertEqual((dialog.indicator_id.code, dialog.raw), ("rep_opinion", 2))
        dialog.write({"raw": 5, "note": "They recommend us"})
        dialog.action_save()
        self.assertEqual(self.value("rep_opinion").note, "They recommend us")

    def test_who_writes_no_values(self):
        for user in (self.other_rep, self.marketing, self.direction):
            with self.assertRaises(AccessError):
                self.customer.with_user(user).crl_set_indicator("rep_opinion", 4)
        mine = self.customer.with_user(self.rep)
        for code, raw in (
            ("open_cases", 4),
            ("nonsense", 4),
            (None, 4),
            ("rep_opinion", "4"),
            ("rep_opinion", float("nan")),
            ("rep_opinion", None),
            ("rep_opinion", True),
        ):
            with self.assertRaises(UserError):
                mine.crl_set_indicator(code, raw)
        self.assertFalse(self.customer.crl_indicator_value_ids)

    def test_marketing_reads_values_but_not_notes(self):
        self.customer.with_user(self.rep).crl_set_indicator("rep_opinion", 4, "Said so")
        value = self.value("rep_opinion").with_user(self.marketing)
        self.assertEqual(value.raw, 4)
        with self.assertRaises(AccessError):
            value.read(["note"])

    def test_customers_who_merge_keep_the_latest(self):
        twin = self._new_customer("Bella Napoli 2")
        self.enroll(self.customer + twin)
        for partner, raw in ((self.customer, 1), (twin, 5)):
            self.at(f"2026-03-02 1{raw}:00:00")
            partner.crl_set_indicator("rep_opinion", raw)
        self.measure()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer + twin).ids, self.customer)
        self.env.invalidate_all()
        value = self.value("rep_opinion")
        self.assertEqual(value.raw, 5)
        self.assertEqual(value.dedup_key, f"{value.indicator_id.id}:{self.customer.id}")
        self.measure()

    def test_companies_are_kept_apart(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.customer.company_id = self.company
        foreign = self._new_customer("Paul", company_id=elsewhere.id, user_id=False)
        shared = self._new_customer("Anna")
        self.env["crl.relationship"]._ensure(self.customer + foreign + shared)
        self.new_lead(shared, company_id=elsewhere.id)
        self.new_lead(shared, company_id=self.company.id)
        self.new_indicator(company_id=self.company.id)
        self.measure()
        self.assertTrue(self.value("leads"))
        self.assertFalse(self.value("leads", foreign))
        self.assertEqual(self.value("leads", shared).raw, 1)
        self.assertEqual(self.value("leads", shared).company_id, self.company)
        self.customer.company_id = elsewhere
        self.assertEqual(self.value("reachable").company_id, elsewhere)

    def test_indicators_with_values_are_archived(self):
        self.customer.crl_set_indicator("rep_opinion", 4)
        with self.assertRaisesRegex(UserError, "archive"):
            self.env.ref("crl_retention.indicator_rep_opinion").unlink()
