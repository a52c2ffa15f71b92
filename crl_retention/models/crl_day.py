from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools import schedule

#: Days ahead in which visits are looked for that are on the way.
DAYS_AHEAD = 7
#: The most of them that are looked at, the oldest first.
MAX_MORE = 80


class CrlDay(models.AbstractModel):
    """A rep's day of visits, in an order that makes sense.

    Nothing here is stored, and nobody outside is asked: the order is worked out from
    the coordinates of the customers (``tools/route.py``), which Odoo keeps on contacts.
    The day, and every time shown, is that of the rep's time zone.
    """

    _name = "crl.day"
    _description = "Day of Visits"
    _inherit = ["crl.screen"]

    @api.model
    def get_day(self, date=None, user_id=None, added=None):
        """The visits of a day in the order to make them.

        On the rep's present day those of the days before that are still to be made are
        there too, and the way begins where the last visit was.

        :param date: local day of the rep, or its ISO text; today when empty
        :param int user_id: whose day; one's own when empty
        :param list added: ids of visits of other days to put into this one for a look
        :returns: what the screen *My Visits* shows (see ``_get_day``)
        :raises AccessError: for the day of a colleague one does not lead
        """
        rep = self._check_rep(user_id)
        today = schedule.local_day(fields.Datetime.now(), self._get_tz(rep))
        day = self._check_day(date) or today
        visits = self._find_visits(rep, day, today)
        visits |= self._find_added(rep, added)
        return self._get_day(rep, day, today, visits)

    @api.model
    def use_order(self, plan, user_id=None):
        """Give visits the times of the order that was shown.

        Visits whose time was agreed keep it.

        :param plan: ``[[visit id, UTC time as ISO text], …]``
        :returns: how many visits were given a time
        :raises ValidationError: when a time is none, or is past
        """
        self._check_rep(user_id)
        moments = self._check_plan(plan)
        visits = self.env["crl.touchpoint"].browse(moments).exists()._as_engine()
        visits = visits.filtered(
            lambda visit: (
                visit.is_live
                and visit.channel == "visit"
                and not visit.is_agreed
                and visit.date_planned != moments[visit.id]
            )
        )
        visits._move_by_hand({v: moments[v.id] for v in visits}, is_agreed=False)
        return len(visits)

    def _check_plan(self, plan):
        pairs = plan if isinstance(plan, list) else [None]
        if not all(
            isinstance(pair, list | tuple) and len(pair) == 2 and self._is_id(pair[0])
            for pair in pairs
        ):
            raise ValidationError(
                self.env._("Give the order as a list of visits with their times.")
            )
        moments = {number: self._check_moment(moment) for number, moment in pairs}
        past = fields.Datetime.now() - timedelta(minutes=15)
        if any(moment < past for moment in moments.values()):
            raise UserError(
                self.env._("This order is out of date: load the day again.")
            )
        return moments

    # ---- Whose day, which visits ----

    def _check_rep(self, user_id):
        """The rep whose day is asked for.

        :raises AccessError: unless it is the user, whom they stand in for or lead, or
            the user sees everybody's customers
        """
        me = self.env.user
        self.env["crl.touchpoint"].check_access("read")
        if not user_id or user_id == me.id:
            return me
        rep = self._check_record("res.users", user_id)
        # where somebody works is for every colleague to know
        if not rep or not rep.sudo().company_ids & self.env.companies:
            raise UserError(self.env._("This user does not exist."))
        if not (
            self._sees_all()
            or me in rep._crl_with_cover()
            or rep._crl_get_leader() == me
        ):
            raise AccessError(
                self.env._(
                    "The day of %s is seen by them, by who leads their team, and by "
                    "portfolio administrators.",
                    rep.name,
                )
            )
        return rep

    def _sees_all(self):
        return self.env.user.has_groups(
            "crl_retention.crl_retention_group_all,"
            "crl_retention.crl_retention_group_direction"
        )

    def _get_reps(self, rep):
        """Whose days the user may look at."""
        me = self.env.user
        domain = Domain("sale_team_id.user_id", "=", me.id)
        if self._sees_all():
            group = self.env.ref("crl_retention.crl_retention_group_user")
            domain = Domain("all_group_ids", "in", group.ids)
        domain |= Domain("crl_cover_id", "=", me.id)
        # who works here is for every colleague to know
        users = self.env["res.users"].sudo()
        reps = users.search(
            domain & Domain("company_ids", "in", self.env.companies.ids), order="name"
        )
        return [{"id": user.id, "name": user.name} for user in me | rep | reps]

    def _get_tz(self, rep):
        return rep.sudo()._crl_get_tz(self.env.company)  # for every colleague

    def _get_live_domain(self, rep):
        """The visits that are the rep's to make, now or when their day comes."""
        return (
            Domain("channel", "=", "visit")
            & (
                Domain("state", "=", "open")
                | Domain("state", "=", "planned")
                & Domain("date_due", "!=", False)
                & Domain("hold_reason", "=", False)
            )
            & (
                Domain("user_id", "=", rep.id)
                | Domain("user_id.crl_cover_id", "=", rep.id)
            )
        )

    def _find_visits(self, rep, day, today):
        tz = self._get_tz(rep)
        domain = self._get_live_domain(rep) & Domain(
            "date_planned", "<", schedule.utc_at(day + timedelta(days=1), 0.0, tz)
        )
        since = Domain("date_planned", ">=", schedule.utc_at(day, 0.0, tz))
        if day == today:
            since |= Domain("state", "=", "open")
        return self._search(rep, domain & since)

    def _search(self, rep, domain, limit=None):
        """The visits the user may see, in the rep's own hands."""
        visits = self.env["crl.touchpoint"].search(
            domain, order="date_planned, id", limit=limit
        )
        # what the user may see was searched just before
        return visits.sudo().filtered(lambda visit: visit._get_hand() == rep)

    def _find_added(self, rep, added):
        numbers = added if isinstance(added, list) else []
        ids = [number for number in numbers if self._is_id(number)]
        if not ids:
            return self.env["crl.touchpoint"]
        return self._search(rep, self._get_live_domain(rep) & Domain("id", "in", ids))

    def _find_done(self, rep, day):
        tz = self._get_tz(rep)
        return self.env["crl.touchpoint"].search(
            [
                ("channel", "=", "visit"),
                ("state", "=", "done"),
                ("user_id", "=", rep.id),
                ("date_done", ">=", schedule.utc_at(day, 0.0, tz)),
                ("date_done", "<", schedule.utc_at(day + timedelta(days=1), 0.0, tz)),
            ],
            order="date_done, id",
        )

    def _find_more(self, rep, day, today, visits):
        """Visits of other days that could be made on this one: those that were left,
        and those of the days to come whose time is open."""
        tz = self._get_tz(rep)
        morning = schedule.utc_at(day, 0.0, tz)
        after = schedule.utc_at(day + timedelta(days=1), 0.0, tz)
        last = schedule.utc_at(day + timedelta(days=1 + DAYS_AHEAD), 0.0, tz)
        ahead = (
            Domain("case_id", "=", False)
            & Domain("is_agreed", "=", False)
            & Domain("date_planned", ">=", after)
            & Domain("date_planned", "<", last)
        )
        left = Domain("state", "=", "open") & Domain("date_planned", "<", morning)
        if day < today:
            return visits.browse()
        return self._search(
            rep,
            self._get_live_domain(rep)
            & Domain("id", "not in", visits.ids)
            & (left | ahead),
            limit=MAX_MORE,
        )
