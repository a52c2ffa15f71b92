from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, ValidationError

#: The most customers one go takes by a filter.
MAX_CUSTOMERS = 5000
#: The most weeks a start is spread over.
MAX_SPREAD_WEEKS = 26


class CrlChoice(models.AbstractModel):
    """What a dialog asks before customers enter a procedure: who, which, and when."""

    _name = "crl.choice"
    _description = "Choice of Customers for a Procedure"

    cadence_id = fields.Many2one(
        "crl.cadence",
        "Procedure",
        required=True,
        default=lambda self: self.env["crl.cadence"].search([], limit=1),
    )
    partner_ids = fields.Many2many("res.partner", string="Customers")
    use_domain = fields.Boolean(
        "By the Procedure's Filter",
        help="Take the customers the procedure's own filter finds.",
    )
    segment_id = fields.Many2one(
        "crl.segment", help="Take the customers of this segment."
    )
    date_start = fields.Date(
        "Start", required=True, default=lambda self: self.env.company._crl_today()
    )
    spread_weeks = fields.Integer(
        "Spread Over (weeks)",
        default=1,
        help="1: all start on the same day. 4: a quarter of each rep's customers "
        "starts then, and another each week after it.",
    )

    @api.constrains("spread_weeks")
    def _check_spread_weeks(self):
        for choice in self:
            if not 1 <= choice.spread_weeks <= MAX_SPREAD_WEEKS:
                raise ValidationError(
                    self.env._("Spread the start over 1 to %s weeks.", MAX_SPREAD_WEEKS)
                )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if "partner_ids" not in fields_list or "partner_ids" in values:
            return values
        if context.get("active_model") == "res.partner":
            values["partner_ids"] = [Command.set(context.get("active_ids", []))]
        if context.get("active_model") == "crl.relationship":
            relationships = self.env["crl.relationship"].browse(
                context.get("active_ids", [])
            )
            values["partner_ids"] = [Command.set(relationships.partner_id.ids)]
        return values

    def _get_partners(self, limit=MAX_CUSTOMERS):
        self.ensure_one()
        Partner = self.env["res.partner"]
        if self.segment_id:
            domain = self.segment_id._get_domain()
            return Partner.search(domain, limit=limit, order="id")
        if not self.use_domain:
            return self.partner_ids._origin
        return Partner.search(
            self.cadence_id._get_enroll_domain()
            & fields.Domain(["|", ("is_company", "=", True), ("parent_id", "=", False)])
            & fields.Domain("partner_share", "=", True),
            limit=limit,
            order="id",
        )

    def _sort_out(self):
        """Who of the chosen gets in, and who does not and why, for this user.

        :returns: ``(commercial partners, {commercial partner: sentence})``
        """
        self.ensure_one()
        return self._sort_out_of(self._get_partners(), self.cadence_id._origin)

    @api.model
    def _sort_out_of(self, partners, cadence):
        accepted, refused = self.env["crl.enrollment"]._sort_out(partners, cadence)
        for customers in accepted.grouped("user_id").values():
            try:
                customers._crl_check_mine()
            except AccessError as error:
                refused.update(dict.fromkeys(customers, str(error)))
                accepted -= customers
        return accepted, refused

    def _get_starts(self, customers, weeks=None):
        """Deal customers out over the weeks of the start, each rep's evenly.

        :param weeks: another number of weeks than the one chosen
        :returns: ``[(day, customers)]``, without empty weeks
        """
        self.ensure_one()
        weeks = weeks or self.spread_weeks
        queue = customers.sorted(lambda partner: (partner.user_id.id, partner.id))
        return [
            (self.date_start + timedelta(weeks=week), queue[week::weeks])
            for week in range(min(weeks, len(queue)))
        ]
