from datetime import timedelta
from functools import cache

from odoo import fields, models
from odoo.tools import SQL

from ..tools import schedule
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_touchpoint_rules import Decision


class CrlTouchpoint(models.Model):
    """No rep has more calls, visits or letters a day than they can do.

    Whatever falls due for a rep stands in one queue, the oldest first; only those with
    a place left today are opened. All workers read the same queue, so that what two of
    them open together keeps the limit too; it can be passed only by as many contacts as
    become due, with an older day, between the looks of the two.
    """

    _inherit = "crl.touchpoint"

    def _rule_daily_limit(self):
        """Further contacts wait until the rep's next working day. Those of a case, and
        those that somebody put on their day, do not."""
        limits = {}
        limit = cache(lambda user, *args: user._crl_get_daily_limit(*args))
        for touchpoint in self:
            user, channel = touchpoint.user_id, touchpoint.channel
            if (
                channel in HUMAN_CHANNELS
                and not touchpoint.case_id
                and not touchpoint.is_fixed
                and limit(user, channel, touchpoint.company_id)
            ):
                limits[user, channel] = touchpoint.company_id
        asked = self.filtered(
            lambda t: (t.user_id, t.channel) in limits and not (t.case_id or t.is_fixed)
        )
        if not asked:
            return {}
        placed = asked._get_placed(limits)
        sentences = {
            "call": self.env._("%(rep)s has no room for another call yet."),
            "visit": self.env._("%(rep)s has no room for another visit yet."),
            "letter": self.env._("%(rep)s has no room for another letter yet."),
        }
        next_day = cache(self._get_next_day)
        decisions = {}
        for touchpoint in asked.filtered(lambda t: t.id not in placed):
            user, company = touchpoint.user_id, touchpoint.company_id
            decisions[touchpoint.id] = Decision(
                "hold",
                "daily_limit",
                # without the day it looks again: that is no news for the log
                sentences[touchpoint.channel] % {"rep": user.name},
                schedule.utc_at(
                    next_day(user, company),
                    touchpoint._get_step().hour_from or 9.0,
                    user._crl_get_tz(company),
                ),
            )
        return decisions

    def _get_next_day(self, user, company):
        """The next day the user, or who stands in, works on; after today on their
        clock."""
        hand = user.crl_cover_id or user
        today = schedule.local_day(fields.Datetime.now(), user._crl_get_tz(company))
        return schedule.roll_day(
            today + timedelta(days=1), "forward", hand._crl_working_days(company)
        )

    def _get_placed(self, limits):
        """Ids of the due contacts that have a place today, in one query for all reps.

        What stands behind the last of these contacts takes no place from them: of a
        long backlog, which is worked off oldest first, little is ranked.

        :param limits: ``{(user, channel): company}``
        """
        now = fields.Datetime.now()
        reps = []
        for (user, channel), company in limits.items():
            tz = user._crl_get_tz(company)
            today = schedule.local_day(now, tz)
            reps.append(
                SQL(
                    "(%s, %s, %s::timestamp, %s::timestamp, %s)",
                    user.id,
                    channel,
                    schedule.utc_at(today, 0.0, tz),
                    schedule.utc_at(today + timedelta(days=1), 0.0, tz),
                    user._crl_get_daily_limit(channel, company),
                )
            )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH rep (user_id, channel, day_from, day_to, most) AS (
                    VALUES %(reps)s),
                taken AS (
                    SELECT t.user_id, t.channel, COUNT(*) AS count
                      FROM rep JOIN crl_touchpoint t USING (user_id, channel)
                     WHERE t.state IN ('open', 'done', 'failed')
                       AND t.date_planned >= rep.day_from
                       AND t.date_planned < rep.day_to
                  GROUP BY t.user_id, t.channel),
                queue AS (
                    SELECT t.id, t.user_id, t.channel, ROW_NUMBER() OVER (
                               PARTITION BY t.user_id, t.channel
                               ORDER BY t.case_id IS NULL,
                                        COALESCE(t.is_fixed, FALSE) DESC,
                                        t.date_planned, t.id) AS place
                      FROM crl_touchpoint t
                     WHERE t.state = 'planned' AND t.date_due <= %(now)s
                       AND t.user_id IN %(users)s
                       AND (t.case_id IS NOT NULL OR t.is_fixed
                            OR t.date_planned <= %(last)s))
                SELECT queue.id
                  FROM queue
                  JOIN rep USING (user_id, channel)
             LEFT JOIN taken USING (user_id, channel)
                 WHERE queue.place <= rep.most - COALESCE(taken.count, 0)
                """,
                reps=SQL(", ").join(reps),
                now=now,
                last=max(self.mapped("date_planned")),
                users=tuple({user.id for user, __ in limits}),
            )
        )
        return {row[0] for row in rows}

    def _take_today(self):
        """Calls, visits and letters that had to wait fall on the day they are opened,
        not in the past: the rep could not have done them before. Where a rep's day has
        a limit those of the days before do so too: they take its places."""
        now = fields.Datetime.now()
        midnight = cache(
            lambda tz: schedule.utc_at(schedule.local_day(now, tz), 0.0, tz)
        )
        moments = {}
        for touchpoint in self.filtered(lambda t: t.channel in HUMAN_CHANNELS):
            user, company = touchpoint.user_id, touchpoint.company_id
            planned, due = touchpoint.date_planned, touchpoint.date_due
            if touchpoint.hold_reason and planned < due:
                moments[touchpoint.id] = due
            if (
                max(planned, due) < midnight(user._crl_get_tz(company))
                and not touchpoint.case_id
                and user._crl_get_daily_limit(touchpoint.channel, company)
            ):
                moments[touchpoint.id] = now
        moved = self.browse(moments)
        for moment, touchpoints in moved.grouped(lambda t: moments[t.id]).items():
            touchpoints.write({"date_planned": moment, "is_agreed": False})
