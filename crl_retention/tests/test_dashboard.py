import json
import re

from odoo.tests import tagged

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
)

from .common import CrlCase

DASHBOARDS = ("my_customers", "portfolio", "manager", "direction")


@tagged("post_install", "-at_install")
class TestDashboard(CrlCase):
    """Each role has its dashboard, of fields and menus that are there for it."""

    ROLES = {
        "user": ["my_customers"],
        "portfolio": ["my_customers", "portfolio"],
        "manager": ["my_customers", "portfolio", "manager", "direction"],
        "direction": ["portfolio", "manager", "direction"],
        "marketing": [],
    }

    def dashboard(self, name):
        return self.env.ref(f"crl_retention.spreadsheet_dashboard_{name}")

    def new_user(self, role):
        return self._new_user(f"dashboard_{role}", role)

    def test_who_sees_which(self):
        group = self.env.ref("crl_retention.spreadsheet_dashboard_group_retention")
        for role, names in self.ROLES.items():
            with self.subTest(role=role):
                seen = (
                    self.env["spreadsheet.dashboard"]
                    .with_user(self.new_user(role))
                    .search([("dashboard_group_id", "=", group.id)])
                )
                self.assertEqual(seen.ids, [self.dashboard(name).id for name in names])

    def test_the_menu_opens_the_roles_own(self):
        for role, name in (
            ("user", "my_customers"),
            ("portfolio", "portfolio"),
            ("manager", "manager"),
            ("direction", "direction"),
        ):
            user = self.new_user(role)
            action = self.env.ref("crl_retention.spreadsheet_dashboard_action_open")
            opened = action.with_user(user).run()
            self.assertEqual(
                opened["params"], {"dashboard_id": self.dashboard(name).id}, role
            )

    def test_fields_and_menus_are_there(self):
        for name in DASHBOARDS:
            dashboard = self.dashboard(name)
            data = json.loads(dashboard.spreadsheet_data)
            for model, fields in fields_in_spreadsheet(data).items():
                for path in fields:
                    first = path.partition(":")[0].partition(".")[0]
                    self.assertIn(first, self.env[model]._fields)
            for menu in menus_xml_ids_in_spreadsheet(data):
                self.assertTrue(self.env.ref(menu).action, menu)
            self.assertTrue(dashboard._get_sample_dashboard()["sheets"])

    def test_every_source_answers_its_reader(self):
        """Measures, groups and filters of each pivot, asked as the role's reader, with
        no record, with one, and with some."""
        for stage in ("empty", "one", "some"):
            if stage == "one":
                self.enroll()
            if stage == "some":
                enrollment = self.enroll(self._new_customer("Da Enzo"))
                call = self.touchpoint(enrollment, "step_m1_call")
                call.with_user(self.rep).action_done(verdict="negative")
            for role in ("user", "portfolio", "manager", "direction"):
                user = self.env["res.users"].search(
                    [("login", "=", f"crl_dashboard_{role}")]
                ) or self.new_user(role)
                for name in self.ROLES[role]:
                    self.ask(self.dashboard(name), user)

    def ask(self, dashboard, user):
        data = json.loads(dashboard.spreadsheet_data)
        for pivot in data["pivots"].values():
            measures = [
                measure["fieldName"]
                if measure["fieldName"] == "__count"
                else f"{measure['fieldName']}:avg"
                for measure in pivot["measures"]
            ]
            chains = [
                (match["chain"], "=", False)
                for match in pivot["fieldMatching"].values()
            ]
            groups = [row["fieldName"] for row in pivot["rows"]]
            model = self.env[pivot["model"]].with_user(user)
            for domain in (pivot["domain"], [*pivot["domain"], *chains]):
                model.formatted_read_group(domain, groups, measures)

    def test_no_text_escapes_translation(self):
        """Cells are formulas, titles of tables or numbers; words only in ``_t``."""
        for name in DASHBOARDS:
            data = json.loads(self.dashboard(name).spreadsheet_data)
            for sheet in data["sheets"]:
                for cell in sheet["cells"].values():
                    self.assertTrue(
                        re.match(r'=_t\("|=IF\(|=PIVOT\(|\[.+\]\(odoo://view/', cell),
                        cell,
                    )
