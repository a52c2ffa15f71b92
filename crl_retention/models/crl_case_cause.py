from odoo import fields, models


class CrlCaseCause(models.Model):
    _name = "crl.case.cause"
    _description = "Cause of Dissatisfaction"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    on_page = fields.Boolean(
        "On the Feedback Page",
        help="The customer can tick this cause on the feedback page.",
    )
