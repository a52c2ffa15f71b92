from odoo import fields, models

STAGE_KINDS = [
    ("setup", "Set-up"),
    ("procedure", "Procedure"),
    ("preservation", "Preservation"),
    ("recovery", "Recovery"),
    ("at_risk", "At risk"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
    ("won_back", "Won back"),
]


class CrlStage(models.Model):
    _name = "crl.stage"
    _description = "Retention Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        STAGE_KINDS,
        required=True,
        default="procedure",
        help="What the stage means to the engine: the stages of a procedure follow "
        "each other by date; the others are where a customer stands aside.",
    )
    duration_months = fields.Integer(
        "Duration (months)",
        default=1,
        help="How long a customer stays, in calendar months. 0 = open-ended.",
    )
    fold = fields.Boolean("Folded in Kanban")

    _duration_positive = models.Constraint(
        "CHECK(duration_months >= 0)", "A stage cannot last less than 0 months."
    )
