from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools import loading
from .crl_actor import _quote
from .res_partner import READERS


class ResPartner(models.Model):
    """What was measured of a customer."""

    _inherit = "res.partner"

    crl_indicator_value_ids = fields.One2many(
        "crl.indicator.value", "partner_id", "Indicators", groups=READERS
    )

    def crl_set_indicator(self, code, raw, note=None):
        """Write what an indicator that people write says of customers now.

        :param str code: of an indicator whose source is ``manual``
        :param raw: a number
        :param note: why, in the author's words
        :raises AccessError: for another rep's customers
        :raises UserError: for other indicators, and no numbers
        """
        actor = self.env["crl.actor"]
        actor._check_ids(self)
        self._crl_check_mine()
        is_code = isinstance(code, str) and code.isprintable()
        indicator = self.env["crl.indicator"].search(
            [("code", "=", code if is_code else "")]
        )
        if indicator.source != "manual":
            raise UserError(
                self.env._(
                    "No indicator that people write has the code “%s”.", _quote(code)
                )
            )
        # checked above: reps write values of their customers, through this alone
        self.sudo()._crl_write_indicator(indicator, raw, actor._check_text(note))
        return True

    def _crl_write_indicator(self, indicator, raw, note=False):
        """Write what somebody found out about customers, as the engine.

        :raises UserError: for an indicator nobody writes, or another company's
        :raises ValidationError: when ``raw`` is no number
        """
        if indicator.source != "manual":
            raise UserError(self.env._("Choose an indicator that people write."))
        try:
            number = loading.read_number(raw)
        except loading.RowError as error:
            raise ValidationError(indicator._get_reason(error)) from error
        customers = self.commercial_partner_id
        companies = {c.id: c.company_id.id or None for c in customers}
        foreign = [
            company
            for company in companies.values()
            if indicator.company_id and company not in (None, indicator.company_id.id)
        ]
        if foreign:
            raise UserError(
                self.env._(
                    "“%s” is an indicator of another company than the customer's.",
                    indicator.name,
                )
            )
        now = fields.Datetime.now()
        customers.env["crl.indicator.value"]._put_given(
            [(indicator.id, customer.id, number, now) for customer in customers],
            companies,
            "manual",
            note,
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
