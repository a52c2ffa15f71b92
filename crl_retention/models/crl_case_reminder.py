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

    def _tell(self, title, users=None):
        """Tell the owner and their leader, in the customer's words."""
        for case in self:
            told = users or (case.user_id | case._get_leader())
            if told:
                case.message_notify(
                    partner_ids=told.partner_id.ids,
                    subject=self.env._(
                        "%(title)s: %(customer)s",
                        title=title,
                        customer=case.partner_id.display_name,
                    ),
                    body=self.env._(
                        "“%(words)s” – visit until %(deadline)s.",
                        words=case.description or self.env._("(no words)"),
                        deadline=fields.Datetime.context_timestamp(
                            case.with_context(tz=case.company_id._crl_tz()),
                            case.deadline,
                        ).strftime("%Y-%m-%d %H:%M"),
                    ),
                    force_send=False,
                )

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
        ).try_lock_for_update()
        for case in due:
            case._remind()
        return len(due)

    def _remind(self):
        self.ensure_one()
        if not self._is_live() or self.visit_id.state == "done":
            self.date_remind = False
            return
        manager = self.company_id.crl_manager_id or self._get_leader()
        leader = self._get_leader()
        half = self._get_deadline(self.company_id, self.deadline, share=0.5)
        users, title, following = [
            (self.user_id, self.env._("Half of the time has passed"), self.deadline),
            (leader, self.env._("The deadline has passed"), half),
            (manager, self.env._("Still not visited"), False),
        ][min(self.escalation, 2)]
        self._tell(title, users)
        self._log(title)
        self.write(
            {"escalation": min(self.escalation + 1, 3), "date_remind": following}
        )
