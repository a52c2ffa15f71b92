from odoo import api, models
from odoo.tools import format_date

#: Products that run out a letter is told of.
MAX_TOLD = 3


class ResPartner(models.Model):
    """What customers run out of: told to whoever writes to them, exported, and kept
    when customers become one."""

    _inherit = "res.partner"

    def _crl_join(self, sources):
        """Of several customers who become one each product runs out once; what one was
        asked about, all were. What they bought is looked at when they are one."""
        self._crl_join_run_outs(self | sources)
        return super()._crl_join(sources)

    def _crl_join_run_outs(self, everyone):
        rows = self.env["crl.run.out"].search([("partner_id", "in", everyone.ids)])
        rows = rows.sorted(lambda row: (row.partner_id != self, row.id))
        for same in rows.grouped(lambda row: (row.company_id, row.product_id)).values():
            kept = same[0]
            asked = same.filtered("date_asked").sorted("date_asked")[-1:]
            values = {
                "partner_id": self.id,
                "date_asked": asked.date_asked,
                "enrollment_id": asked.enrollment_id.id,
            }
            (same - kept).unlink()
            kept.write(values)
        self.env.flush_all()

    def _crl_settle(self):
        result = super()._crl_settle()
        customers = self.commercial_partner_id
        self.env["crl.run.out"]._refresh(customers)
        self.env["crl.enrollment"]._exit_supplied(customers)
        return result

    @api.model
    def _crl_get_exported(self):
        return {
            **super()._crl_get_exported(),
            "crl.run.out": [
                "company_id",
                "product_id",
                "date_last",
                "quantity",
                "date_run_out",
                "basis",
                "date_asked",
            ],
        }

    # ---- In letters ----

    def _crl_get_letter_facts(self):
        return [
            *super()._crl_get_letter_facts(),
            *self.commercial_partner_id._crl_get_letter_run_outs(),
        ]

    def _crl_get_letter_run_outs(self):
        """What is soon used up, by the day it was bought."""
        if not self.env["crl.run.out"].has_access("read"):
            return []
        return [
            {
                "kind": "run_out",
                "date": row.date_last,
                "text": self.env._(
                    "Runs out on %(day)s: %(product)s",
                    day=format_date(self.env, row.date_run_out),
                    product=row.product_name,
                ),
            }
            for row in self.env["crl.run.out"]._find_next(self, limit=MAX_TOLD)
        ]
