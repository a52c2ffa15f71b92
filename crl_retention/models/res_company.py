from datetime import timedelta
from functools import cache

from odoo import api, fields, models

from ..tools import quiet_hours, schedule

#: Months the lines of the log are kept as delivered.
LOG_MONTHS = 24
#: Months a consent that was overtaken is kept as delivered.
CONSENT_MONTHS = 60


class ResCompany(models.Model):
    """The decisions a company takes. None is NOT NULL in the database, where Odoo's own
    tests create companies before this addon is loaded; empty means the default."""

    _inherit = "res.company"

    crl_clock_mode = fields.Selection(
        [("working", "Working days"), ("strict", "Every day")],
        "Case Clock",
        default="working",
        help="Working days: Friday 16:00 + 48 hours is Tuesday 16:00. "
        "Every day: it is Sunday 16:00.",
    )
    crl_clock_hours = fields.Integer("Hours to Visit an Unhappy Customer", default=48)
    crl_message_order = fields.Selection(
        [("email", "Email, else SMS"), ("sms", "SMS, else email")],
        "Messages Go By",
        default="email",
    )
    crl_catch_up_days = fields.Integer(
        "Catch-up (days)",
        default=3,
        help="After a standstill, messages that are older than this are skipped and "
        "calls and visits are planned anew, so that nobody is flooded.",
    )
    crl_wait_days = fields.Integer(
        "Wait for the Contact Before (days)",
        default=7,
        help="How long a message waits for a call or visit before it that is still "
        "to be done. Then it goes without.",
    )
    crl_book_visits = fields.Boolean(
        "Book Visits in the Calendar",
        default=True,
        help="A visit that falls due is entered in the rep's calendar as well.",
    )
    crl_travel_speed = fields.Integer(
        "Driving Speed (km/h)",
        default=50,
        help="How fast reps get from visit to visit, towns and country mixed.",
    )
    crl_daily_calls = fields.Integer(
        "Calls a Day",
        help="The most calls that fall due for one rep on one day; the others wait "
        "their turn. 0: no limit.",
    )
    crl_daily_visits = fields.Integer(
        "Visits a Day",
        help="The most visits that fall due for one rep on one day; the others wait "
        "their turn. 0: no limit.",
    )
    crl_daily_letters = fields.Integer(
        "Letters a Day",
        help="The most letters that fall due for one rep on one day; the others wait "
        "their turn. 0: no limit.",
    )
    crl_quiet_hours = fields.Boolean(
        "Keep Quiet Hours",
        default=True,
        help="No email and no SMS from 21:00 to 8:00 on the customer's clock; in "
        "France from 22:00 to 8:00, on Sundays and on public holidays.",
    )
    crl_email_gap_hours = fields.Integer(
        "Hours Between Two Emails",
        default=16,
        help="A message waits until so many hours have passed since the last one to "
        "the same customer or address; mailings count too. 0: no limit.",
    )
    crl_sms_gap_hours = fields.Integer(
        "Hours Between Two SMS", default=24, help="As for emails. 0: no limit."
    )
    crl_weekly_marketing = fields.Integer(
        "Marketing Messages a Week",
        help="The most a customer gets in 7 days, emails and SMS together; mailings "
        "count too. Further ones of procedures wait. 0: no limit.",
    )
    crl_service_ignores_blacklist = fields.Boolean(
        "Service Messages to Blacklisted Addresses",
        help="Marketing never goes to a blacklisted address or number. With this, "
        "service messages of a procedure do.",
    )
    crl_log_months = fields.Integer(
        "Keep the Log (months)",
        default=LOG_MONTHS,
        help="Lines of the log that are older are deleted, but those of contacts and "
        "procedures still ahead. 0: they are kept for ever.",
    )
    crl_marketing_basis = fields.Selection(
        [
            ("opt_out", "Until the customer objects"),
            ("countries", "In some countries only after an explicit yes"),
            ("opt_in", "Only after an explicit yes"),
        ],
        "Marketing Is Allowed",
        default="opt_out",
        help="For emails, SMS and calls of procedures, and for mailings to contacts. "
        "Who objected gets none in any case.",
    )
    crl_opt_in_country_ids = fields.Many2many(
        "res.country",
        "res_company_crl_opt_in_country_rel",
        string="An Explicit Yes Is Needed In",
    )
    crl_consent_months = fields.Integer(
        "Keep Former Consents (months)",
        default=CONSENT_MONTHS,
        help="What a customer agreed to is kept as long as it holds; what a later word "
        "overtook is deleted after so many months. 0: it is kept for ever.",
    )
    crl_portfolio_admin_id = fields.Many2one(
        "res.users",
        "Portfolio Administrator",
        help="Coordinates meetings for all reps, and gets the contacts of customers "
        "without a salesperson.",
    )
    crl_manager_id = fields.Many2one(
        "res.users",
        "Retention Manager",
        help="Hears of cases nobody has solved, and decides when a customer was "
        "unhappy too often.",
    )

    _crl_clock_hours_positive = models.Constraint(
        "CHECK(crl_clock_hours BETWEEN 1 AND 8784)",
        "An unhappy customer is visited within 1 to 8784 hours, a year at most.",
    )
    _crl_days_positive = models.Constraint(
        "CHECK(crl_catch_up_days BETWEEN 1 AND 3660 "
        "AND crl_wait_days BETWEEN 0 AND 366)",
        "The catch-up takes 1 to 3660 days, waiting for a contact 0 to 366.",
    )
    _crl_travel_speed_positive = models.Constraint(
        "CHECK(crl_travel_speed > 0)", "The driving speed must be more than 0."
    )
    _crl_limits_positive = models.Constraint(
        "CHECK(crl_email_gap_hours BETWEEN 0 AND 8784 "
        "AND crl_sms_gap_hours BETWEEN 0 AND 8784 "
        "AND crl_weekly_marketing >= 0 AND crl_daily_calls >= 0 "
        "AND crl_daily_visits >= 0 AND crl_daily_letters >= 0)",
        "Limits cannot be negative; between two messages lie 0 to 8784 hours, a year "
        "at most.",
    )

    _crl_log_months_positive = models.Constraint(
        "CHECK(crl_log_months BETWEEN 0 AND 1200)",
        "The log is kept for 0 to 1200 months; 0 is for ever.",
    )
    _crl_consent_months_positive = models.Constraint(
        "CHECK(crl_consent_months BETWEEN 0 AND 1200)",
        "Former consents are kept for 0 to 1200 months; 0 is for ever.",
    )

    def _crl_tz(self):
        """Name of the time zone the company lives in."""
        self.ensure_one()
        return self.partner_id.tz or self.resource_calendar_id.tz or "UTC"

    def _crl_get_catch_up(self):
        """How late a contact may be and still be done as planned."""
        self.ensure_one()
        return timedelta(days=self.crl_catch_up_days or 3)

    def _crl_limits_messages(self):
        """Whether customers are spared messages that come too often."""
        self.ensure_one()
        return bool(
            self.crl_email_gap_hours
            or self.crl_sms_gap_hours
            or self.crl_weekly_marketing
        )

    def _crl_needs_yes(self, country):
        """Whether marketing to somebody in a country waits for an explicit yes."""
        self.ensure_one()
        basis = self.crl_marketing_basis
        return basis == "opt_in" or (
            basis == "countries" and country in self.crl_opt_in_country_ids
        )

    def _crl_today(self):
        """The day it is for the company."""
        return schedule.local_day(fields.Datetime.now(), self._crl_tz())

    def _crl_working_days(self, calendar=None):
        """A function telling whether a local day is a working day.

        Without a calendar every day is one.
        """
        self.ensure_one()
        calendar = calendar or self.resource_calendar_id
        if not calendar:
            return lambda day: True
        # reps read the dates of their contacts, not the calendars behind them
        return calendar.sudo()._crl_working_days()

    def _crl_holidays(self):
        """A function telling whether a local day is a public holiday: a leave of the
        company's calendar that is nobody's own."""
        self.ensure_one()
        now = fields.Datetime.now()
        # reps read the dates of their contacts, not the calendars behind them
        leaves = self.env["resource.calendar.leaves"].sudo()
        leaves = leaves.search(
            [
                ("company_id", "in", (self.id, False)),
                ("calendar_id", "in", (self.resource_calendar_id.id, False)),
                ("resource_id", "=", False),
                ("date_to", ">=", now - timedelta(days=1)),
                ("date_from", "<=", now + timedelta(days=2 * quiet_hours.MAX_DAYS)),
            ]
        )
        tz = self.resource_calendar_id.tz or self._crl_tz()
        spans = [
            (
                schedule.local_day(leave.date_from, tz),
                schedule.local_day(leave.date_to - timedelta(seconds=1), tz),
            )
            for leave in leaves
        ]
        return lambda day: any(first <= day <= last for first, last in spans)

    @api.model
    def _crl_calendars(self):
        """``_crl_working_days`` for loops: asked for the same company and calendar
        again, it answers from what it read before."""
        return cache(lambda company, calendar: company._crl_working_days(calendar))
