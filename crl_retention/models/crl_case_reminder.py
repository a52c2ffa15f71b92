from datetime import timedelta

from odoo import api, fields, models


class CrlCase(models.Model):
    """Who hears of a case: the owner at once and at half time, the leader at the
    deadline, the manager after that."""

    _inherit = "crl.case"

    def _log(self, note):
        self.env["crl.touchpoint.log"].create(
            [
                {
                    "touchpoint_id": case.visit_id.id,
                    "enrollment_id": case.enrollment_id.id,
                    "partner_id": case.partner_id.id,
                    "company_id": case.company_id.id,
                    "decision": "case",
                    "rule": case.kind,
                    "note": note,
                }
                for case in self
            ]
        )

    def _get_leader(self):
        self.ensure_one()
        return self.partner_id._crl_get_owner(self.company_id, "team_leader")

    def _get_owner(self):
        """The owner, or who stands in when the owner has left."""
        self.ensure_one()
        return self.partner_id._crl_get_owner(self.company_id, user=self.user_id)

    def _in_owners_words(self):
        """The case, with texts in the language of its owner."""
        return self.with_context(lang=self._get_owner().lang)

    def _get_board(self):
        """The record in whose chatter colleagues are told: whoever keeps a promise may
        have no role, but can open the customer."""
        return self.partner_id if self.kind == "promise" else self

    def _tell(self, title, users=None):
        """Tell the owner and their leader, and who stands in for them now, in the
        customer's words."""
        for case in self:
            told = users or (case._get_owner() | case._get_leader())
            told = told._crl_with_cover().filtered("active")
            if told:
                case._get_board().message_notify(
                    partner_ids=told.partner_id.ids,
                    subject=self.env._(
                        "%(title)s: %(customer)s",
                        title=title,
                        customer=case.partner_id.display_name,
                    ),
                    body=self.env._(
                        "“%(words)s” – until %(deadline)s.",
                        words=case.description or self.env._("(no words)"),
                        deadline=fields.Datetime.context_timestamp(
                            case.with_context(tz=case.company_id._crl_tz()),
                            case.deadline,
                        ).strftime("%Y-%m-%d %H:%M"),
                    ),
                    force_send=False,
                )

    def _announce(self, label):
        """Tell of a new case, and note it down."""
        self._tell(label)
        self._log(label)

    def _ask_manager(self):
        """Leave the decision to the manager: restart, go on, or let go."""
        self.ensure_one()
        manager = self.company_id.crl_manager_id or self._get_leader()
        self._tell(self.env._("Please decide what comes next"), manager)
        if manager:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                summary=self.env._("Decide: restart the procedure, or end it"),
            )

    @api.model
    def _remind_due(self, limit):
        """Send the reminders that are due.

        :returns: how many cases were looked at
        """
        due = self.search(
            [("date_remind", "<=", fields.Datetime.now())],
            limit=limit,
            order="date_remind, id",
        ).try_lock_for_update(allow_referencing=True)
        self.env["crl.engine"]._isolate(due, "_remind")
        # a deadline that has passed may be why
        self.env["crl.indicator"]._follow(due.partner_id)
        return len(due)

    def _set_aside(self, error):
        """Try a reminder that raised again tomorrow."""
        self.date_remind = fields.Datetime.now() + timedelta(days=1)

    def _remind(self):
        """One reminder each, and the date of the next: the owner, then the leader, then
        the manager. A visit that was held does not end them; a closed case does."""
        for case in self:
            if not case._is_live():
                case.date_remind = False
                continue
            case = case._in_owners_words()
            users, title, escalation, following = case._get_reminder()
            case._tell(title, users)
            case._log(title)
            case.write({"escalation": escalation, "date_remind": following})

    def _get_reminder(self):
        """Who hears of the case now.

        :returns: the users, what they are told, the escalation it is, and the moment of
            the next reminder
        """
        self.ensure_one()
        half = self._get_deadline(self.company_id, self.deadline, share=0.5)
        manager = self.company_id.crl_manager_id or self._get_leader()
        rank = min(self.escalation, 2)
        users, title, following = [
            (
                self._get_owner(),
                self.env._("Half of the time has passed"),
                self.deadline,
            ),
            (self._get_leader(), self.env._("The deadline has passed"), half),
            (manager, self.env._("Still open after the deadline"), False),
        ][rank]
        if self._is_held():
            title = self.env._("Visited: please close the case")
        return users, title, rank + 1, following
