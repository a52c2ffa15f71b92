from odoo import models


class ResPartner(models.Model):
    """What runs out, when customers become one."""

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
