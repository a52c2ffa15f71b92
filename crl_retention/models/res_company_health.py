from odoo import api, fields, models

from ..tools import health
from .crl_indicator_refresh import get_turns


class ResCompany(models.Model):
    """Where the bands of health lie, and when all customers are looked at again."""

    _inherit = "res.company"

    crl_health_at_risk = fields.Float(
        "At Risk Up To",
        default=health.AT_RISK_UP_TO,
        help="Customers whose health is so many points or less are at risk.",
    )
    crl_health_watch = fields.Float(
        "Watch Up To",
        default=health.WATCH_UP_TO,
        help="Customers above the limit of risk, up to so many points, are to be "
        "watched; those above are healthy.",
    )
    crl_health_alert_days = fields.Integer(
        "Days Until an Alert",
        default=3,
        help="An alert waits until the customer has been at risk for so many days, so "
        "that a score that goes up and down alarms nobody.",
    )
    crl_health_points = fields.Float(
        "Points of a Trend",
        default=health.TREND_POINTS,
        help="A score that moved by fewer points in 28 days is the same.",
    )
    # of the main company, for all of them
    crl_health_date = fields.Datetime("Health Due From", copy=False)
    crl_health_cursor = fields.Integer("Health Calculated Up To", copy=False)
    crl_trend_date = fields.Date(
        "Trends Looked At",
        copy=False,
        help="Until when all trends whose turn came were looked at.",
    )

    _crl_health_limits = models.Constraint(
        "CHECK(crl_health_at_risk >= 0 AND crl_health_at_risk < crl_health_watch "
        "AND crl_health_watch <= 100 AND crl_health_alert_days >= 0 "
        "AND crl_health_points >= 0)",
        "The limits of health go from 0 to 100 points, the one of risk below the one "
        "to watch; days and points of a trend cannot be negative.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {
            "crl_health_at_risk",
            "crl_health_watch",
            "crl_health_points",
        } & vals.keys():
            # sudo: where the engine stands
            self.sudo()._get_main_company().crl_trend_date = False
            self._crl_mark_health_due()
        return result

    def _crl_get_health_limits(self):
        self.ensure_one()
        if not self.crl_health_watch:
            return health.Limits()
        return health.Limits(self.crl_health_at_risk, self.crl_health_watch)

    @api.model
    def _crl_get_days(self):
        """The day it is, in each company."""
        # sudo: every company counts, whoever asks
        companies = self.sudo().search([])  # pylint: disable=no-search-all
        return [company._crl_today() for company in companies]

    @api.model
    def _crl_get_trend_turns(self):
        """Whose turn it is to have the trend looked at, whether the score moved or not,
        as of ``get_turns``. It is seen against the history, which goes by weeks."""
        # sudo: where the engine stands
        looked = self.sudo()._get_main_company().crl_trend_date
        return get_turns(looked, max(self._crl_get_days()))

    @api.model
    def _crl_mark_health_due(self):
        """Let the engine look at the health of all customers, from the first on."""
        # sudo here and below: where the engine stands, and its own scheduled action
        company = self.sudo()._get_main_company()
        now = fields.Datetime.now()
        if company.crl_health_cursor or (company.crl_health_date or now) > now:
            # not when it is so already: several who load values would meet there
            company.write({"crl_health_date": now, "crl_health_cursor": 0})
        cron = self.env.ref("crl_retention.ir_cron_run", raise_if_not_found=False)
        if cron:  # not yet while the shipped indicators are loaded
            cron.sudo()._trigger()
