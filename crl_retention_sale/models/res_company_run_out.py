from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    crl_run_out_date = fields.Datetime(
        "Run-Outs Next Looked At",
        help="On the main company: when the engine looks for all customers what runs "
        "out. Empty: in its next run.",
    )
