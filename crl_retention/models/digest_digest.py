from odoo import fields, models
from odoo.exceptions import AccessError

#: What each figure counts: model, date, further conditions, what opens it.
KPIS = {
    "kpi_crl_contacts": (
        *("crl.touchpoint", "date_done", [("state", "=", "done")]),
        "crl_retention.crl_touchpoint_action_report",
    ),
    "kpi_crl_cases": (
        *("crl.case", "date_open", [("kind", "!=", "promise")]),
        "crl_retention.crl_case_action_report",
    ),
    "kpi_crl_recovered": (
        *("crl.case", "date_closed", [("state", "=", "recovered")]),
        "crl_retention.crl_case_action_report",
    ),
}


class DigestDigest(models.Model):
    """Figures of Customer Retention in Odoo's own digests."""

    _inherit = "digest.digest"

    kpi_crl_contacts = fields.Boolean("Customers Contacted")
    kpi_crl_contacts_value = fields.Integer(
        "Number of Customers Contacted", compute="_compute_kpi_crl_contacts_value"
    )
    kpi_crl_cases = fields.Boolean("Unhappy Customers")
    kpi_crl_cases_value = fields.Integer(
        "Number of Unhappy Customers", compute="_compute_kpi_crl_cases_value"
    )
    kpi_crl_recovered = fields.Boolean("Recovered, Promises Kept")
    kpi_crl_recovered_value = fields.Integer(
        "Number Recovered and Kept", compute="_compute_kpi_crl_recovered_value"
    )

    def _compute_kpi_crl_contacts_value(self):
        self._crl_count("kpi_crl_contacts")

    def _compute_kpi_crl_cases_value(self):
        self._crl_count("kpi_crl_cases")

    def _compute_kpi_crl_recovered_value(self):
        self._crl_count("kpi_crl_recovered")

    def _crl_count(self, name):
        model, date_field, domain, __ = KPIS[name]
        if not self.env[model].has_access("read"):
            # Odoo leaves the figure out of the mail to who may not see it
            raise AccessError(self.env._("This figure is not for you."))
        self._calculate_company_based_kpi(
            model, f"{name}_value", date_field=date_field, additional_domain=domain
        )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("crl_retention.crl_retention_menu_root").id
        for name, (__, __, __, action) in KPIS.items():
            actions[name] = f"{action}?menu_id={menu}"
        return actions
