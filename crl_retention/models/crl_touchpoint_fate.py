from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..tools import fate as fates

FATES = [
    ("retry", "Tried again by itself"),
    ("unclear", "May have arrived"),
    ("stop", "Not delivered"),
    ("dead", "Address does not work"),
]
#: What Odoo writes of a message that its mail server or SMS provider took.
TAKEN = ("process", "pending", "sent")


class Fate(NamedTuple):
    """What became of a message: a word of ``tools/fate.py``, and a sentence."""

    kind: str
    note: str = ""


class CrlTouchpoint(models.Model):
    """What became of messages after Odoo's queues took them.

    Odoo tries no message twice. What surely did not leave is queued again (see
    ``crl_touchpoint_resend.py``); what was refused fails; after a connection that was
    lost on the way nobody knows, so a person decides.
    """

    _inherit = "crl.touchpoint"

    fate = fields.Selection(
        FATES,
        "Delivery",
        help="What became of a message that did not simply arrive. “May have arrived”: "
        "the connection was lost while it was handed over; somebody should ask, or "
        "send it again.",
    )
    tries = fields.Integer("Sent Again", help="How often it was tried by itself.")
    dead_address = fields.Char(
        "Address That Does Not Work",
        index="btree_not_null",
        help="No message goes to this address or number again, until it is changed.",
    )

    _on_the_way = models.Index("(id) WHERE state = 'open' AND medium IS NOT NULL")
    _undelivered = models.Index("(id) WHERE state = 'failed' AND fate IS NOT NULL")
    _retry_due = models.Index("(date_due, id) WHERE state = 'open' AND fate = 'retry'")

    @api.model
    def _read_fates(self, limit):
        """Read back what became of queued messages.

        - on their way: taken, refused, failed, or gone from the queue by hand;
        - failed: somebody sent them again from Odoo's own screens, or the customer
          has answered;
        - sent: bounced later, or reported as not delivered.

        :returns: how many contacts have their fate now
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crl_touchpoint WHERE id = ANY(ARRAY(
                   SELECT t.id FROM crl_touchpoint t
                LEFT JOIN mail_notification n ON n.mail_message_id = t.mail_message_id
                LEFT JOIN mail_mail m ON m.id = n.mail_mail_id
                LEFT JOIN sms_sms s ON s.id = n.sms_id_int
                    WHERE t.state = 'open' AND t.medium IS NOT NULL
                      -- one that raised an error is looked at later
                      AND (t.fate = 'retry' OR COALESCE(t.date_due <= %(now)s, TRUE))
                      AND (n.id IS NULL
                           OR n.notification_status IN %(over)s
                           OR n.notification_status = 'exception'
                              AND (t.fate IS NULL OR t.feedback_date IS NOT NULL)
                           OR n.notification_status = 'ready'
                              AND COALESCE(m.state, s.state, 'gone') <> 'outgoing')
                UNION ALL
                   SELECT t.id FROM crl_touchpoint t
                     JOIN mail_notification n ON n.mail_message_id = t.mail_message_id
                    WHERE t.state = 'failed' AND t.fate IS NOT NULL
                      AND (n.notification_status IN %(taken)s
                           OR t.fate = 'unclear' AND t.feedback_date IS NOT NULL)
                UNION ALL
                   SELECT t.id FROM mail_notification n
                     JOIN crl_touchpoint t ON t.mail_message_id = n.mail_message_id
                    WHERE n.notification_status IN ('bounce', 'exception')
                      AND t.state = 'done'
                    LIMIT %(most)s))
                 ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED""",
                now=fields.Datetime.now(),
                over=(*TAKEN, "bounce", "canceled"),
                taken=TAKEN,
                limit=limit,
                # found once, not for each row; some may be locked by another worker
                most=4 * limit,
            )
        )
        told = self.browse(row[0] for row in rows)
        engine = self.env["crl.engine"]
        engine._isolate(told, "_take_fate")
        # a delivered message stays delivered, whatever follows from it
        engine._isolate(told, "_after_close", set_aside=False)
        return len(told)

    def _take_fate(self):
        """Close messages as Odoo's notifications say, or plan another try."""
        notifications = {
            notification.mail_message_id: notification
            for notification in self.mail_message_id.notification_ids
        }
        nothing = self.env["mail.notification"]
        found = {
            t.id: t._get_fate(notifications.get(t.mail_message_id, nothing))
            for t in self
        }
        notes = {id_: fate.note for id_, fate in found.items()}
        groups = self.grouped(lambda t: found[t.id].kind)
        groups.get(fates.SENT, self.browse())._take_arrival(notes)
        blocked = groups.get(fates.BLOCKED, self.browse())
        retried = blocked + groups.get(fates.RETRY, self.browse())
        late = retried.filtered(lambda t: not t._try_later(notes))
        retried -= late
        retried._log("held", "delivery", notes)
        blocked._tell_blocked(notes)
        for touchpoint in late:
            notes[touchpoint.id] = self.env._(
                "Given up. %s", notes[touchpoint.id] or ""
            )
        dead = groups.get(fates.DEAD, self.browse())
        for touchpoint in dead:
            notification = notifications.get(touchpoint.mail_message_id, nothing)
            touchpoint.dead_address = (
                notification.mail_email_address or notification.sms_number
            )
        unclear = groups.get(fates.UNCLEAR, self.browse())
        stopped = late + groups.get(fates.STOP, self.browse())
        for kind, touchpoints in (
            (fates.DEAD, dead),
            (fates.UNCLEAR, unclear),
            (fates.STOP, stopped),
        ):
            for touchpoint in touchpoints:
                touchpoint.write(
                    {
                        "state": "failed",
                        "fate": kind,
                        "hold_reason": notes[touchpoint.id][:200],
                    }
                )
            touchpoints._log("failed", "delivery", notes)
        dead._ask_for_address()
        (unclear + stopped)._tell_undelivered()

    def _take_arrived(self):
        """Close the messages that have left meanwhile.

        :returns: those
        """
        arrived = self.filtered(
            lambda t: (
                t.state == "open"
                and set(
                    t.mail_message_id.notification_ids.mapped("notification_status")
                )
                & set(TAKEN)
            )
        )
        arrived._take_arrival({})
        return arrived

    def _take_arrival(self, notes):
        """The message arrived, whatever was known of it before."""
        failed = self.mail_message_id.notification_ids.filtered(
            lambda n: n.notification_status == "exception"
        )
        if failed:
            # it is over: nobody is to send it again from Odoo's own screens
            failed.mail_mail_id.filtered(
                lambda m: m.state == "exception"
            ).state = "sent"
            failed.write(
                {
                    "notification_status": "sent",
                    "failure_type": False,
                    "failure_reason": False,
                }
            )
        if not self:
            return
        self.write(
            {
                "state": "done",
                "date_done": fields.Datetime.now(),
                "fate": False,
                "dead_address": False,
                "hold_reason": False,
            }
        )
        self._log("sent", "queue", notes)

    def _get_fate(self, notification):
        """What became of one message.

        :param notification: of ``mail.notification``; empty when somebody deleted it
        :rtype: Fate
        """
        self.ensure_one()
        status = notification.notification_status
        if status in TAKEN:
            return Fate(fates.SENT)
        if status != "bounce" and self.feedback_date:
            return Fate(fates.SENT, self.env._("It arrived: the customer answered."))
        if status not in ("bounce", "exception"):
            return Fate(
                fates.STOP, self.env._("Somebody took the message out of the queue.")
            )
        reason = notification.failure_reason or notification.mail_mail_id.failure_reason
        kind = fates.judge(self.medium, notification.failure_type, reason)
        if self.state == "done" and kind in (fates.RETRY, fates.BLOCKED):
            kind = fates.STOP
        if kind == fates.SENT:
            return Fate(
                kind,
                self.env._("The provider had this text for this number already."),
            )
        if kind == fates.UNCLEAR:
            return Fate(
                kind,
                self.env._(
                    "The connection was lost while the message was handed over: "
                    "nobody knows whether it arrived."
                ),
            )
        reply = fates.get_reply(reason)[:300]
        if notification.failure_type in (False, "unknown"):
            note = self.env._("Refused: %s", reply) if reply else self.env._("Refused.")
        else:
            label = notification.format_failure_reason()
            note = " – ".join(filter(None, [label, reply]))
        return Fate(kind, note)

    def _try_later(self, notes):
        """Plan another try of a message that did not leave, and say so in ``notes``.

        :returns: whether there will be one
        """
        self.ensure_one()
        moment = fates.next_try(
            self.tries, fields.Datetime.now(), self._get_last_moment()
        )
        if not moment:
            return False
        tz = self.user_id._crl_get_tz(self.company_id)
        notes[self.id] = self.env._(
            "Goes again on %(moment)s. %(reason)s",
            moment=format_datetime(self.env, moment, tz=tz, dt_format="short"),
            reason=notes[self.id],
        )
        self.write(
            {
                "fate": "retry",
                "date_due": moment,
                "hold_reason": notes[self.id][:200],
            }
        )
        return True

    def _get_last_moment(self):
        """Until when the message would still be welcome (naive UTC)."""
        self.ensure_one()
        return self.mail_message_id.date + self.company_id._crl_get_catch_up()
