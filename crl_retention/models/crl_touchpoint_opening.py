from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .crl_cadence_step import HUMAN_CHANNELS

#: Tries before a contact that raises an error is given up.
MAX_ERRORS = 5
#: Contacts that raise the same within a day, from which on it is no fault of theirs.
MANY = 20


class CrlTouchpoint(models.Model):
    """How a planned contact falls due: claimed, judged by the rules, opened.

    The rules are asked again at this moment, whatever was true at planning. What a
    contact causes (activity, mail, SMS) and its change of state are one transaction.
    """

    _inherit = "crl.touchpoint"

    @api.model
    def _open_due(self, limit):
        """Open a batch of due contacts; several workers share one backlog.

        :returns: how many contacts were looked at
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crl_touchpoint
                    WHERE state = 'planned' AND date_due <= %s
                 ORDER BY date_due, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                fields.Datetime.now(),
                limit,
            )
        )
        due = self.browse(row[0] for row in rows)
        self.env["crl.engine"]._isolate(due, "_open")
        return len(due)

    def _set_aside(self, error):
        """Try a contact that raised again later, with growing gaps; then give up,
        unless many others raise the same: that is a bug, and they wait until it is
        mended.

        A message that was queued stays on its way, so that it is not queued twice.
        """
        self.ensure_one()
        errors = self.env["crl.touchpoint.log"].search_count(
            [("touchpoint_id", "=", self.id), ("rule", "=", "error")]
        )
        reason = self.env._("Error: %s", str(error)[:500])
        is_last = errors + 1 >= MAX_ERRORS and not self._is_everybodys(reason)
        if is_last or not self.is_live:
            self._drop_activities()
            self.write(
                {
                    "state": "failed",
                    "hold_reason": reason,
                    "fate": "stop" if self.fate else False,
                }
            )
            self._log("failed", "error", reason)
            self._tell_leader(reason)
            self.env["crl.engine"]._isolate(self, "_after_close", set_aside=False)
            return
        moment = fields.Datetime.now() + timedelta(
            minutes=10 * 4 ** min(errors, MAX_ERRORS - 2)
        )
        self.write(
            {
                "state": self.state if self.mail_message_id else "planned",
                "hold_reason": reason,
                "date_due": moment,
            }
        )
        self._log("held", "error", reason)

    def _is_everybodys(self, reason):
        """Whether many others raised the same within a day, numbers aside."""
        since = fields.Datetime.now() - timedelta(days=1)
        [(count,)] = self.env.execute_query(
            SQL(
                r"""SELECT COUNT(DISTINCT same.touchpoint_id) FROM (
                        SELECT touchpoint_id FROM crl_touchpoint_log
                         WHERE rule = 'error' AND date >= %(since)s
                           AND touchpoint_id <> %(id)s
                           AND regexp_replace(note, '\d+', '', 'g')
                             = regexp_replace(%(reason)s, '\d+', '', 'g')
                         -- each is tried so often at most: enough to know
                         LIMIT %(most)s) same""",
                since=since,
                id=self.id,
                reason=reason,
                most=MANY * MAX_ERRORS,
            )
        )
        return count >= MANY

    def _open(self):
        """Ask the rules, then open what may go, message by message, rep by rep."""
        passed = self._pass()
        passed = passed._pass(passed._get_limits())
        passed._take_today()
        human = passed.filtered(lambda t: t.channel in HUMAN_CHANNELS)
        human._open_activities()
        (passed - human)._send()
        self.env["crl.relationship"]._refresh(self.partner_id)

    def _pass(self, rules=None):
        """Those of the contacts that may go; what the rules decide of the others is
        carried out."""
        decisions = self._decide(rules)
        self._apply(decisions)
        now = fields.Datetime.now()
        # what was decided of one contact may have moved another
        return self.filtered(
            lambda t: (
                t.id not in decisions
                and t.state == "planned"
                and t.date_due
                and t.date_due <= now
            )
        )

    def _apply(self, decisions):
        """Carry out what the rules decided, each with a line in the log."""
        decided = self.filtered(lambda touchpoint: touchpoint.id in decisions)
        for (verb, rule), touchpoints in decided.grouped(
            lambda touchpoint: decisions[touchpoint.id][:2]
        ).items():
            notes = {t.id: decisions[t.id].note for t in touchpoints}
            if verb == "skip":
                touchpoints._skip(rule, notes)
            elif verb in ("exit", "pause"):
                for note, same in touchpoints.grouped(
                    lambda t, notes=notes: notes[t.id]
                ).items():
                    live = same.enrollment_id.filtered("is_live")
                    if verb == "exit":
                        live._exit(note, rule)
                    else:
                        live._pause(False, note, rule)
                        same.hold_reason = note
                        # once a procedure, however many of its contacts are due
                        self.browse(
                            t[0].id for t in same.grouped("enrollment_id").values()
                        )._tell_owner(
                            self.env._("%s Resume the procedure when it fits.", note)
                        )
            elif verb == "postpone":
                for touchpoint in touchpoints:
                    decision = decisions[touchpoint.id]
                    touchpoint.write(
                        {
                            "date_planned": decision.until,
                            "date_due": decision.until,
                            "hold_reason": decision.note,
                        }
                    )
                touchpoints._log("moved", rule, notes)
            elif verb == "hold":
                # the same reason as yesterday is no news
                news = touchpoints.filtered(
                    lambda t, notes=notes: t.hold_reason != notes[t.id]
                )
                for touchpoint in touchpoints:
                    touchpoint.hold_reason = notes[touchpoint.id]
                    touchpoint.date_due = decisions[touchpoint.id].until or False
                news._log("held", rule, notes)
            else:
                touchpoints._log("moved", rule, notes)
                touchpoints._shift()

    def _shift(self):
        """Move customers' procedures so that the oldest of these contacts is due today;
        what was agreed for a day of its own moves to today alone."""
        now = fields.Datetime.now()
        agreed = self.filtered("is_fixed")
        agreed.write({"date_planned": now, "date_due": now, "is_agreed": False})
        for enrollment, touchpoints in (self - agreed).grouped("enrollment_id").items():
            late = now - min(touchpoints.mapped("date_planned"))
            enrollment.paused_days += late.days
        self.enrollment_id._replan()
        # what hangs on a contact that is done does not move with the procedure
        stuck = (self - agreed).filtered(
            lambda t: t.state == "planned" and t.date_due and t._is_overdue()
        )
        stuck.write({"date_planned": now, "date_due": now, "is_fixed": True})
        self.enrollment_id._set_stage()
