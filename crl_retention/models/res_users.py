from odoo import fields, models

from ..tools import schedule


class ResUsers(models.Model):
    """What the engine asks about colleagues: who leads them, when they work, and how
    much they can do in a day."""

    _inherit = "res.users"

    crl_daily_calls = fields.Integer(
        "Calls a Day", help="The most that fall due on one day. 0: as the company says."
    )
    crl_daily_visits = fields.Integer(
        "Visits a Day",
        help="The most that fall due on one day. 0: as the company says.",
    )
    crl_daily_letters = fields.Integer(
        "Letters a Day",
        help="The most that fall due on one day. 0: as the company says.",
    )

    _crl_limits_positive = models.Constraint(
        "CHECK(crl_daily_calls >= 0 AND crl_daily_visits >= 0 "
        "AND crl_daily_letters >= 0)",
        "Daily limits cannot be negative.",
    )

    def _crl_get_leader(self):
        """The leader of the user's sales team, even after the user has left it."""
        # who leads whom is for every colleague to know
        members = self.sudo().with_context(active_test=False).crm_team_member_ids
        member = members.sorted(lambda m: (not m.active, m.id))[:1]
        return self.browse(member.crm_team_id.user_id.id)

    def _crl_get_daily_limit(self, channel, company):
        """How many contacts of a channel the user does in a day at most; 0 = no limit.

        :param channel: 'call', 'visit' or 'letter'
        """
        self.ensure_one()
        name = f"crl_daily_{channel}s"
        return self[name] or company[name]

    def _crl_get_calendar(self, company):
        """The working hours of the user in a company, and their resource there."""
        # colleagues plan around each other's days off
        user, company = self.sudo(), company.sudo()
        resource = user.resource_ids.filtered(lambda r: r.company_id == company)[:1]
        return resource.calendar_id or company.resource_calendar_id, resource

    def _crl_working_days(self, company):
        """A function telling whether the user works on a local day: no day off of the
        company, none of their own leaves, and not out of office at noon."""
        self.ensure_one()
        # colleagues plan around each other's days off without reading why
        user = self.sudo()
        calendar, resource = user._crl_get_calendar(company)
        is_working = (
            calendar._crl_working_days(resource) if calendar else lambda day: True
        )
        tz = user._crl_get_tz(company)
        away_from, away_to = user.out_of_office_from, user.out_of_office_to

        def is_there(day):
            noon = schedule.utc_at(day, 12.0, tz)
            away = away_from and away_from <= noon and not (away_to and away_to < noon)
            return not away and is_working(day)

        return is_there
