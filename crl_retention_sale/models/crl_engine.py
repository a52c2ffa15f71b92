from odoo import api, models


class CrlEngine(models.AbstractModel):
    """What the engine does with orders: before all else, as indicators, procedures and
    the health are about what it finds."""

    _inherit = "crl.engine"

    @api.model
    def _get_jobs(self):
        return [
            ("crl.purchase", "_recount_due"),
            ("crl.order.event", "_work_due"),
            ("crl.customer.stay", "_refresh_due"),
            ("crl.buyer", "_refresh_due"),
            ("crl.run.out", "_refresh_due"),
            ("crl.run.out", "_start_due"),
            *super()._get_jobs(),
        ]
