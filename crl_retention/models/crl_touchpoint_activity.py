from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, groupby, plaintext2html

from ..tools import schedule
from .crl_cadence_step import HUMAN_CHANNELS


class CrlTouchpoint(models.Model):
    """Calls, visits and letters as Odoo activities on the customer."""

    _inherit = "crl.touchpoint"

    def _open_activities(self):
        """Put contacts into the reps' activities, in one go.

        Reps hear of them once a run (``_announce``), not once a contact.
        """
        if not self:
            return
        Activity = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True, crl_engine=True
        )
        # one query for the names that create() would read one by one
        self.partner_id.mapped("display_name")
        self._follow()
        vals_list = self._prepare_activities()
        notes = [vals.pop("note") for vals in vals_list]
        activities = Activity.create(vals_list)
        # a text is sanitized once, not once for each contact it is the script of
        for note, indexes in groupby(range(len(notes)), notes.__getitem__):
            activities.browse(activities._ids[i] for i in indexes).note = note
        self.write({"state": "open", "hold_reason": False, "date_due": False})
        self._link_activities(activities)
        self._log("opened", "due")
        self.filtered(
            lambda t: t.channel == "visit" and t.company_id.crl_book_visits
        )._book_meetings()
        self._announce()

    def _link_activities(self, activities):
        """Note each contact's activity, all in one statement: written one by one it
        takes as long as the rules."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE crl_touchpoint t SET activity_id = link.activity_id
                     FROM unnest(%s::int[], %s::int[]) link (id, activity_id)
                    WHERE t.id = link.id
                RETURNING t.id""",
                self.ids,
                activities.ids,
            )
        )
        self.invalidate_recordset(["activity_id"], flush=False)
        activities.invalidate_recordset(["crl_touchpoint_ids"], flush=False)

    def _follow(self):
        """Let the reps follow their customers, as Odoo does for each activity.

        One statement for all of them: when the activities are made, Odoo finds the
        followers there already and has nothing to add rep by rep.
        """
        subtypes, __, external = self.env["mail.message.subtype"].default_subtypes(
            "res.partner"
        )
        pairs = {(t.partner_id.id, t._get_hand().partner_id.id) for t in self}
        self.env.execute_query(
            SQL(
                """
                WITH followers AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                         SELECT 'res.partner', pair.res_id, p.id
                           FROM unnest(%s::int[], %s::int[]) pair (res_id, partner_id)
                           JOIN res_partner p ON p.id = pair.partner_id AND p.active
                    ON CONFLICT (res_model, res_id, partner_id) DO NOTHING
                      RETURNING id, partner_id)
                INSERT INTO mail_followers_mail_message_subtype_rel
                            (mail_followers_id, mail_message_subtype_id)
                     SELECT f.id, s.id
                       FROM followers f
                       JOIN res_partner p ON p.id = f.partner_id
                       JOIN mail_message_subtype s ON s.id = ANY(
                            CASE WHEN p.partner_share THEN %s ELSE %s END)
                  RETURNING mail_followers_id
                """,
                [pair[0] for pair in pairs],
                [pair[1] for pair in pairs],
                external.ids,
                subtypes.ids,
            )
        )
        self.partner_id.invalidate_recordset(
            ["message_follower_ids", "message_partner_ids", "message_is_follower"]
        )

    def _prepare_activities(self):
        model_id = self.env["ir.model"]._get_id("res.partner")
        words = self._get_last_words()
        types = {
            channel: self.env.ref(f"crl_retention.{xmlid}", raise_if_not_found=False)
            or self.env.ref("mail.mail_activity_data_todo")
            for channel, xmlid in self.env["mail.activity"]._get_crl_types().items()
        }
        # in the language of the rep who reads it
        by_lang = self.grouped(lambda t: t._get_hand().lang)
        texts = {
            text.id: text
            for lang, touchpoints in by_lang.items()
            for text in touchpoints.with_context(lang=lang)
        }
        vals_list = []
        for touchpoint in self:
            hand, text = touchpoint._get_hand(), texts[touchpoint.id]
            vals_list.append(
                {
                    "res_model_id": model_id,
                    # what create() would work out record by record
                    "res_model": "res.partner",
                    "res_id": touchpoint.partner_id.id,
                    "activity_type_id": (
                        touchpoint._get_step().activity_type_id
                        or types[touchpoint.channel]
                    ).id,
                    "summary": text._get_summary(),
                    "note": text._get_briefing(words.get(touchpoint.partner_id.id)),
                    "date_deadline": schedule.local_day(
                        touchpoint.date_planned,
                        touchpoint.user_id._crl_get_tz(touchpoint.company_id),
                    ),
                    "user_id": hand.id,
                    "automated": True,
                }
            )
        return vals_list

    def _get_summary(self):
        """What the rep's activity is called."""
        return self._get_title()

    def _get_briefing(self, last_words):
        """What the rep should know before the contact: reason, script, last words."""
        self.ensure_one()
        parts = []
        if self.case_id.description:
            parts.append(plaintext2html(self.case_id.description))
        if self.script:
            parts.append(self.script)
        if last_words and last_words != self.case_id.description:
            parts.append(
                Markup("<p><em>%s</em></p>") % self.env._("Last words: %s", last_words)
            )
        return Markup().join(parts)

    def _book_meetings(self):
        """Enter visits in the reps' calendars, without inviting anybody."""
        Event = self.env["calendar.event"].with_context(
            dont_notify=True,
            no_mail_to_attendees=True,
            mail_create_nosubscribe=True,
            tracking_disable=True,
            skip_contact_description=True,
            crl_engine=True,
        )
        vals_list = []
        for touchpoint in self:
            start = touchpoint._get_meeting_start()
            hand = touchpoint.activity_id.user_id
            vals_list.append(
                {
                    "name": touchpoint.with_context(lang=hand.lang)._get_meeting_name(),
                    "start": start,
                    "stop": start + touchpoint.company_id._crl_get_visit_length(),
                    "user_id": hand.id,
                    "partner_ids": hand.partner_id.ids,
                    "location": touchpoint.partner_id.contact_address_inline,
                    "activity_ids": [],
                }
            )
        events = Event.create(vals_list)
        for touchpoint, event in zip(self, events, strict=True):
            touchpoint.activity_id.with_context(
                crl_engine=True
            ).calendar_event_id = event

    def _get_meeting_name(self):
        """What the visit is called in the rep's calendar."""
        return self.display_name

    def _get_meeting_start(self):
        """The planned moment, or when it is past the next half hour of a working day's
        hours on the owner's clock."""
        self.ensure_one()
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        if self.date_planned >= now:
            return self.date_planned
        tz = self.user_id._crl_get_tz(self.company_id)
        step = self._get_step()
        hour_from = step.hour_from or 9.0
        start = schedule.next_open(
            now + timedelta(minutes=-now.minute % 30),
            hour_from,
            step.hour_to or 18.0,
            tz,
        )
        day = schedule.local_day(start, tz)
        working = schedule.roll_day(day, "forward", self.company_id._crl_working_days())
        return start if working == day else schedule.utc_at(working, hour_from, tz)

    def _announce(self):
        """Tell each rep how many contacts have come: at once, or when the pump's run is
        over, which counts them (context ``crl_news``)."""
        counts = Counter(touchpoint.activity_id.user_id.id for touchpoint in self)
        news = self.env.context.get("crl_news")
        if isinstance(news, Counter):
            news.update(counts)
        else:
            self._tell_news(counts)

    @api.model
    def _tell_news(self, counts):
        """Tell reps once how many contacts have come.

        :param counts: ``{user id: number of contacts}``
        """
        for user in self.env["res.users"].browse(counts).exists():
            if user == self.env.user:
                continue
            own = self.with_context(lang=user.lang)
            user._bus_send(
                "simple_notification",
                {
                    "title": own.env._("Retention"),
                    "message": own.env._("New contacts to do: %s", counts[user.id]),
                    "sticky": False,
                },
            )

    @api.model
    def _reopen_lost(self, limit):
        """Make the activities anew that somebody deleted, or that went with a user who
        left; the contact itself is never lost.

        :returns: how many contacts were put right
        """
        now = fields.Datetime.now()
        lost = self.search(
            [
                ("state", "=", "open"),
                ("activity_id", "=", False),
                ("channel", "in", HUMAN_CHANNELS),
                "|",
                ("date_due", "=", False),
                ("date_due", "<=", now),
            ],
            limit=limit,
            order="id",
        ).try_lock_for_update(allow_referencing=True)
        self.env["crl.engine"]._isolate(lost, "_put_right")
        return len(lost)

    def _put_right(self):
        for touchpoint in self.filtered(lambda t: not t.user_id.active):
            touchpoint.user_id = touchpoint._find_owner()
        ownerless = self.filtered(lambda touchpoint: not touchpoint.user_id)
        ownerless.date_due = fields.Datetime.now() + timedelta(hours=4)
        owned = self - ownerless
        owned._open_activities()
        owned._log("repaired", "lost", self.env._("The activity was gone: made anew."))

    def _follow_activity(self, moment, is_agreed=True):
        """Take the moment a user gave the activity or its meeting.

        :param is_agreed: False when they chose but the day
        """
        self.ensure_one()
        before = self.date_planned
        self.write({"date_planned": moment, "is_fixed": True, "is_agreed": is_agreed})
        self._log("moved", "activity", self._get_move_text(before, moment))
        self.case_id._visit_agreed(self)
        self.env["crl.relationship"]._refresh(self.partner_id)
