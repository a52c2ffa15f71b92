from odoo import api, fields, models
from odoo.exceptions import UserError

DECISIONS = [
    ("planned", "Planned"),
    ("moved", "Moved"),
    ("held", "Held"),
    ("opened", "Opened"),
    ("sent", "Sent"),
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
    ("case", "Case"),
    ("repaired", "Put right"),
]


class CrlTouchpointLog(models.Model):
    """One line for everything the engine did, or did not do, for a customer."""

    _name = "crl.touchpoint.log"
    _description = "Contact Log"
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

    def write(self, vals):
        if self:
            raise UserError(self.env._("Log lines cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        raise UserError(self.env._("Log lines cannot be deleted."))

    @api.model
    def _log(self, records, decision, rule, note=""):
        """Add a line for each touchpoint or enrollment.

        :param records: crl.touchpoint or crl.enrollment records
        :param note: one sentence for all, or a dict ``{record id: sentence}``
        """
        field = (
            "touchpoint_id" if records._name == "crl.touchpoint" else "enrollment_id"
        )
        self.create(
            [
                {
                    field: record.id,
                    "partner_id": record.partner_id.id,
                    "company_id": record.company_id.id,
                    "decision": decision,
                    "rule": rule,
                    "note": note.get(record.id, "") if isinstance(note, dict) else note,
                }
                for record in records
            ]
        )
