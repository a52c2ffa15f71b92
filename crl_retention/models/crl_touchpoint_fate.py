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
                """SELECT t.id, n.notification_status, n.failure_type, n.failure_reason
                     FROM crl_touchpoint t
                     JOIN mail_notification n
                       ON n.mail_message_id = t.mail_message_id
                    WHERE t.state = 'open' AND t.mail_message_id IS NOT NULL
                      AND n.notification_status
                          IN ('pending', 'sent', 'bounce', 'exception', 'canceled')
                 ORDER BY t.id LIMIT %s FOR UPDATE OF t SKIP LOCKED""",
                limit,
            )
        )
        sent = self.browse(row[0] for row in rows if row[1] in ("pending", "sent"))
        sent.write({"state": "done", "date_done": fields.Datetime.now()})
        sent._log("sent", "queue")
        sent._after_close()
        failures = {row[0]: row[1:] for row in rows if row[0] not in sent.ids}
        failed = self.browse(failures)
        labels = dict(
            self.env["mail.notification"]
            ._fields["failure_type"]
            ._description_selection(self.env)
        )
        notes = {}
        for touchpoint in failed:
            status, failure, reason = failures[touchpoint.id]
            notes[touchpoint.id] = " – ".join(
                filter(None, [labels.get(failure), (reason or "")[:300]])
            ) or self.env._("Not delivered (%s).", status)
            touchpoint.write(
                {"state": "failed", "hold_reason": notes[touchpoint.id][:200]}
            )
        failed._log("failed", "delivery", notes)
        failed._after_close()
        return len(rows)

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
