from odoo import api, fields, models
from odoo.tools import SQL

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

    # not cascaded: that an order is gone must be counted too
    order_id = fields.Many2one("sale.order", index="btree_not_null")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True)
    date = fields.Datetime(required=True, help="When it happened.")

    @api.model
    def _note(self, orders, kind):
        """Write down that something happened to orders, in one query."""
        return self._note_for(
            kind,
            [
                (order.id, order.partner_id.commercial_partner_id, order.company_id)
                for order in orders
            ],
        )

    @api.model
    def _note_for(self, kind, happened):
        """Write down what happened to customers, in one query.

        :param happened: ``[(id of the order or None, customer, company)]``
        """
        now = fields.Datetime.now()
        return self.create(
            [
                {
                    "order_id": order_id,
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "kind": kind,
                    "date": now,
                }
                for order_id, customer, company in happened
            ]
        )

    @api.model
    def _work_due(self, limit):
        """Count what customers bought anew, and do what follows. A job of the engine.

        :param int limit: the engine's batch, in events
        :returns: how many events were handled
        """
        # One worker at a time: of two that count a customer, the one with the older
        # view could be the last. A lock before the first query waits for a fresh one.
        self.env.cr.execute("LOCK TABLE crl_order_event IN SHARE UPDATE EXCLUSIVE MODE")
        events = self.search([], order="id", limit=limit)
        if not events:
            return 0
        customers = events.partner_id
        self.env["crl.purchase"]._recount(customers | customers.commercial_partner_id)
        self.env["crl.engine"]._isolate(events.filtered("order_id"), "_react")
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "DELETE FROM crl_order_event WHERE id = ANY(%s) RETURNING id",
                events.ids,
            )
        )
        self.invalidate_model(flush=False)
        return len(events)

    def _set_aside(self, error):
        """Say of an event what went wrong: it is not tried again."""
        note = self.env._(
            "%(order)s: %(error)s", order=self.order_id.name, error=str(error)[:500]
        )
        self.env["crl.touchpoint.log"]._log(self, "failed", "error", note)

    def _react(self):
        """Do what follows from events, all in one transaction. Addons add to it.

        The customers' purchase days are counted by then. Here come events of orders
        that exist; those of customers alone, and of deleted orders, are only counted.
        """
