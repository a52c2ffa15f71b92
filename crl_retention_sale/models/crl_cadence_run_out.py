from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools import run_out


class CrlCadence(models.Model):
    """A procedure that begins before a product of a customer runs out.

    What fell due before it was switched on (``order_from``) is left alone.
    """

    _inherit = "crl.cadence"

    order_trigger = fields.Selection(
        selection_add=[("run_out", "A product of the customer runs out")],
        ondelete={"run_out": "set null"},
    )
    order_lead_days = fields.Integer(
        "Days Before It Runs Out",
        default=7,
        help="The procedure begins so many days before. What lasts less than twice as "
        "long starts none: who buys every week is not asked every week.",
    )
    run_out_merge_days = fields.Integer(
        "Together With What Follows Within (days)",
        default=14,
        help="Products that run out within so many days after the first are asked "
        "about in the same message.",
    )
    run_out_domain = fields.Char(
        "Which Products",
        default="[]",
        help="Only these start the procedure, and only these are asked about.",
    )

    _run_out_days_positive = models.Constraint(
        "CHECK(order_lead_days >= 0 AND run_out_merge_days >= 0)",
        "Days before a product runs out cannot be negative.",
    )

    @api.constrains("run_out_domain")
    def _check_run_out_domain(self):
        products = self.env["product.product"]
        for cadence in self:
            domain = cadence._parse_run_out_domain()
            self.env["res.partner"]._crl_try_domain(domain, cadence.name, products)

    def _parse_run_out_domain(self):
        """Which products the procedure asks about.

        :raises ValidationError: when it cannot be read
        """
        self.ensure_one()
        return self.env["res.partner"]._crl_parse_domain(
            self.run_out_domain,
            self.env._("Products of “%s”", self.name),
            self.env["product.product"],
        )

    def _filter_sound(self):
        """Those whose filters can be read; the others are told what is wrong, and do
        not keep these from asking."""
        sound = []

        def look(cadences):
            for cadence in cadences:
                cadence._get_enroll_domain()
                domain = cadence._parse_run_out_domain()
                self.env["product.product"]._search(domain)
            cadences._set_right()
            sound.append(cadences)

        self.env["crl.engine"]._isolate(self, look)
        return self.browse().concat(*sound)

    def _get_run_out_days(self):
        """Days before a product runs out, and those that others are waited for; no more
        than a purchase can last, whatever is typed."""
        self.ensure_one()
        return (
            min(self.order_lead_days, run_out.MAX_DAYS),
            min(self.run_out_merge_days, run_out.MAX_DAYS),
        )

    # ---- In words ----

    @api.depends("order_lead_days")
    def _compute_order_text(self):
        return super()._compute_order_text()

    def _get_order_sentences(self):
        sentences = super()._get_order_sentences()
        if self.order_trigger != "run_out":
            return sentences
        return [
            self.env._(
                "Begins by itself %s days before a product of the customer runs out, "
                "and ends when they order it again.",
                self.order_lead_days,
            ),
            sentences[-1]
            if not self.active
            else self.order_from
            and self.env._(
                "What was due to be asked before %s is left alone.",
                format_datetime(self.env, self.order_from, dt_format="short"),
            ),
        ]
