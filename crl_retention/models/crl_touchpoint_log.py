from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .res_company import LOG_MONTHS

DECISIONS = [
    ("planned", "Planned"),
    ("moved", "Moved"),
    ("held", "Held"),
    ("booked", "Booked"),
    ("opened", "Opened"),
    ("sent", "Sent"),
    ("printed", "Printed"),
    ("done", "Done"),
    ("answered", "Answered"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    ("restarted", "Restarted"),
    ("exited", "Left"),
    ("completed", "Completed"),
    ("opted_out", "Unsubscribed"),
    ("chosen", "Chosen"),
    ("case", "Case"),
    ("health", "Health"),
    ("repaired", "Put right"),
    ("erased", "Erased"),
]


class CrlTouchpointLog(models.Model):
    """One line for everything the engine did, or did not do, for a customer."""

    _name = "crl.touchpoint.log"
    _description = "Contact Log"
    _inherit = ["crl.sheet"]
    _order = "id desc"
    _rec_name = "decision"

    touchpoint_id = fields.Many2one(
        "crl.touchpoint", "Contact", index="btree_not_null", ondelete="set null"
    )
    enrollment_id = fields.Many2one(
        "crl.enrollment", index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", ondelete="restrict")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    decision = fields.Selection(DECISIONS, required=True)
    rule = fields.Char(help="The rule that decided, as a short code.")
    note = fields.Text("Why")
    sentence = fields.Text("What Happened", compute="_compute_sentence")

    @api.depends_context("lang")
    @api.depends("decision", "rule", "note")
    def _compute_sentence(self):
        sentences = self._get_sentences()
        decisions = dict(self._fields["decision"]._description_selection(self.env))
        for line in self:
            sentence = (
                sentences.get(f"{line.decision}.{line.rule}")
                or sentences.get(line.decision)
                or self.env._("%s.", decisions.get(line.decision, ""))
            )
            line.sentence = " ".join(filter(None, [sentence, line.note]))

    @api.model
    def _get_sentences(self):
        """What a line means, in words: by ``decision.rule``, or by decision where the
        rule adds nothing. A bridge adds those of its own rules."""
        return {
            "planned.enroll": self.env._("Entered the procedure:"),
            "planned.campaign": self.env._("On the list of a campaign:"),
            "moved.pause": self.env._("Moved by the days the procedure rested."),
            "moved.gap": self.env._("Moved to keep the days after the contact before."),
            "moved.roll": self.env._("Moved off a day off."),
            "moved.fixed": self.env._("Moved to the day that was agreed."),
            "moved.delay": self.env._("Moved with the contact before."),
            "moved.replan": self.env._("Moved back to where the procedure has it."),
            "moved.manual": self.env._("Moved by hand."),
            "moved.activity": self.env._("Moved in the activity or the calendar."),
            "moved.retry": self.env._("Tried, but not reached."),
            "moved.owner": self.env._("Given to somebody else."),
            "moved.cover": self.env._("Somebody stands in, or is back."),
            "moved.contact": self.env._("The person changed."),
            "erased": self.env._("What was said was erased."),
            "moved.too_old": self.env._("Fell due during a standstill."),
            "held.error": self.env._("Held after an error, and tried again."),
            "held.delivery": self.env._("Did not go out."),
            "moved": self.env._("Moved."),
            "held": self.env._("Held."),
            "booked.proposed": self.env._("A visit was booked, the rep is asked:"),
            "booked.accepted": self.env._("The rep agreed to the visit:"),
            "booked": self.env._("A visit was booked:"),
            "opened.due": self.env._("Fell due: given to the rep as an activity."),
            "opened.queued": self.env._("Fell due: handed over to be sent."),
            "opened.again": self.env._("Put back into the queue."),
            "sent": self.env._("Sent."),
            "printed": self.env._("A card with the link was printed."),
            "printed.letter": self.env._("Printed:"),
            "done.refused": self.env._("Done: the customer refused."),
            "done": self.env._("Done."),
            "answered.first": self.env._("The customer answered:"),
            "answered.later": self.env._("The customer added:"),
            "skipped.too_old": self.env._("Skipped, because its day was past."),
            "skipped.consent": self.env._("Skipped, because it may not be sent."),
            "skipped.condition": self.env._("Skipped by the condition of the step."),
            "skipped.manual": self.env._("Skipped by hand."),
            "skipped.campaign": self.env._("Left out of a campaign."),
            "skipped.yearly": self.env._("A procedure of the year could not begin."),
            "skipped": self.env._("Skipped."),
            "failed.wrong_number": self.env._("Failed: wrong number."),
            "failed.no_answer": self.env._("Given up."),
            "failed.delivery": self.env._("Not delivered."),
            "failed.error": self.env._("Failed after an error."),
            "failed": self.env._("Failed."),
            "cancelled.manual": self.env._("Cancelled by hand."),
            "cancelled.negative": self.env._("Cancelled: the customer was unhappy."),
            "cancelled.exit": self.env._("Cancelled: the customer left the procedure."),
            "cancelled": self.env._("Cancelled."),
            "paused": self.env._("The procedure rests."),
            "resumed": self.env._("The procedure goes on."),
            "restarted": self.env._("The procedure began anew."),
            "exited": self.env._("Left the procedure."),
            "completed": self.env._("Went through the whole procedure."),
            "opted_out": self.env._("Wants no more marketing at this address:"),
            "chosen": self.env._("Chose on our page what to get:"),
            "held.away": self.env._("An automatic reply came."),
            "case": self.env._("Case:"),
            "health.override": self.env._("The health was set by hand:"),
            "health.override_over": self.env._(
                "The health is what the indicators say again."
            ),
            "health.snoozed": self.env._("An alert was put off:"),
            "health.alert_done": self.env._("An alert was closed by hand:"),
            "health.playbook": self.env._("An alert could not start a procedure."),
            "health": self.env._("Health:"),
            "repaired": self.env._("Put right."),
        }

    _date = models.Index("(date)")
    _errors = models.Index("(date) WHERE rule = 'error'")

    def write(self, vals):
        if self:
            raise UserError(self.env._("Log lines cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        raise UserError(
            self.env._(
                "Log lines cannot be deleted. What they say can be erased: on the "
                "customer, Actions, Retention Data."
            )
        )

    #: Lines one turn of the nightly cleaning deletes.
    _GC_BATCH = 10000

    @api.autovacuum
    def _gc_old_lines(self):
        """Delete the lines that are older than their company keeps them, but those of
        contacts and procedures that are still ahead.

        :returns: ``(lines deleted, whether there are more)``
        """
        rows = self.env.execute_query(
            SQL(
                """DELETE FROM crl_touchpoint_log WHERE id IN (
                       SELECT l.id FROM crl_touchpoint_log l
                    LEFT JOIN res_company c ON c.id = l.company_id
                    LEFT JOIN crl_touchpoint t ON t.id = l.touchpoint_id
                    LEFT JOIN crl_enrollment e ON e.id = l.enrollment_id
                        WHERE COALESCE(c.crl_log_months, %s) > 0
                          AND l.date < %s - make_interval(
                              months => COALESCE(c.crl_log_months, %s))
                          AND COALESCE(t.state, '') NOT IN ('planned', 'open')
                          AND e.is_live IS NOT TRUE
                     ORDER BY l.date LIMIT %s)
                RETURNING id""",
                LOG_MONTHS,
                fields.Datetime.now(),
                LOG_MONTHS,
                self._GC_BATCH,
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        return len(rows), len(rows) == self._GC_BATCH

    @api.model
    def _log(self, records, decision, rule, note=""):
        """Add a line for each touchpoint, enrollment, or customer of a campaign.

        :param records: crl.touchpoint or crl.enrollment records, or others that have a
            customer and a company
        :param note: one sentence for all, or a dict ``{record id: sentence}``
        """
        if not records:
            return
        column = {"crl.enrollment": "enrollment_id"}.get(records._name, "touchpoint_id")
        linked = records._name in ("crl.touchpoint", "crl.enrollment")
        notes = note if isinstance(note, dict) else dict.fromkeys(records.ids, note)
        uid, now = self.env.uid, self.env.cr.now()
        # past the ORM, which takes as long for these lines as for the contacts' own
        # activities: nothing is computed from them, and nobody may change them
        self.env.execute_query(
            SQL(
                """INSERT INTO crl_touchpoint_log
                          (%s, partner_id, company_id, note, decision, rule, date,
                           create_uid, create_date, write_uid, write_date)
                   SELECT record_id, partner_id, company_id, note,
                          %s, %s, %s, %s, %s, %s, %s
                     FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[])
                          WITH ORDINALITY
                       AS line (record_id, partner_id, company_id, note, rank)
                 ORDER BY rank
                RETURNING id""",
                SQL.identifier(column),
                decision,
                rule,
                fields.Datetime.now(),
                uid,
                now,
                uid,
                now,
                [record_id if linked else None for record_id in records._ids],
                [record.partner_id.id for record in records],
                [record.company_id.id or None for record in records],
                [notes.get(record.id) or None for record in records],
            )
        )
        if linked:
            records.invalidate_recordset(["log_ids"])
