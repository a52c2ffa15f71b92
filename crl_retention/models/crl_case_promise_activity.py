from odoo import api, models
from odoo.tools import SQL, plaintext2html

from ..tools import schedule


class CrlCase(models.Model):
    """A promise in the activities of whoever does it, on the customer, where every
    employee may read it."""

    _inherit = "crl.case"

    def _get_hand(self):
        """Who does it: the user, or who stands in for them on the day it is due."""
        self.ensure_one()
        return self.user_id._crl_get_hand(self._get_due_day())

    def _get_due_day(self):
        tz = self.user_id._crl_get_tz(self.company_id)
        return schedule.local_day(self._get_due(), tz)

    @api.model
    def _get_activity_type(self):
        return self.env.ref(
            "crl_retention.mail_activity_type_promise", raise_if_not_found=False
        ) or self.env.ref("mail.mail_activity_data_todo")

    def _put_on_list(self):
        """Make the activity, or bring it up to date; one that somebody deleted is made
        anew."""
        self.ensure_one()
        hand = self._get_hand()
        if not hand.active:
            self._take_off_list()
            return
        activity = self.activity_id.with_context(
            crl_engine=True, mail_activity_quick_update=True
        )
        day = self._get_due_day()
        if activity.active:
            if (activity.user_id, activity.date_deadline) != (hand, day):
                activity.write({"user_id": hand.id, "date_deadline": day})
            return
        words = self.with_context(lang=hand.lang)
        self.activity_id = activity.create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.partner_id.id,
                "activity_type_id": self._get_activity_type().id,
                "summary": words.env._(
                    "Promised until %s", words._say(self._get_due())
                ),
                "note": plaintext2html(self.description or ""),
                "date_deadline": day,
                "user_id": hand.id,
                "automated": True,
            }
        )

    def _take_off_list(self, note=None):
        """Take it off the list: as done where there is something to say of it.

        :param note: what came of it, a text; ``None`` when nothing did
        """
        activity = self.activity_id.with_context(crl_engine=True)
        self.activity_id = False
        if activity.active and note is not None:
            activity._action_done(feedback=note)
        else:
            activity.filtered("active").unlink()

    @api.model
    def _pass_on(self, limit):
        """Put the activities of promises into the hands they belong in, as those of
        contacts: of who stands in from the first day away, and back.

        :returns: how many promises changed hands
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id
                     FROM crl_case c
                     JOIN mail_activity a ON a.id = c.activity_id
                     JOIN res_users u ON u.id = c.user_id
                    WHERE c.activity_id IS NOT NULL AND c.state = 'open' AND a.active
                      AND a.user_id IS DISTINCT FROM
                          CASE WHEN a.date_deadline <= u.crl_away_until
                               THEN COALESCE(u.crl_cover_id, u.id) ELSE u.id END
                 ORDER BY c.id LIMIT %s""",
                limit,
            )
        )
        astray = self.browse(row[0] for row in rows).try_lock_for_update(
            allow_referencing=True
        )
        self.env["crl.engine"]._isolate(astray, "_change_hands", set_aside=False)
        return len(astray)

    def _change_hands(self):
        for case in self:
            owner, hand = case.user_id, case._get_hand()
            case._put_on_list()
            case._log(
                case.env._("Back with %s.", owner.name)
                if hand == owner
                else case.env._(
                    "%(owner)s is away: %(cover)s stands in.",
                    owner=owner.name,
                    cover=hand.name,
                )
            )
