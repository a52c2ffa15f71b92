from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import schedule

#: States of a contact that is still ahead.
LIVE = ("planned", "open")


class CrlTouchpoint(models.Model):
    """Visits that the portfolio administration books for the reps.

    A booked visit stands in the rep's activities and calendar at once, as proposed; the
    rep accepts it, or moves it and so accepts it too. It counts for the rep.
    """

    _inherit = "crl.touchpoint"

    booking = fields.Selection(
        [("proposed", "Proposed"), ("accepted", "Accepted")],
        copy=False,
        help="Of a visit with an agreed time: whether the rep said yes to it.",
    )
    booked_by_id = fields.Many2one("res.users", index="btree_not_null", copy=False)
    date_absent = fields.Datetime(
        "Nobody There On", help="When the customer was last not there for a visit."
    )

    _visit_done = models.Index("(date_done, user_id) WHERE channel = 'visit'")
    _visit_ahead = models.Index(
        "(date_planned, user_id) "
        "WHERE channel = 'visit' AND state IN ('planned', 'open')"
    )
    _visit_absent = models.Index("(date_absent) WHERE date_absent IS NOT NULL")

    # ---- Verbs ----

    def action_book(self, date_planned, user_id=None):
        """Give a visit its time in a rep's calendar.

        Portfolio administrators book for everybody, and the rep is asked; reps book
        their own visits.

        :param date_planned: UTC datetime, or its ISO text
        :param user_id: id of the rep who goes; the visit's owner when empty
        :raises UserError: when the moment is taken, off hours or on a day off, or the
            contact is no visit that is still to be made
        """
        touchpoints = self._as_engine()
        moment = self._check_moment(date_planned)
        for touchpoint in touchpoints:
            company = touchpoint.company_id
            rep = self._check_rep(user_id, touchpoint.user_id, company)
            touchpoint._book({touchpoint.id: moment}, rep)
        touchpoints._tell_booked()
        return True

    def action_accept_booking(self):
        """Say yes to proposed visits, as the rep who goes, or who stands in."""
        touchpoints = self._as_engine()
        for touchpoint in touchpoints:
            if touchpoint.booking != "proposed" or not touchpoint.is_live:
                raise UserError(
                    self.env._("%s does not wait for a yes.", touchpoint.display_name)
                )
            if not touchpoint._is_mine():
                raise UserError(
                    self.env._("Only %s says yes to it.", touchpoint.user_id.name)
                )
        touchpoints._accept(self.env._("%s accepted the visit:", self.env.user.name))
        return True

    # ---- What follows ----

    @api.model
    def _check_rep(self, user_id, default, company):
        """Who goes, if the user may send them.

        :raises AccessError: for a colleague, unless a portfolio administrator asks
        """
        rep = self._check_record("res.users", user_id) if user_id else default
        if not rep or not rep._crl_can_work(company):
            raise UserError(self.env._("Choose an active rep of the company."))
        is_admin = self.env.user.has_group(
            "crl_retention.crl_retention_group_portfolio"
        )
        if not is_admin and self.env.user not in rep._crl_with_cover():
            raise AccessError(
                self.env._("Only portfolio administrators book visits for others.")
            )
        return rep

    def _check_day(self, moments, rep):
        """:raises UserError: when a customer has another visit agreed for the day"""
        tz = rep._crl_get_tz(self.company_id[:1])
        others = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("booking", "!=", False),
                ("state", "in", LIVE),
                ("id", "not in", self.ids),
            ]
        )
        days = {(t.partner_id, schedule.local_day(t.date_planned, tz)) for t in others}
        for touchpoint in self:
            day = schedule.local_day(moments[touchpoint.id], tz)
            if (touchpoint.partner_id, day) in days:
                raise UserError(
                    self.env._(
                        "%s has a visit on that day already.",
                        touchpoint.partner_id.display_name,
                    )
                )

    def _find_clashes(self, moments, rep):
        """Which visits do not fit into the rep's calendar: ``{id: sentence}``.

        :param moments: ``{id: naive UTC}``
        """
        company = self.company_id[:1]
        length = company._crl_get_visit_length()
        wanted = {key: (moment, moment + length) for key, moment in moments.items()}
        return rep._crl_find_clashes(
            company, wanted, self.activity_id.calendar_event_id
        )

    def _check_free(self, moments, rep):
        """:raises UserError: when a visit does not fit into the rep's calendar"""
        rep._crl_claim_calendar()
        clashes = self._find_clashes(moments, rep)
        if clashes:
            raise UserError("\n".join(clashes.values()))

    def _check_bookable(self):
        """:raises UserError: for what is no visit that somebody could make"""
        for touchpoint in self:
            name, enrollment = touchpoint.display_name, touchpoint.enrollment_id
            if touchpoint.channel != "visit":
                raise UserError(
                    self.env._("%s is no visit: only visits are booked.", name)
                )
            if not touchpoint.is_live:
                raise UserError(self.env._("%s is closed already.", name))
            # what answers a case is owed to the customer, whatever else is agreed
            if not touchpoint.case_id and enrollment.state not in (False, "running"):
                raise UserError(
                    self.env._("%s: the procedure rests. Resume it first.", name)
                )
        self.filtered(lambda t: not t.case_id).partner_id._crl_check_visitable()

    def _book(self, moments, rep):
        """Put visits into the calendar of one rep, all of one company, in one go.

        :param moments: ``{id: naive UTC}``
        :raises UserError: when one cannot be booked
        """
        self._check_bookable()
        self._check_day(moments, rep)
        self._check_free(moments, rep)
        self.filtered(lambda t: t.user_id != rep)._hand_over(rep)
        is_mine = self.env.user in rep._crl_with_cover()
        self.write(
            {
                "booking": "accepted" if is_mine else "proposed",
                "booked_by_id": self.env.uid,
            }
        )
        for touchpoint in self:
            touchpoint._reschedule(moments[touchpoint.id])
        # in the rep's activities at once, however far ahead it is
        self.filtered(lambda t: t.state == "planned")._open_activities()
        self._write_booking()
        self.filtered(lambda t: not t.activity_id.calendar_event_id)._book_meetings()
        notes = {touchpoint.id: touchpoint._tell_moment() for touchpoint in self}
        self._log("booked", self[:1].booking, notes)
        self.env["crl.relationship"]._refresh(self.partner_id)

    def _move_by_hand(self, moments, is_agreed=True):
        for touchpoint in self.filtered(lambda t: t.booking and t.is_live):
            # reps know their own calendars
            if not touchpoint._is_mine():
                touchpoint._check_free(
                    {touchpoint.id: moments[touchpoint]}, touchpoint.user_id
                )
        result = super()._move_by_hand(moments, is_agreed)
        self._booking_moved()
        return result

    def _accept(self, text):
        asked = self.filtered(lambda t: t.booking == "proposed")
        asked.booking = "accepted"
        asked._write_booking()
        for touchpoint in asked:
            touchpoint._log("booked", "accepted", touchpoint._tell_moment())
        asked._tell_bookers(text)

    def _booking_moved(self):
        """Whoever moves a booked visit says with it that the time is theirs; the other
        side is told."""
        moved = self.filtered(lambda t: t.booking and t.is_live)
        mine = moved.filtered(lambda t: t._is_mine())
        waiting = mine.filtered(lambda t: t.booking == "proposed")
        name = self.env.user.name
        waiting._accept(self.env._("%s moved and accepted the visit:", name))
        (mine - waiting)._tell_bookers(self.env._("%s moved the visit:", name))
        others = moved - mine
        if others and self.env.uid != api.SUPERUSER_ID:
            others.write({"booking": "proposed", "booked_by_id": self.env.uid})
            others._write_booking()
            others._tell_booked()

    def _is_mine(self):
        """Whether the user is who goes: the owner, or who stands in."""
        self.ensure_one()
        return self.env.user in self.user_id._crl_with_cover()

    def _write_booking(self):
        """Say in the activity and in the calendar whether the visit waits for a yes."""
        for touchpoint in self.filtered("activity_id"):
            activity = touchpoint.activity_id.with_context(crl_engine=True)
            text = touchpoint.with_context(lang=activity.user_id.lang)
            meeting = activity.calendar_event_id.with_context(dont_notify=True)
            meeting.name = text._get_meeting_name()
            # last: Odoo gives activities the names of their meetings
            activity.summary = text._get_summary()

    def _get_summary(self):
        title = super()._get_summary()
        if self.booking == "proposed":
            return self.env._("To confirm: %s", title)
        return title

    def _get_meeting_name(self):
        name = super()._get_meeting_name()
        if self.booking == "proposed":
            return self.env._("To confirm: %s", name)
        return name

    def _follow_activity(self, moment, is_agreed=True):
        result = super()._follow_activity(moment, is_agreed)
        self._booking_moved()
        return result

    def _get_doer(self):
        # the administration that booked a visit may write down what came of it
        if (
            self
            and self.booked_by_id == self.env.user
            and self.user_id != self.env.user
        ):
            return {}
        return super()._get_doer()

    def _try_again(self, outcome, note):
        if self.channel == "visit" and outcome == "absent":
            self.date_absent = fields.Datetime.now()
        result = super()._try_again(outcome, note)
        # the next try has no agreed time yet
        self.write({"booking": False, "booked_by_id": False})
        return result
