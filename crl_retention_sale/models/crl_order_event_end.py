from odoo import models


class CrlOrderEvent(models.Model):
    """The procedures that orders end, or let rest, as they say; and those that began
    with an order which is none of the customer's any more."""

    _inherit = "crl.order.event"

    def _react(self):
        result = super()._react()
        begun = self.env["crl.enrollment"].search(
            [("order_id", "in", self.order_id.ids), ("is_live", "=", True)]
        )
        begun._lose_order()
        self._get_starting("confirmed")._leave()
        return result

    def _get_customer(self):
        """Whose order it is now."""
        self.ensure_one()
        return self.order_id.partner_id.commercial_partner_id

    def _get_starting(self, kind):
        """Those of the events of a kind that may start something. A confirmed order
        that became another customer's is new to them."""
        moved = self.browse()
        if kind == "confirmed":
            left = self.filtered(
                lambda e: e.partner_id.commercial_partner_id != e._get_customer()
            )
            moved = (
                self.filtered(
                    lambda e: e.kind == "changed" and e.order_id in left.order_id
                )
                - left
            )
        events = self.filtered(lambda event: event.kind == kind) | moved
        events = events.filtered(lambda event: event.order_id.state == "sale")
        for event in events:
            if event.partner_id != event._get_customer():
                event.partner_id = event._get_customer()
        return events

    def _leave(self):
        """Ask the exit rule at once, not only before the next contact."""
        asked = self.env["crl.touchpoint"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "in", ("planned", "open")),
                ("enrollment_id.state", "=", "running"),
                ("enrollment_id.cadence_id.on_order", "in", ("pause", "exit")),
            ]
        )
        if asked:
            asked._apply(asked._decide(["_rule_exit"]))
            self.env["crl.relationship"]._refresh(asked.partner_id)
