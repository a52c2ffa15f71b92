from odoo import models

SOLD = ("out_invoice", "out_receipt", "out_refund")


class AccountMove(models.Model):
    """Credit notes leave an event of the orders they name when they are posted. So do
    invoices: they may be what counts, or bill anew what was credited."""

    _inherit = "account.move"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        posted = self.filtered(lambda move: move.state == "posted")
        result = super().write(vals)
        self.filtered(
            lambda move: (
                move.move_type in SOLD and (move.state == "posted") != (move in posted)
            )
        )._crl_note()
        return result

    def _crl_note(self):
        # sudo: whoever posts an invoice need not see orders, nor the engine's rows
        moves = self.sudo()
        returned = moves.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )._crl_filter_returns()
        for kind, noted in (("returned", returned), ("changed", moves - returned)):
            if noted:
                moves.env["crl.order.event"]._note_for(kind, noted._crl_get_happened())

    def _crl_get_happened(self):
        """Which orders of whom are in question, and whose purchases."""
        happened = {}
        for move in self:
            lines = move.line_ids | move.reversed_entry_id.line_ids
            orders = lines.sale_line_ids.order_id
            company, customer = move.company_id, move.partner_id.commercial_partner_id
            for order in orders:
                buyer = order.partner_id.commercial_partner_id
                happened[order.id, buyer, order.company_id] = True
            if customer and customer not in orders.partner_id.commercial_partner_id:
                happened[None, customer, company] = True
        return list(happened)
