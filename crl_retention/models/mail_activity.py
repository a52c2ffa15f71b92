from odoo import api, fields, models

from ..tools import schedule
from ..tools.text import clean_words
from .res_partner import INSIDERS


class MailActivity(models.Model):
    """The hand of a contact: done, moved or given away here, it is there as well.

    Users change their activities as anywhere in Odoo. What they do to one that belongs
    to a contact holds for the contact, also where they may not look at it themselves;
    the engine's own changes (context ``crl_engine``) are not followed.
    """

    _inherit = "mail.activity"

    crl_touchpoint_ids = fields.One2many(
        "crl.touchpoint", "activity_id", "Contact", groups=INSIDERS
    )
    crl_asks_result = fields.Boolean(
        "Asks for the Result",
        exportable=False,
        compute="_compute_crl_asks_result",
        help="Whoever marks this activity as done is asked what came of it.",
    )

    @api.model
    def _get_crl_types(self):
        """The usual activity type of each channel, as the end of its xml id."""
        return {
            "call": "mail_activity_type_call",
            "visit": "mail_activity_type_visit",
            "letter": "mail_activity_type_letter",
        }

    @api.depends("active", "res_model", "res_id", "activity_type_id")
    @api.depends("crl_touchpoint_ids.state")
    @api.depends_context("uid")
    def _compute_crl_asks_result(self):
        asking = self.browse()
        # code that runs for nobody in particular has nobody to ask
        if not self.env.su and self.env["crl.touchpoint.result"].has_access("create"):
            live = self.filtered("active")
            asking = live._crl_filter_planned() | live._crl_filter_ad_hoc()
        for activity in self:
            activity.crl_asks_result = activity in asking

    def _crl_is_engine(self):
        """Whether the engine acts: a context key alone could be anybody's."""
        return self.env.su and self.env.context.get("crl_engine")

    def _crl_get_live(self):
        """The contacts that are still to be done by these activities."""
        # own activity, maybe somebody else's contact, which only the engine writes
        return self.sudo().crl_touchpoint_ids.filtered("is_live")

    def _crl_filter_planned(self):
        return self & self._crl_get_live().activity_id

    def _crl_filter_ad_hoc(self):
        """Those that are contacts with a customer that no procedure asked for."""
        candidates = self.filtered(
            lambda activity: (
                activity.res_model == "res.partner"
                and activity.activity_type_id.crl_channel
            )
        )
        if not candidates:
            return candidates
        # a colleague may do it who does not see the customer's relationship
        partners = self.env["res.partner"].sudo().browse(candidates.mapped("res_id"))
        known = set(
            partners.exists().filtered("commercial_partner_id.crl_relationship_id").ids
        )
        candidates = candidates.filtered(lambda activity: activity.res_id in known)
        return candidates - candidates._crl_filter_planned()

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "crl_asks_result"]

    # ---- Done ----

    def action_done(self):
        if self._crl_needs_dialog():
            return self._crl_open_result()
        return super().action_done()

    def action_done_redirect_to_other(self):
        if self._crl_needs_dialog():
            return self._crl_open_result()
        return super().action_done_redirect_to_other()

    def action_done_schedule_next(self):
        if self._crl_needs_dialog():
            return self._crl_open_result(crl_schedule_next=True)
        return super().action_done_schedule_next()

    def _crl_needs_dialog(self):
        """One activity asks; of a selection nobody can say one result for all."""
        return len(self) == 1 and self.crl_asks_result

    def _crl_open_result(self, **context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Result of the Contact"),
            "res_model": "crl.touchpoint.result",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_activity_id": self.id,
                "dialog_size": "medium",
                **context,
            },
        }

    def _action_done(self, feedback=False, attachment_ids=False):
        if self._crl_is_engine():
            return super()._action_done(
                feedback=feedback,
                attachment_ids=attachment_ids
                or self.env.context.get("crl_attachment_ids"),
            )
        live = self.filtered("active")
        touchpoints = live._crl_get_live()
        touchpoints |= live._crl_filter_ad_hoc()._crl_create_touchpoints()
        touchpoints.activity_id = False
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        touchpoints._close("reached", False, clean_words(feedback or ""))
        return result

    def _crl_create_touchpoints(self):
        """Contacts outside any procedure, one for each activity."""
        vals_list = []
        for activity in self:
            # a colleague may do it who does not see the customer
            partner = self.env["res.partner"].sudo().browse(activity.res_id)
            customer = partner.commercial_partner_id
            company = customer.company_id or self.env.company
            vals_list.append(
                {
                    "partner_id": customer.id,
                    "contact_id": partner.id if partner != customer else False,
                    "company_id": company.id,
                    "channel": activity.activity_type_id.crl_channel,
                    "user_id": (activity.user_id or self.env.user).id,
                    "date_planned": fields.Datetime.now(),
                    "state": "open",
                    "activity_id": activity.id,
                }
            )
        return self.env["crl.touchpoint"].sudo().create(vals_list)  # engine's record

    # ---- Moved, given away, taken away ----

    def write(self, vals):
        given = self.filtered(
            lambda activity: activity.user_id.id != vals.get("user_id")
        )
        starts = {}
        if "date_deadline" in vals:
            # of the own activity, whoever's the meeting is
            starts = {a.id: a.calendar_event_id.start for a in self.sudo()}
        result = super().write(vals)
        if self._crl_is_engine():
            return result
        if "date_deadline" in vals:
            self._crl_follow_date(starts)
        if vals.get("user_id"):
            given._crl_follow_user()
        if "active" in vals and not vals["active"]:
            # put away without a result: the contact is still to be done
            self._crl_get_live().activity_id = False
        return result

    def unlink(self):
        meetings = self.browse().calendar_event_id
        if not self._crl_is_engine():
            # the contact is still to be done, and books its meeting anew
            meetings = self._crl_get_own_meetings()
        result = super().unlink()
        meetings.with_context(dont_notify=True, crl_engine=True).unlink()
        return result

    def unlink_w_meeting(self):
        # takes the meetings away by itself: none is left for unlink()
        meetings = self.calendar_event_id
        result = self.unlink()
        meetings.exists().unlink()
        return result

    def _crl_get_own_meetings(self):
        """The meetings of contacts to be done to which nobody else was invited."""
        meetings = self._crl_get_live().activity_id.calendar_event_id
        return meetings.filtered(
            lambda meeting: meeting.partner_ids <= meeting.user_id.partner_id
        )

    def _crl_move_meetings(self, user):
        """Put the contacts' own meetings into another user's calendar."""
        self._crl_get_own_meetings().with_context(
            dont_notify=True, crl_engine=True
        ).write({"user_id": user.id, "partner_ids": user.partner_id.ids})

    def _crl_follow_date(self, starts):
        """Take the contacts along to the day of their activities.

        :param starts: when the meetings began just before: one that had moved already
            was given a time by somebody, the others follow the day
        """
        for touchpoint in self._crl_get_live():
            activity = touchpoint.activity_id
            tz = touchpoint.user_id._crl_get_tz(touchpoint.company_id)
            start = activity.calendar_event_id.start
            day = schedule.local_day(touchpoint.date_planned, tz)
            if start and start != touchpoint.date_planned:
                touchpoint._follow_activity(start, starts.get(activity.id) == start)
            elif not start and day != activity.date_deadline:
                touchpoint._follow_activity(
                    schedule.utc_at(activity.date_deadline, 9.0, tz), is_agreed=False
                )

    def _crl_follow_user(self):
        for touchpoint in self._crl_get_live():
            user = touchpoint.activity_id.user_id
            if touchpoint.user_id == user:
                continue
            touchpoint.activity_id._crl_move_meetings(user)
            touchpoint.user_id = user
            touchpoint._log("moved", "owner", self.env._("%s takes over.", user.name))
