from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools import schedule

#: The most contacts the table shows.
MAX_LINES = 200
#: The most customers moved at once; more are left to the engine.
MAX_NOW = 500
#: Customers looked at in one go, and the most the preview looks at.
CHUNK = 1000
MAX_LOOKED = 10_000

VERBS = [
    ("moves", "Moves"),
    ("differs", "Done otherwise"),
    ("new", "New"),
    ("drops", "Falls away"),
    ("past", "Left out"),
    ("late", "Not caught up"),
    ("stays", "Stays"),
]


class CrlCadenceMove(models.TransientModel):
    """Moves customers on their way to the present version of their procedure, after
    showing what that does to each contact.

    The table and the move are the same calculation, made anew at the move.
    """

    _name = "crl.cadence.move"
    _description = "Move to the Present Version"

    cadence_id = fields.Many2one("crl.cadence", "Procedure", required=True)
    version = fields.Integer(related="cadence_id.version")
    scope = fields.Selection(
        [("all", "All on older versions"), ("chosen", "Only these")],
        "Customers",
        required=True,
        default="all",
    )
    enrollment_ids = fields.Many2many(
        "crl.enrollment",
        domain="[('cadence_id', '=', cadence_id), ('is_live', '=', True),"
        " ('version', '!=', version), ('version_target', '=', 0)]",
    )
    # for the user who asks, not for everybody as stored fields usually are
    line_ids = fields.One2many(
        "crl.cadence.move.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    summary = fields.Json(compute="_compute_line_ids", compute_sudo=False, store=True)
    customer_count = fields.Integer(
        "Customers Who Move",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    hidden_count = fields.Integer(
        "Customers Not Shown",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    is_big = fields.Boolean("Takes a While", compute="_compute_texts")
    is_partial = fields.Boolean("Shows a Part", compute="_compute_texts")
    summary_text = fields.Char("What Changes", compute="_compute_texts")
    button_label = fields.Char("Button", compute="_compute_texts")

    def _get_enrollments(self):
        """The live customers on older versions whom the user may see."""
        self.ensure_one()
        cadence = self.cadence_id._origin
        domain = fields.Domain(
            [
                ("cadence_id", "=", cadence.id),
                ("is_live", "=", True),
                ("version", "!=", cadence.version),
                ("version_target", "=", 0),
            ]
        )
        if self.scope == "chosen":
            domain &= fields.Domain("id", "in", self.enrollment_ids._origin.ids)
        return self.env["crl.enrollment"].search(domain, order="id")

    @api.depends("cadence_id", "scope", "enrollment_ids")
    def _compute_line_ids(self):
        for wizard in self:
            enrollments = wizard._get_enrollments()
            moves, counts = [], Counter()
            for ids in split_every(CHUNK, enrollments.ids[:MAX_LOOKED]):
                # what the engine would do, of customers the user may see
                chunk = enrollments.browse(ids).sudo()
                found = chunk._compare_version(wizard.version)
                counts.update(move.verb for move in found)
                moves += [m for m in found if m.verb != "stays"][:MAX_LINES]
                moves += [m for m in found if m.verb == "stays"][:MAX_LINES]
            moves = sorted(moves, key=lambda move: move.verb == "stays")[:MAX_LINES]
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(wizard._prepare_line(move)) for move in moves),
            ]
            wizard.summary = dict(counts)
            wizard.customer_count = len(enrollments)
            wizard.hidden_count = sum(counts.values()) - len(moves)

    def _prepare_line(self, move):
        """Values of the line that shows what becomes of a contact."""
        before, after = move.touchpoint.date_planned, move.vals.get("date_planned")
        if move.verb == "late":
            after = False
        owner = move.touchpoint.user_id
        tz = owner.tz or move.enrollment.company_id._crl_tz()
        day_before = before and schedule.local_day(before, tz)
        day_after = after and schedule.local_day(after, tz)
        if move.verb != "moves":
            reason = move.enrollment._get_verb_text(move.verb)
        elif day_before == day_after:
            reason = move.touchpoint._get_move_text(before, after)
        else:
            reason = f"{move.step._get_delay_text()}."
        return {
            "partner_id": move.enrollment.partner_id.id,
            "step_id": move.step._get_origin().id,
            "verb": move.verb,
            "day_before": day_before,
            "day_after": day_after,
            "reason": reason,
        }

    @api.depends("summary", "customer_count")
    def _compute_texts(self):
        labels = dict(
            self.env["crl.cadence.move.line"]
            ._fields["verb"]
            ._description_selection(self.env)
        )
        for wizard in self:
            count = wizard.customer_count
            counts = wizard.summary or {}
            wizard.is_big = count > MAX_NOW
            wizard.is_partial = count > MAX_LOOKED
            wizard.summary_text = " · ".join(
                f"{label}: {counts[verb]}"
                for verb, label in labels.items()
                if counts.get(verb)
            )
            wizard.button_label = (
                self.env._("Move 1 customer to version %s", wizard.version)
                if count == 1
                else self.env._(
                    "Move %(count)s customers to version %(version)s",
                    count=count,
                    version=wizard.version,
                )
            )

    def action_move(self):
        """Move the customers: now, or by the engine when they are many."""
        self.env["crl.actor"]._check_one(self)
        self.check_access("write")
        # the engine's records; who may be moved was found with the user's own eyes
        enrollments = self._get_enrollments().sudo()
        if not enrollments:
            raise UserError(self.env._("Nobody is on an older version any more."))
        if len(enrollments) > MAX_NOW:
            enrollments.version_target = self.version
            # the engine's scheduled action
            self.env.ref("crl_retention.ir_cron_run").sudo()._trigger()
            text = self.env._(
                "Customers who are moved in the next minutes: %s.", len(enrollments)
            )
        else:
            enrollments._move_to_version(self.version)
            text = self.env._(
                "Customers who go on with version %(version)s: %(count)s.",
                count=len(enrollments),
                version=self.version,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class CrlCadenceMoveLine(models.TransientModel):
    _name = "crl.cadence.move.line"
    _description = "Contact that is Moved"

    wizard_id = fields.Many2one("crl.cadence.move", ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    step_id = fields.Many2one("crl.cadence.step", "Contact", ondelete="cascade")
    verb = fields.Selection(VERBS, "What Happens")
    day_before = fields.Date("Planned")
    day_after = fields.Date("New Day")
    reason = fields.Char("Why")
