from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .crl_touchpoint_fate import TAKEN


class CrlTouchpoint(models.Model):
    """Messages that are sent again, by themselves or by hand, or withdrawn.

    The same mail or SMS goes back into Odoo's queue: a mail keeps its Message-ID and an
    SMS its identifier, by which servers recognise what they have had.
    """

    _inherit = "crl.touchpoint"

    @api.model
    def _resend_due(self, limit):
        """Queue a batch of messages again that did not leave.

        :returns: how many contacts were looked at
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crl_touchpoint
                    WHERE state = 'open' AND fate = 'retry' AND date_due <= %s
                 ORDER BY date_due, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                fields.Datetime.now(),
                limit,
            )
        )
        due = self.browse(row[0] for row in rows)
        self.env["crl.engine"]._isolate(due, "_resend")
        return len(due)

    def _resend(self):
        """Ask every rule again, then queue again what may still go."""
        now = fields.Datetime.now()
        # somebody was faster, in Odoo's own screens
        arrived = self._take_arrived()
        arrived._after_close()
        rest = self - arrived
        late = rest.filtered(lambda t: t._get_last_moment() < now)
        late._give_up(self.env._("Given up: too old to be sent."))
        rest -= late
        decisions = rest._decide()
        rest._apply(decisions)
        for touchpoint in rest:
            if touchpoint.state == "open" and not touchpoint.date_due:
                # a rule that does not say when it will agree
                touchpoint.date_due = now + timedelta(days=1)
        passed = rest.filtered(lambda t: t.id not in decisions and t.state == "open")
        for touchpoint in passed:
            touchpoint.tries += 1
        passed._requeue()
        self.env["crl.relationship"]._refresh(self.partner_id)

    def _give_up(self, note):
        self._withdraw_messages()
        self.write({"state": "failed", "fate": "stop", "hold_reason": note})
        self._log("failed", "delivery", note)
        self._tell_undelivered()
        self._after_close()

    def _requeue(self):
        """Put messages back into Odoo's queues; one that is gone, or goes by another
        medium now, is written anew."""
        self.env["crl.relationship"]._claim(self.partner_id)
        notifications = self.mail_message_id.notification_ids.filtered(
            lambda n: n.notification_status != "sent"
        )
        messages = {n.mail_message_id: n for n in notifications}
        mails = self.env["mail.mail"].search(
            [
                ("id", "in", notifications.mail_mail_id.ids),
                ("state", "in", ("exception", "cancel", "outgoing")),
            ]
        )
        sms = self.env["sms.sms"].search(
            [
                ("id", "in", notifications.mapped("sms_id_int")),
                ("state", "in", ("error", "canceled", "outgoing")),
                ("to_delete", "=", False),
            ]
        )
        waiting = mails.mail_message_id + sms.mail_message_id
        kept = self.filtered(
            lambda t: (
                t.mail_message_id in waiting
                and messages[t.mail_message_id].notification_type == t.medium
            )
        )
        (self - kept)._withdraw_messages()
        (self - kept)._send()
        again = self.env["mail.notification"]
        for touchpoint in kept:
            notification = messages[touchpoint.mail_message_id]
            person = touchpoint._get_person()
            if touchpoint.medium == "sms":
                notification.sms_number = person.phone_sanitized
            else:
                notification.mail_email_address = person.email_normalized
            again += notification
        again.write(
            {
                "notification_status": "ready",
                "failure_type": False,
                "failure_reason": False,
            }
        )
        for each in sms.filtered(lambda s: s.mail_message_id in again.mail_message_id):
            # corrected meanwhile
            each.number = messages[each.mail_message_id].sms_number
            each.write({"state": "outgoing", "failure_type": False})
        mails.filtered(lambda m: m.mail_message_id in again.mail_message_id).write(
            {"state": "outgoing", "failure_type": False, "failure_reason": False}
        )
        kept.write({"state": "open", "hold_reason": False})
        self.write({"fate": False, "dead_address": False, "date_due": False})
        kept._log("opened", "again")
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()

    def _withdraw_messages(self):
        """Take messages that wait in Odoo's queues, or for another try, out of them."""
        messages = self.filtered(lambda t: t.state in ("open", "failed"))
        messages = messages.mail_message_id
        if not messages:
            return
        domain = [("mail_message_id", "in", messages.ids)]
        self.env["mail.mail"].search(
            [*domain, ("state", "in", ("outgoing", "exception"))]
        ).cancel()
        self.env["sms.sms"].search(
            [*domain, ("state", "in", ("outgoing", "error"))]
        ).write({"state": "canceled"})
        self.env["mail.notification"].search(
            [*domain, ("notification_status", "in", ("ready", "exception"))]
        ).write({"notification_status": "canceled"})

    # ---- Verbs ----

    def action_send_again(self):
        """Send messages again that failed, to the address the customer has now.

        :raises UserError: when one did not fail, or must not be sent
        """
        touchpoints = self._as_engine()
        for touchpoint in touchpoints:
            touchpoint._check_failed_message()
            person = touchpoint._get_person()
            refusal = touchpoint._refuse(person, touchpoint.medium)
            if refusal:
                raise UserError(refusal)
        touchpoints.tries = 0
        touchpoints._requeue()
        touchpoints.env["crl.relationship"]._refresh(touchpoints.partner_id)
        return True

    def action_arrived(self):
        """Say that a message arrived that seemed to have failed.

        :raises UserError: when one did not fail
        """
        touchpoints = self._as_engine()
        for touchpoint in touchpoints:
            touchpoint._check_failed_message()
        note = self.env._("%s says that it arrived.", self.env.user.name)
        touchpoints._take_arrival(dict.fromkeys(touchpoints.ids, note))
        touchpoints._after_close()
        return True

    def _check_failed_message(self):
        self.ensure_one()
        if self.state != "failed" or not self.medium:
            raise UserError(
                self.env._("%s is not a message that failed.", self.display_name)
            )
        statuses = self.mail_message_id.notification_ids.mapped("notification_status")
        if set(statuses) & set(TAKEN):
            raise UserError(self.env._("%s was sent meanwhile.", self.display_name))
