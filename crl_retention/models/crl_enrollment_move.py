from functools import cache
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import schedule, versions
from .crl_cadence_freeze import get_changed

#: What a move takes over from the step into a contact that is planned already.
TAKEN_OVER = ("channel", "purpose", "service_class", "user_id")


class Move(NamedTuple):
    """What a move to another version does to one contact.

    :param verb: 'stays', 'moves' (another day), 'differs' (the same day, but done
        otherwise), 'new', 'late', 'past' or 'drops'; see ``tools/versions.py``
    :param enrollment: the customer's
    :param step: the step as the other version has it, or the contact's own
    :param touchpoint: empty for 'new' and 'late'
    :param vals: what to write, or to create
    """

    verb: str
    enrollment: models.BaseModel
    step: models.BaseModel
    touchpoint: models.BaseModel
    vals: dict


class CrlEnrollment(models.Model):
    """How customers on their way come to another version of the procedure.

    ``_compare_version`` says what would happen to each contact; the preview shows it,
    and the move carries it out.
    """

    _inherit = "crl.enrollment"

    version_target = fields.Integer(
        "Moves to Version",
        readonly=True,
        aggregator=None,
        help="The version the engine is about to move the customer to. 0: none.",
    )

    _moving = models.Index("(id) WHERE is_live AND version_target > 0")

    # ---- What would happen ----

    def _compare_version(self, number):
        """What a move of these customers to a version does. Writes nothing.

        :returns: ``[Move]``, the steps of each customer in their order
        """
        calendars = self.env["res.company"]._crl_calendars()
        at = cache(schedule.utc_at)
        # read at once what the loop asks of each
        (self.partner_id | self.contact_id).mapped("tz")
        return [
            move
            for enrollment in self.filtered(lambda e: not e.is_holdout)
            for move in enrollment._get_moves(number, calendars, at)
        ]

    def _get_moves(self, number, calendars, at):
        self.ensure_one()
        current = self._get_current_contacts()
        by_id = {touchpoint.id: touchpoint for touchpoint in current}
        # while the procedure rests, its days do; they go on when it does
        today = self.date_paused or self.company_id._crl_today()
        slots, vals, steps = self._get_slots(number, current, calendars, today, at)
        changes = versions.compare(
            self._to_contacts(current, today),
            slots,
            today,
            today - self.company_id._crl_get_catch_up(),
        )
        moves = []
        for change in changes:
            touchpoint = by_id.get(change.key, current.browse())
            step = steps.get(change.slot and change.slot.step, touchpoint.step_id)
            verb, values = change.verb, {}
            if verb in ("new", "late"):
                values = vals[change.slot.step]
            elif touchpoint.state == "planned" and change.slot and verb != "past":
                values = _get_difference(touchpoint, vals[change.slot.step])
                verb = "moves" if "date_planned" in values else "differs"
                verb = verb if values else "stays"
            moves.append(Move(verb, self, step, touchpoint, values))
        return moves

    def _get_slots(self, number, current, calendars, today, at):
        """The contacts a version foresees that are still to come.

        :returns: ``(slots, {live step id: values}, {live step id: step})``
        """
        version = self.cadence_id._get_version(number)
        steps = self.cadence_id._get_steps(self.cycle, version)
        by_step = {}
        for contact in self._to_contacts(current, today):
            by_step.setdefault(contact.step, []).append(contact)
        chosen, occurrences = {}, {}
        for step in steps:
            key = step._get_origin().id
            contacts = by_step.get(key, [])
            chosen[key] = versions.choose_occurrence(
                contacts,
                bool(step.repeat_months),
                lambda n, step=step: self._place_alone(step, n) < today,
            )
            occurrences[key] = chosen[key] or contacts[-1].occurrence
        placements = self._place(
            steps,
            calendars(self.company_id, (version or self.cadence_id).calendar_id),
            occurrences,
            **self._get_given_days(current),
        )
        slots, vals = [], {}
        for step, placement in zip(steps, placements, strict=True):
            key, occurrence = placement.key, chosen[placement.key]
            if occurrence:
                slots.append(versions.Slot(key, occurrence, placement.day))
                vals[key] = self._prepare_touchpoint(
                    step, placement.day, occurrence, at
                )
        return slots, vals, {step._get_origin().id: step for step in steps}

    def _to_contacts(self, touchpoints, today):
        tz = self.company_id._crl_tz()
        return [
            versions.Contact(
                t.id,
                t.step_id.id,
                t.occurrence,
                t.state,
                t.is_fixed,
                schedule.local_day(t.date_planned, tz) < today,
            )
            for t in touchpoints
        ]

    # ---- What happens ----

    def _move_to_version(self, number):
        """Move live customers to a version, with a line in the log for each of them
        and for each contact that changes."""
        moving = self.filtered(lambda e: e.is_live and e.version != number)
        moves = moving._compare_version(number)
        moving._log(
            "moved",
            "version",
            {
                enrollment.id: self.env._(
                    "From version %(before)s of the procedure to version %(after)s.",
                    before=enrollment.version,
                    after=number,
                )
                for enrollment in moving
            },
        )
        moving.write({"version": number, "version_target": 0})
        self._carry_out(moves)
        moving._set_stage()
        self.env["crl.relationship"]._refresh(moving.partner_id)

    def _carry_out(self, moves):
        Touchpoint = self.env["crl.touchpoint"]
        by_verb = {}
        for move in moves:
            by_verb.setdefault(move.verb, []).append(move)
        for verb, decision, state in (
            ("new", "planned", {}),
            ("late", "skipped", {"state": "skipped", "date_due": False}),
        ):
            found = by_verb.get(verb, [])
            made = Touchpoint.create([{**move.vals, **state} for move in found])
            made._log(decision, "version", self._get_verb_text(verb))
        for verb, decision, state in (
            ("drops", "cancelled", "cancelled"),
            ("past", "skipped", "skipped"),
        ):
            gone = Touchpoint.union(*(m.touchpoint for m in by_verb.get(verb, [])))
            gone.write({"state": state, "hold_reason": False})
            gone._log(decision, "version", self._get_verb_text(verb))
        notes = {}
        for move in by_verb.get("moves", []) + by_verb.get("differs", []):
            before = move.touchpoint.date_planned
            move.touchpoint.write(move.vals)
            notes[move.touchpoint.id] = (
                move.touchpoint._get_move_text(before, move.touchpoint.date_planned)
                if move.verb == "moves"
                else self._get_verb_text(move.verb)
            )
        Touchpoint.browse(notes)._log("moved", "version", notes)

    @api.model
    def _get_verb_text(self, verb):
        """What a move does to a contact, as a sentence."""
        return {
            "stays": self.env._("Stays as it is."),
            "differs": self.env._("The same day, done as the new version says."),
            "new": self.env._("New in this version."),
            "late": self.env._("New, but its day is past: it is not caught up."),
            "past": self.env._("Its day in this version is past: it is left out."),
            "drops": self.env._("Not in this version: it falls away."),
        }[verb]

    # ---- What the pump calls ----

    @api.model
    def _move_marked(self, limit):
        """Move a batch of the customers the wizard has marked.

        One that raises stays where it was, with a line in the log.

        :returns: how many customers were looked at
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crl_enrollment
                    WHERE is_live AND version_target > 0
                 ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                limit,
            )
        )
        marked = self.browse(row[0] for row in rows)
        for number, enrollments in marked.grouped("version_target").items():
            enrollments.version_target = 0
            self.env["crl.engine"]._isolate(
                enrollments,
                lambda records, number=number: records._move_to_version(number),
                set_aside=False,
            )
            enrollments.filtered(lambda e, number=number: e.version != number)._log(
                "failed",
                "version",
                self.env._("Could not be moved to version %s.", number),
            )
        return len(marked)


def _get_difference(touchpoint, vals):
    """What of the planned values is not in a contact yet; what was agreed by hand
    keeps its day."""
    names = [*TAKEN_OVER]
    if not touchpoint.is_fixed:
        names += ["date_planned", "occurrence", "dedup_key"]
    changed = get_changed(touchpoint, vals, names)
    if "date_planned" in changed:
        changed += ["date_due"]
    difference = {name: vals[name] for name in changed}
    return {**difference, "hold_reason": False} if difference else {}
