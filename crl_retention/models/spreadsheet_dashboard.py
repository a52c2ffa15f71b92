from odoo import api, models


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    @api.model
    def _crl_open(self):
        """Odoo's dashboards, opened at the one of the user's role."""
        role = next(
            (
                role
                for role in ("manager", "direction", "portfolio")
                if self.env.user.has_group(f"crl_retention.crl_retention_group_{role}")
            ),
            "my_customers",
        )
        dashboard = self.env.ref(f"crl_retention.spreadsheet_dashboard_{role}")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "spreadsheet_dashboard.ir_actions_dashboard_action"
        )
        return {**action, "params": {"dashboard_id": dashboard.id}}
