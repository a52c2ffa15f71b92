from odoo import api, fields, models
from odoo.tools import format_date, formatLang

BASES = [
    ("product", "How long a unit lasts"),
    ("own_rhythm", "How often they buy it"),
]


class CrlRunOut(models.Model):
    """When a customer runs out of a product: one row a customer, company and product.

    ``tools/run_out.py`` says when. Written by the engine alone (``_refresh``); what
    was asked about a purchase stays written down, so that nobody is asked twice.
    """

    _name = "crl.run.out"
    _description = "Product Running Out"
    _inherit = ["crl.actor"]
    _order = "date_run_out, id"
    _rec_name = "product_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date_last = fields.Date("Last Bought", required=True, readonly=True)
    quantity = fields.Float(
        "Last Quantity",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="What was bought on that day and not taken back, in the product's unit.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    date_run_out = fields.Date(
        "Runs Out On",
        readonly=True,
        help="Empty: asked about once, and bought no more.",
    )
    basis = fields.Selection(
        BASES,
        "Known From",
        required=True,
        readonly=True,
        help="From the third purchase on, how often the customer buys the product; "
        "before, how long a unit of it lasts.",
    )
    date_asked = fields.Date(
        "Asked About Purchase Of",
        readonly=True,
        help="The day of the last purchase the customer was asked about.",
    )
    date_tried = fields.Date(
        readonly=True, help="When the customer could not be asked last."
    )
    enrollment_id = fields.Many2one(
        "crl.enrollment",
        "Asked In",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The procedure that asks whether they need more.",
    )
    product_name = fields.Char(
        compute="_compute_product_name",
        compute_sudo=True,
        help="As customers read it: in their language, without our codes.",
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    phone = fields.Char(related="partner_id.phone")

    # merges make the customers' rows one first (_crl_join)
    _customer_uniq = models.UniqueIndex("(partner_id, company_id, product_id)")
    _due = models.Index("(company_id, date_run_out) WHERE date_run_out IS NOT NULL")

    @api.depends("product_id")
    @api.depends_context("lang")
    def _compute_product_name(self):
        for row in self:
            row.product_name = row.product_id._crl_get_names()[0]

    def _get_sentence(self):
        """What runs out when, for whoever talks to the customer."""
        self.ensure_one()
        quantity = formatLang(
            self.env, self.quantity, digits=0 if self.quantity % 1 == 0 else 2
        )
        return self.env._(
            "%(product)s: runs out on %(day)s (%(quantity)s %(unit)s bought on "
            "%(bought)s)",
            product=self.product_name,
            day=format_date(self.env, self.date_run_out),
            quantity=quantity,
            unit=self.uom_id.name,
            bought=format_date(self.env, self.date_last),
        )

    def action_open_partner(self):
        self._check_one(self)
        return self.partner_id._crl_open()
