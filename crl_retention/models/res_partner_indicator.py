from odoo import fields, models
from odoo.tools import SQL

from .res_partner import READERS


class ResPartner(models.Model):
    """What was measured of a customer."""

    _inherit = "res.partner"

    crl_indicator_value_ids = fields.One2many(
        "crl.indicator.value", "partner_id", "Indicators", groups=READERS
    )

    def _crl_join_indicators(self, everyone):
        """Of several customers who become one the latest value of each indicator
        stays; of their histories this one's, and where it has none, another's."""
        values = self.env["crl.indicator.value"].search(
            [("partner_id", "in", everyone.ids)], order="date desc, id desc"
        )
        kept = values.browse()
        for found in values.grouped("indicator_id").values():
            kept |= found[0]
        (values - kept).unlink()
        for value in kept:
            value.partner_id = self
            value.dedup_key = f"{value.indicator_id.id}:{self.id}"
        history = self.env["crl.indicator.history"].search(
            [("partner_id", "in", everyone.ids)], order="id"
        )
        for lines in history.grouped(lambda h: (h.indicator_id, h.week)).values():
            line = lines.filtered(lambda x: x.partner_id == self)[:1] or lines[0]
            (lines - line).unlink()
            line.partner_id = self
            line.dedup_key = self._crl_get_history_key(line.indicator_id, line.week)

    def _crl_get_history_key(self, indicator, week):
        self.ensure_one()
        return f"{indicator.id or 0}:{self.id}:{week}"

    def _crl_follow_indicators(self, company):
        """Values of customers who go to another company go with them, but those of an
        indicator that is one company's."""
        self.env.flush_all()
        for table in ("crl_indicator_value", "crl_indicator_history"):
            self.env.execute_query(
                SQL(
                    """UPDATE %s v
                          SET company_id = COALESCE(
                              (SELECT i.company_id FROM crl_indicator i
                                WHERE i.id = v.indicator_id), %s)
                        WHERE v.partner_id = ANY(%s) RETURNING v.id""",
                    SQL.identifier(table),
                    company.id or None,
                    self.ids,
                )
            )
        self.crl_indicator_value_ids.invalidate_recordset(["company_id"])
