from odoo import api, fields, models

KINDS = [
    ("confirmed", "Confirmed"),
    ("cancelled", "Cancelled"),
    ("changed", "Changed"),
    ("returned", "Refunded"),
    ("delivered", "Delivered"),
]


class CrlOrderEvent(models.Model):
    """Something happened to an order, and what follows from it is still to be done.

    Written in the transaction in which it happens and deleted in the one that does what
    follows: so it is done exactly once, and a confirmation waits for nothing.
    """

    _name = "crl.order.event"
    _description = "Event of an Order"
    _order = "id"
    _rec_name = "order_id"
    _log_access = False

    # a deleted order is none of the customer's purchases any more: this must be counted
    order_id = fields.Many2one("sale.order", index="btree_not_null")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True)
    date = fields.Datetime(required=True, help="When it happened.")

    @api.model
    def _note(self, orders, kind):
        """Write down that something happened to orders: one query for all of them."""
        now = fields.Datetime.now()
        return self.create(
            [
                {
                    "order_id": order.id,
                    "partner_id": order.partner_id.commercial_partner_id.id,
                    "company_id": order.company_id.id,
                    "kind": kind,
                    "date": now,
                }
                for order in orders
            ]
        )

    @api.model
    def _work_due(self, limit):
        """Count what customers bought anew and do what follows. A job of the engine.

        :param int limit: the engine's batch, in events
        :returns: how many events were handled
        """
        return 0

    def _react(self):
        """Do what follows from events, all in one transaction.

        Those that only change what is counted do not come here: of orders that were
        deleted, or are older than the company's catch-up. A deleted event is done.
        """
