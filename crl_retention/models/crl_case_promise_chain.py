from odoo import fields, models

from ..tools import promise


class CrlCase(models.Model):
    """Who has a promise, who had it and who gets it next, and who is told."""

    _inherit = "crl.case"

    def _get_current_hand(self):
        return self.hand_ids.filtered(lambda hand: hand.state == "now")[:1]

    def _get_next_hand(self):
        return self.hand_ids.filtered(lambda hand: hand.state == "next")[:1]

    def _get_due(self):
        """Until when whoever has it now is to do their part."""
        self.ensure_one()
        return self._get_current_hand().deadline or self.deadline

    def _say(self, moment):
        """A moment as colleagues read it, on the company's clock."""
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id._crl_tz()), moment
        )
        return local.strftime("%Y-%m-%d %H:%M")

    def _start_clock(self):
        """Whoever does it has it on their list, and is reminded before it is due."""
        if self.kind != "promise":
            super()._start_clock()
            return
        now = fields.Datetime.now()
        self.taken_by_id = self.taken_by_id or self.env.user
        if not self._get_current_hand():
            self.env["crl.case.hand"].create(
                {"case_id": self.id, "user_id": self.user_id.id, "date_from": now}
            )
        self._put_on_list()
        self.write(
            {"escalation": 0, "date_remind": promise.remind_at(now, self._get_due())}
        )

    def _announce(self, label):
        if self.kind != "promise":
            super()._announce(label)
            return
        told = (self._get_owner() | self._get_customers_owner()) - self.env.user
        if told:
            self._tell(label, told)
        self._log(
            self.env._(
                "%(user)s promised until %(deadline)s: %(text)s",
                user=self.taken_by_id.name,
                deadline=self._say(self.deadline),
                text=self.description or "",
            )
        )

    def _pass_to(self, user, note=False, deadline=False):
        """Let another colleague do it from now on.

        :param deadline: until when they do their part, when it is not the whole: then
            it comes back to who has it now
        """
        self.ensure_one()
        now = fields.Datetime.now()
        current, following = self._get_current_hand(), self._get_next_hand()
        current.date_to = now
        if following and following.user_id == user:
            following.write({"date_from": now, "note": note or following.note})
        else:
            if deadline and not following:
                self.env["crl.case.hand"].create(
                    {"case_id": self.id, "user_id": current.user_id.id}
                )
            self.env["crl.case.hand"].create(
                {
                    "case_id": self.id,
                    "user_id": user.id,
                    "note": note,
                    "date_from": now,
                    # of a part the rest waits for
                    "deadline": deadline or (current.deadline if following else False),
                }
            )
        self.invalidate_recordset(["hand_ids"])
        if self.user_id != user:
            self.user_id = user
        self._start_clock()
        told = self._in_owners_words()
        if user != self.env.user:
            told._tell(told.env._("Promise, passed on to you"), user)
        passed = self.env._("%s does it from now on.", user.name or "…")
        self._log(" – ".join(filter(None, [passed, note])))

    def _get_chain(self):
        """Who took the promise, who had it and who gets it, for people to read."""
        self.ensure_one()
        return [
            {
                "user_name": hand.user_id.name or "",
                "text": hand.note or "",
                "date": fields.Datetime.to_string(hand.date_from) or False,
                "deadline": fields.Datetime.to_string(hand.deadline) or False,
                "state": hand.state,
            }
            for hand in self.hand_ids
        ]

    # ---- Who hears of it ----

    def _get_customers_owner(self):
        return self.partner_id._crl_get_owner(self.company_id)

    def _get_reminder(self):
        """Before it is due who does it; of a part that is late also who waits for it;
        after the deadline the customer's owner and the leader, then the manager."""
        if self.kind != "promise":
            return super()._get_reminder()
        now, doer = fields.Datetime.now(), self._get_owner()
        self._put_on_list()
        due = self._get_due()
        if now < due:
            return doer, self.env._("Due soon"), 1, due
        if now < self.deadline:
            waiting = self._get_next_hand().user_id
            return doer | waiting, self.env._("Their part is late"), 1, self.deadline
        if self.escalation < 2:
            people = doer | self._get_customers_owner() | self._get_leader()
            after = self._get_deadline(self.company_id, self.deadline, share=0.5)
            return people, self.env._("Promised, and late"), 2, after
        manager = self.company_id.crl_manager_id or self._get_leader()
        return manager, self.env._("Promised, and still not done"), 3, False
