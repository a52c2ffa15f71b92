from odoo import api, models
from odoo.tools import SQL

from ..tools import schedule


class CrlTouchpoint(models.Model):
    """Contacts of a colleague who is away: the owner stays, the activity goes to who
    stands in, and comes back with the owner when it is still to be done."""

    _inherit = "crl.touchpoint"

    def _get_hand(self):
        """Who does the contact: the owner, or who stands in on the day it is due."""
        self.ensure_one()
        owner = self.user_id
        if not owner.crl_cover_id:
            return owner
        return owner._crl_get_hand(
            self.activity_id.date_deadline
            or schedule.local_day(self.date_planned, owner._crl_get_tz(self.company_id))
        )

    @api.model
    def _pass_on(self, limit):
        """Put activities into the hands they belong in: of the cover from the owner's
        first day away, of the owner again from the first day back.

        Only the contacts of users with an *Away Until* are looked at; it is taken away
        from those who are back and have theirs again.

        :returns: how many contacts changed hands
        """
        absent = self.env["res.users"].search([("crl_away_until", "!=", False)])
        if not absent:
            return 0
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT t.id
                     FROM crl_touchpoint t
                     JOIN mail_activity a ON a.id = t.activity_id
                     JOIN res_users u ON u.id = t.user_id
                    WHERE t.state = 'open' AND a.active AND t.user_id IN %s
                      AND a.user_id IS DISTINCT FROM
                          CASE WHEN a.date_deadline <= u.crl_away_until
                               THEN COALESCE(u.crl_cover_id, u.id) ELSE u.id END
                 ORDER BY t.id LIMIT %s""",
                tuple(absent.ids),
                limit,
            )
        )
        if not rows:
            absent.filtered(lambda user: not user.crl_cover_id).crl_away_until = False
        astray = self.browse(row[0] for row in rows).try_lock_for_update(
            allow_referencing=True
        )
        self.env["crl.engine"]._isolate(astray, "_change_hands", set_aside=False)
        return len(astray)

    def _change_hands(self):
        for (owner, hand), touchpoints in self.grouped(
            lambda t: (t.user_id, t._get_hand())
        ).items():
            touchpoints._give_activities(hand)
            if hand == owner:
                note = self.env._("Back with %s.", owner.name)
            else:
                note = self.env._(
                    "%(owner)s is away: %(cover)s stands in.",
                    owner=owner.name,
                    cover=hand.name,
                )
            touchpoints._log("moved", "cover", note)
            touchpoints._announce()

    def _give_activities(self, user):
        """Give the activities and their meetings to a user, without a mail for each."""
        activities = self.activity_id
        activities.with_context(
            crl_engine=True, mail_activity_quick_update=True
        ).user_id = user
        activities._crl_move_meetings(user)
