from odoo import api, fields, models
from odoo.tools import SQL


class CrlTouchpoint(models.Model):
    """What became of messages after Odoo's queues took them."""

    _inherit = "crl.touchpoint"

    @api.model
    def _read_fates(self, limit):
        """Read back which queued messages were sent, bounced or failed.

        :returns: how many contacts have their fate now
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT t.id FROM crl_touchpoint t
                    WHERE t.mail_message_id IS NOT NULL
                      AND t.state IN ('open', 'done')
                      AND EXISTS (
                          SELECT FROM mail_notification n
                           WHERE n.mail_message_id = t.mail_message_id
                             AND (n.notification_status = 'bounce'
                              OR t.state = 'open' AND n.notification_status IN
                                 ('pending', 'sent', 'exception', 'canceled')))
                 ORDER BY t.id LIMIT %s FOR NO KEY UPDATE OF t SKIP LOCKED""",
                limit,
            )
        )
        told = self.browse(row[0] for row in rows)
        engine = self.env["crl.engine"]
        engine._isolate(told, "_take_fate")
        # a delivered message stays delivered, whatever follows from it
        engine._isolate(told, "_after_close", set_aside=False)
        return len(told)

    def _take_fate(self):
        """Close messages as Odoo's notifications say."""
        notifications = {
            notification.mail_message_id: notification
            for notification in self.mail_message_id.notification_ids
        }
        sent = self.filtered(
            lambda t: (
                notifications[t.mail_message_id].notification_status
                in ("pending", "sent")
            )
        )
        sent.write({"state": "done", "date_done": fields.Datetime.now()})
        sent._log("sent", "queue")
        failed = self - sent
        notes = {}
        for touchpoint in failed:
            notification = notifications[touchpoint.mail_message_id]
            notes[touchpoint.id] = " – ".join(
                filter(
                    None,
                    [
                        notification.failure_type
                        and notification.format_failure_reason(),
                        (notification.failure_reason or "")[:300],
                    ],
                )
            ) or self.env._("Not delivered.")
            touchpoint.write(
                {"state": "failed", "hold_reason": notes[touchpoint.id][:200]}
            )
        failed._log("failed", "delivery", notes)

    def _withdraw_messages(self):
        """Take messages that wait in Odoo's queues out of them."""
        messages = self.filtered(lambda t: t.state == "open").mail_message_id
        if not messages:
            return
        mails = self.env["mail.mail"].search(
            [("mail_message_id", "in", messages.ids), ("state", "=", "outgoing")]
        )
        mails.cancel()
        sms = self.env["sms.sms"].search(
            [("mail_message_id", "in", messages.ids), ("state", "=", "outgoing")]
        )
        sms.action_set_canceled()
        self.env["mail.notification"].search(
            [
                ("mail_message_id", "in", messages.ids),
                ("notification_status", "=", "ready"),
            ]
        ).write({"notification_status": "canceled"})
