from datetime import timedelta

from odoo import fields, models

#: What a rep is to reach in a month as delivered: the figures of the procedure.
TARGETS = {"new_accounts": 30, "meetings": 50}


class ResCompany(models.Model):
    """What is asked of a rep, and how long a visit takes. As in ``res_company.py`` none
    is NOT NULL; empty means the default."""

    _inherit = "res.company"

    crl_target_new_accounts = fields.Integer(
        "New Accounts a Month",
        default=TARGETS["new_accounts"],
        help="What each rep is to reach, unless the portfolio board says otherwise.",
    )
    crl_target_meetings = fields.Integer(
        "Meetings a Month",
        default=TARGETS["meetings"],
        help="The visits each rep is to hold, unless the portfolio board says "
        "otherwise.",
    )
    crl_visit_minutes = fields.Integer(
        "Length of a Visit (minutes)",
        default=60,
        help="The time a visit takes in the calendar.",
    )
    crl_travel_minutes = fields.Integer(
        "Time to Get There (minutes)",
        default=30,
        help="What is kept free between a visit and whatever stands beside it in the "
        "rep's calendar.",
    )

    _crl_targets_positive = models.Constraint(
        "CHECK(crl_target_new_accounts >= 0 AND crl_target_meetings >= 0)",
        "Targets cannot be negative.",
    )
    _crl_visit_minutes_positive = models.Constraint(
        "CHECK(crl_visit_minutes BETWEEN 5 AND 720 "
        "AND crl_travel_minutes BETWEEN 0 AND 720)",
        "A visit takes 5 minutes to 12 hours, and getting there 12 hours at most.",
    )

    def _crl_get_target(self, metric):
        """What a rep of the company is to reach in a month when nobody says otherwise.

        :param metric: 'new_accounts' or 'meetings'
        """
        self.ensure_one()
        return self[f"crl_target_{metric}"]

    def _crl_get_visit_length(self):
        self.ensure_one()
        return timedelta(minutes=self.crl_visit_minutes or 60)

    def _crl_get_travel_time(self):
        self.ensure_one()
        return timedelta(minutes=self.crl_travel_minutes)
