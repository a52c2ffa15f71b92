from odoo import fields, models
from odoo.tools import format_time, plaintext2html

from ..tools import schedule


class CrlTouchpoint(models.Model):
    """Which colleagues hear of a contact, by Odoo's own notifications."""

    _inherit = "crl.touchpoint"

    def _tell_owner(self, text):
        for touchpoint in self:
            owner = touchpoint.user_id or touchpoint._find_owner()
            touchpoint._tell(owner._crl_with_cover(), text)

    def _tell_leader(self, text):
        self.ensure_one()
        leader = self.partner_id._crl_get_owner(self.company_id, "team_leader")
        self._tell(leader or self.user_id, text)

    def _tell(self, users, text):
        """Send a line about the contact to colleagues, by Odoo's own notifications."""
        self.ensure_one()
        if users:
            self.partner_id.message_notify(
                partner_ids=users.partner_id.ids,
                subject=self.display_name,
                body=text,
                force_send=False,
            )

    def _get_listener(self):
        """Who hears what became of the contact."""
        self.ensure_one()
        return self.user_id if self.user_id.active else self._find_owner()

    def _tell_undelivered(self):
        """Tell each owner once which messages did not reach their customers."""
        for owner, touchpoints in self.grouped(lambda t: t._get_listener()).items():
            if not owner:
                continue
            own = touchpoints.with_context(lang=owner.lang)
            lines = [
                f"{t.partner_id.display_name}: {t.title} – {t.hold_reason}" for t in own
            ]
            self.env["mail.thread"].message_notify(
                partner_ids=owner.partner_id.ids,
                subject=own.env._("Messages that did not go through: %s", len(own)),
                body=plaintext2html("\n".join(lines[:20])),
                force_send=False,
            )

    def _ask_for_address(self):
        """Ask each owner for a new address, once a customer."""
        wanted = {}
        for touchpoint in self:
            owner = touchpoint._get_listener()
            own = touchpoint.with_context(lang=owner.lang)
            summary = (
                own.env._("Correct the phone number")
                if touchpoint.medium == "sms"
                else own.env._("Correct the email address")
            )
            wanted[touchpoint.partner_id, owner, summary] = touchpoint.hold_reason
        self._ask(wanted)

    def _tell_blocked(self, notes):
        """Tell each company's manager, once a day, that no message leaves."""
        wanted = {}
        for touchpoint in self:
            company = touchpoint.company_id
            manager = company.crl_manager_id or company.crl_portfolio_admin_id
            own = touchpoint.with_context(lang=manager.lang)
            summary = (
                own.env._("SMS are not going out: check the SMS account")
                if touchpoint.medium == "sms"
                else own.env._(
                    "Emails are not going out: check the outgoing mail server"
                )
            )
            wanted[company.partner_id, manager, summary] = notes[touchpoint.id]
        self._ask(wanted)

    def _ask(self, wanted):
        """Give colleagues something to do, unless they have it on their list already or
        did it today.

        :param wanted: ``{(partner it is about, user, summary): note}``
        :returns: ``{key of wanted: activity}``
        """
        if not wanted:
            return {}
        Activity = self.env["mail.activity"].with_context(
            active_test=False, crl_engine=True, mail_activity_quick_update=True
        )
        known = Activity.search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", [partner.id for partner, _user, _text in wanted]),
                ("summary", "in", [text for _partner, _user, text in wanted]),
                "|",
                ("active", "=", True),
                ("date_done", ">=", fields.Date.today()),
            ]
        )
        known = {(a.res_id, a.user_id, a.summary): a for a in known}
        partners = self.env["res.partner"].concat(*(key[0] for key in wanted))
        # one query for the names that create() would read one by one
        partners.mapped("display_name")
        model_id = self.env["ir.model"]._get_id("res.partner")
        todo = self.env.ref("mail.mail_activity_data_todo")
        fresh = {
            key: note
            for key, note in wanted.items()
            if key[1] and (key[0].id, *key[1:]) not in known
        }
        activities = Activity.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": partner.id,
                    "activity_type_id": todo.id,
                    "summary": summary,
                    "note": plaintext2html(note),
                    "user_id": user.id,
                    "automated": True,
                }
                for (partner, user, summary), note in fresh.items()
            ]
        )
        created = dict(zip(fresh, activities, strict=True))
        return {
            (partner, user, summary): created.get((partner, user, summary))
            or known[partner.id, user, summary]
            for partner, user, summary in wanted
            if user
        }

    # ---- Booked visits ----

    def _tell_moment(self, user=None):
        self.ensure_one()
        user = user or self.user_id
        reader = self.with_context(lang=user.lang or self.env.lang).env
        tz = user._crl_get_tz(self.company_id)
        day = schedule.local_day(self.date_planned, tz)
        return reader._(
            "%(day)s, %(time)s",
            day=reader["crl.screen"]._show_day(day, "MMMEd"),
            time=format_time(reader, self.date_planned, tz=tz, time_format="short"),
        )

    def _tell_booked(self):
        """Tell each rep once which visits were booked for them."""
        asked = self.filtered(lambda t: t.booking == "proposed" and not t._is_mine())
        for rep, visits in asked.grouped("user_id").items():
            own = visits.with_context(lang=rep.lang)
            own._tell_all(
                rep,
                own.env._("%s booked visits for you", self.env.user.name),
                own.env._("Accept them, or move those that do not suit you:"),
            )

    def _tell_bookers(self, text):
        """Tell whoever booked the visits, unless it was the user."""
        for booker, visits in self.grouped("booked_by_id").items():
            if booker and booker != self.env.user:
                own = visits.with_context(lang=booker.lang)
                own._tell_all(booker, text, "")

    def _tell_all(self, user, subject, text):
        lines = [text] if text else []
        lines += [f"{t.partner_id.display_name}: {t._tell_moment(user)}" for t in self]
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=plaintext2html("\n".join([subject, *lines])),
            force_send=False,
        )
