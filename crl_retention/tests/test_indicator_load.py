import base64
import io

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.columns import array
from .common import CrlCase


@tagged("post_install", "-at_install")
class TestIndicatorLoad(CrlCase):
    """Values other systems send: each row taken whole, or named with the reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nps = cls.env["crl.indicator"].create(
            {"name": "NPS", "code": "nps", "source": "import"}
        )
        cls.customer.ref = "C-17"
        cls.company.country_id = cls.env.ref("base.fr")
        cls.other = cls._new_customer("Chez Paul", ref="C-18")

    def load(self, *rows, key=None, user=None):
        indicators = self.env["crl.indicator"].with_user(user or self.manager)
        results = indicators.load_values(list(rows), key)
        self.assertEqual([r["row"] for r in results], list(range(len(rows))))
        return results

    def row(self, partner="C-17", raw=80, **values):
        return {"partner": partner, "indicator": "nps", "raw": raw, **values}

    def statuses(self, *rows, **how):
        return [result["status"] for result in self.load(*rows, **how)]

    def value(self, partner=None):
        return (partner or self.customer).crl_indicator_value_ids

    def test_customers_by_any_name(self):
        person = self.env["res.partner"].create(
            {"name": "Gino", "parent_id": self.customer.id, "email": "gino@example.com"}
        )
        for place, name in enumerate(
            (
                "C-17",
                self.customer.id,
                person.id,
                "bella.napoli@example.com",
                " Bella.Napoli@EXAMPLE.com ",
                "“Gino” <gino@example.com>",
                self.customer.phone,
                self.customer.phone_sanitized,
                "01 42 68 53 00",
            )
        ):
            [result] = self.load(self.row(name, place))
            self.assertIn(result["status"], ("created", "updated"), (name, result))
            self.assertEqual(self.value().raw, place)
        value = self.value()
        self.assertEqual((value.user_id, value.source), (self.manager, "import"))
        self.assertEqual(value.score, value.raw)
        self.assertTrue(self.customer.crl_relationship_id)

    def test_sent_again_nothing_changes(self):
        row = self.row(date="2026-03-01T09:00:00Z")
        self.assertEqual(self.statuses(row), ["created"])
        self.assertEqual(self.statuses(row), ["unchanged"])
        self.assertEqual(self.statuses({**row, "raw": 81}), ["updated"])

    def test_older_never_overwrites_newer(self):
        self.load(self.row(raw=10, date="2026-03-01"))
        [result] = self.load(self.row(raw=20, date="2026-02-01"))
        self.assertEqual(result["status"], "unchanged")
        self.assertIn("newer", result["reason"])
        self.assertEqual(self.value().raw, 10)
        # a day begins where the company is
        self.assertEqual(str(self.value().date), "2026-02-28 23:00:00")

    def test_what_is_refused_and_why(self):
        twin = self._new_customer("Twin", email="bella.napoli@example.com")
        self.env["res.partner"].create({"name": "Old", "ref": "gone", "active": False})
        wrong = [
            ("not a row", "must have the fields"),
            ({**self.row(), "colour": "red"}, "no field “colour”"),
            (self.row(None), "“partner” is empty"),
            (self.row("nobody"), "No active customer"),
            (self.row("gone"), "No active customer"),
            (self.row("=cmd|' /C calc'!A0"), "No active customer"),
            (self.row("x" * 2**20), "is no id"),
            (self.row("a\0b"), "is no id"),
            (self.row("\ud800"), "is no id"),
            (self.row(10**30), "is no id"),
            (self.row(True), "is no id"),
            (self.row([1]), "is no id"),
            (self.row(twin.email), "several customers"),
            (self.row(raw=None), "“raw” is empty"),
            (self.row(raw="12"), "not a number"),
            (self.row(raw=float("nan")), "not a number"),
            (self.row(raw=float("inf")), "not a number"),
            (self.row(raw=10**400), "not a number"),
            (self.row(date="yesterday"), "not a date"),
            (self.row(date="2026-02-30"), "not a date"),
            (self.row(date="0001-01-01"), "not a date"),
            (self.row(date=20260301), "not a date"),
            (self.row(date="2026-03-09"), "in the future"),
            ({**self.row(), "indicator": "nonsense"}, "no active indicator"),
            ({**self.row(), "indicator": 5}, "not the code"),
            ({**self.row(), "indicator": "open_cases"}, "computed by Odoo"),
        ]
        results = self.load(*(row for row, __ in wrong), self.row())
        for result, (__, told) in zip(results[:-1], wrong, strict=True):
            self.assertEqual((result["status"], told), ("refused", told))
            self.assertIn(told, result["reason"])
            self.assertLess(len(result["reason"]), 200)
        # the rest is loaded all the same
        self.assertEqual(results[-1]["status"], "created")

    def test_codes_the_database_cannot_take_refuse_their_row_alone(self):
        rows = [self.row(indicator=code) for code in ("nps\x00", "\ud800")]
        found = self.statuses(*rows, self.row())
        self.assertEqual(found, ["refused", "refused", "created"])
        with self.assertRaises(UserError):
            self.customer.with_user(self.rep).crl_set_indicator("nps\x00", 1)

    def test_any_text_gets_into_an_array_as_it_is(self):
        texts = [
            "",
            "NULL",
            "null",
            "a,b",
            "{x}",
            'say "no"',
            "back\\slash",
            "it's",
            "é",
        ]
        [[found]] = self.env.execute_query(
            SQL("SELECT %s::text[]", array([*texts, None]))
        )
        self.assertEqual(found, [*texts, None])

    def test_doubles_in_a_batch_are_named(self):
        results = self.load(
            self.row(raw=1, date="2026-02-01"),
            self.row(raw=2, date="2026-03-01"),
            self.row(self.customer.id, 3, date="2026-03-01"),
            self.row("C-18", 4),
        )
        self.assertEqual(
            [result["status"] for result in results],
            ["refused", "created", "refused", "created"],
        )
        self.assertIn("Row 1 has a newer value", results[0]["reason"])
        self.assertIn("Row 1 is about the same", results[2]["reason"])
        self.assertEqual(self.value().raw, 2)

    def test_a_key_answers_once(self):
        rows = [self.row(), self.row("nobody")]
        first = self.load(*rows, key="file-1:0")
        self.customer.crl_indicator_value_ids.sudo().unlink()
        self.assertEqual(self.load(*rows, key="file-1:0"), first)
        self.assertFalse(self.value())
        with self.assertRaisesRegex(UserError, "other rows"):
            self.load(self.row(raw=3), key="file-1:0")
        # another user's keys are others
        second = self._new_user("second", "manager")
        self.assertEqual(
            self.statuses(self.row(), key="file-1:0", user=second), ["created"]
        )

    def test_a_dry_run_changes_nothing(self):
        rows = [self.row(), self.row("nobody"), self.row(raw="x")]
        load = self.env["crl.indicator"].with_user(self.manager).load_values
        checked = load(rows, "k", dry_run=True)
        self.assertEqual(
            [result["status"] for result in checked], ["checked", "refused", "refused"]
        )
        self.assertFalse(self.value())
        # the key is still free, and the refusals are those of the load
        loaded = load(rows, "k")
        self.assertEqual(loaded[1:], checked[1:])
        self.assertEqual(loaded[0]["status"], "created")

    def test_calls_that_are_refused_as_a_whole(self):
        load = self.env["crl.indicator"].with_user(self.manager).load_values
        for rows, key in (("x", None), ({}, None), ([], 5), ([], ""), ([], "a\0")):
            with self.assertRaises(ValidationError):
                load(rows, key)
        with self.assertRaisesRegex(UserError, "at most 10000"):
            load([self.row()] * 10001)
        self.assertEqual(load([]), [])

    def test_only_managers_load(self):
        for role in ("user", "all", "portfolio", "marketing", "direction"):
            user = self._new_user(f"loader_{role}", role)
            with self.assertRaises(AccessError):
                self.load(self.row(), user=user)
        self.assertFalse(self.value())

    def test_customers_of_other_companies_are_not_found(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.customer.company_id = elsewhere
        for name in ("C-17", self.customer.id, self.customer.email):
            [result] = self.load(self.row(name))
            self.assertIn("No active customer", result["reason"])
        self.nps.company_id = elsewhere
        [result] = self.load(self.row("C-18"))
        self.assertIn("no active indicator", result["reason"])

    def test_many_rows_take_few_queries(self):
        partners = self.env["res.partner"].create(
            [{"name": f"C{number}", "ref": f"R-{number}"} for number in range(90)]
        )
        self.env["crl.relationship"]._ensure(partners)
        counts = []
        for size in (10, 90):
            rows = [self.row(f"R-{n}", n, date="2026-03-01") for n in range(size)]
            self.load(*rows)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.load(*({**row, "raw": row["raw"] + 1} for row in rows))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
        self.assertLess(counts[1], 30)

    # ---- From a file ----

    def upload(self, content):
        wizard = (
            self.env["crl.indicator.import"]
            .with_user(self.manager)
            .create({"file": base64.b64encode(content)})
        )
        wizard.action_read()
        return wizard

    def test_a_csv_file(self):
        wizard = self.upload(
            "Kunde;Nps;Datum\nC-17;8,5;01.02.2026\nC-18;viel;01.02.2026\n"
            "=cmd|'/C calc'!A0;7;01.02.2026\n<b>Ärger</b>;7;\n"
            "C-17;9;01.02.2026\n".encode("cp1252")
        )
        self.assertEqual((wizard.state, wizard.row_count), ("columns", 5))
        self.assertEqual(wizard.kind, "cp1252")
        self.assertEqual(wizard.partner_column_id.name, "Kunde")
        self.assertEqual(wizard.raw_column_id.name, "Nps")
        self.assertEqual(wizard.date_column_id.name, "Datum")
        with self.assertRaisesRegex(UserError, "Say which"):
            wizard.action_load()
        self.assertEqual((wizard.decimal, wizard.date_order), (",", "dmy"))
        wizard.indicator_id = self.nps
        wizard.action_load()
        self.assertEqual(self.value().raw, 8.5)
        self.assertEqual(str(self.value().date), "2026-01-31 23:00:00")
        self.assertEqual(wizard.refused_count, 4)
        for row, told in (
            (3, "“viel” is not a number"),
            (5, "“&lt;b&gt;Ärger&lt;/b&gt;”"),
            (6, "Row 2 is about the same"),
        ):
            self.assertRegex(wizard.preview, rf">{row}</td><td[^>]*>[^<]*{told}")
        report = base64.b64decode(wizard.report).decode("utf-8-sig").splitlines()
        self.assertEqual(len(report), 5)
        self.assertIn("not a number", report[1])
        self.assertTrue(report[2].startswith("'=cmd"))
        self.assertTrue(report[4].startswith('C-17,9,01.02.2026,6,"Row 2 is'))

    def test_an_xlsx_file(self):
        book = Workbook()
        for row in (
            ("ID", "Indicator", "Value"),
            (self.customer.id, "nps", 7),
            (self.other.id, "nps", 8.25),
        ):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        wizard = self.upload(content.getvalue())
        wizard.partner_kind = "id"
        wizard.action_load()
        self.assertEqual(wizard.refused_count, 0)
        self.assertEqual((self.value().raw, self.value(self.other).raw), (7, 8.25))

    def test_files_that_are_none(self):
        for content in (b"", b"only a header", b"PK\x03\x04 broken", b"a,b\0\n1,2"):
            with self.assertRaisesRegex(UserError, "file"):
                self.upload(content)

    def test_odoos_own_import_loads_nothing(self):
        result = (
            self.env["crl.indicator.value"]
            .with_user(self.manager)
            .load(
                ["partner_id/.id", "indicator_id/.id", "raw", "dedup_key"],
                [[str(self.customer.id), str(self.nps.id), "5", "x"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertFalse(self.value())
