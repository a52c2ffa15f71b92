from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.crl_retention.models.crl_cadence_exit import REACTIONS


class CrlCadence(models.Model):
    """A procedure that begins with an order, and what an order does to one under way.

    Orders confirmed before it was switched on are left alone. What is done when one
    comes is in ``crl_order_event_start.py``.
    """

    _inherit = "crl.cadence"

    order_trigger = fields.Selection(
        [
            ("first_order", "The first order of a customer"),
            ("every_order", "Each order of a customer"),
        ],
        "Starts With",
        tracking=True,
        copy=False,
        help="The procedure begins by itself for the customer of a confirmed order, on "
        "the day of the order. Quotations start nothing. Empty: it does not.",
    )
    order_merge_days = fields.Integer(
        "One Purchase Within (days)",
        default=30,
        help="Orders within so many days of the one before count as one purchase: who "
        "buys every week is thanked once, and again after a pause. 0: the orders of "
        "one day.",
    )
    order_domain = fields.Char(
        "Which Orders",
        default="[]",
        help="Only these start the procedure, and only these count as the one before. "
        "The first order is the customer's first of all: it starts the procedure when "
        "it is one of these.",
    )
    order_from = fields.Datetime(
        "For Orders Since",
        copy=False,
        help="Orders confirmed before are left alone; enroll their customers by hand.",
    )
    order_text = fields.Char(
        "What an Order Does", compute="_compute_order_text", exportable=False
    )
    on_order = fields.Selection(
        REACTIONS,
        "Customer Orders",
        default="stay",
        required=True,
        help="An order they confirmed since the cycle began, or since it went on after "
        "a rest. The order that started the procedure does not count.",
    )
    order_stage_id = fields.Many2one(
        "crl.stage",
        "Stage After an Order",
        ondelete="restrict",
        help="Where customers stand who leave because they ordered, unless another "
        "procedure drives their stage.",
    )

    _order_merge_days_positive = models.Constraint(
        "CHECK(order_merge_days >= 0)",
        "The days within which orders are one purchase cannot be negative.",
    )

    @api.constrains("order_domain")
    def _check_order_domain(self):
        orders = self.env["sale.order"]
        for cadence in self:
            domain = cadence._parse_order_domain()
            self.env["res.partner"]._crl_try_domain(domain, cadence.name, orders)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._date_order_from(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._date_order_from(vals))

    @api.model
    def _date_order_from(self, vals):
        # switched on, by what it starts with or by being taken out of the archive
        if vals.get("order_trigger") or vals.get("active"):
            vals = {"order_from": fields.Datetime.now(), **vals}
        return vals

    # ---- In words ----

    @api.depends_context("lang", "tz")
    @api.depends("order_trigger", "order_merge_days", "order_from", "active")
    def _compute_order_text(self):
        for cadence in self:
            cadence.order_text = cadence.order_trigger and " ".join(
                filter(None, cadence._get_order_sentences())
            )

    def _get_order_sentences(self):
        """What an order does to whom, as sentences for whoever switches it on."""
        self.ensure_one()
        begins = {
            "first_order": self.env._(
                "Begins by itself on the day a customer confirms the first order ever."
            ),
            "every_order": self.env._(
                "Begins by itself on the day a customer confirms an order."
            ),
        }
        return [
            begins.get(self.order_trigger),
            self._merges_orders() and self._get_merge_sentence(),
            self.env._("It is archived: nothing begins before you restore it.")
            if not self.active
            else self.order_from
            and self.env._(
                "Orders confirmed before %s are left alone.",
                format_datetime(self.env, self.order_from, dt_format="short"),
            ),
        ]

    def _get_merge_sentence(self):
        days = self.order_merge_days
        if not days:
            return self.env._("Orders of one day count as one.")
        if days == 1:
            return self.env._(
                "An order a day after the one before counts with it; after a longer "
                "pause it begins anew."
            )
        return self.env._(
            "An order within %s days of the one before counts with it; after a longer "
            "pause it begins anew.",
            days,
        )

    # ---- What the engine asks ----

    def _merges_orders(self):
        """Whether orders that follow each other are one purchase."""
        self.ensure_one()
        return self.order_trigger != "first_order"

    def _parse_order_domain(self):
        """Which orders the procedure is for.

        :raises ValidationError: when it cannot be read
        """
        self.ensure_one()
        return self.env["res.partner"]._crl_parse_domain(
            self.order_domain,
            self.env._("Orders of “%s”", self.name),
            self.env["sale.order"],
        )
