from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrlHandOver(models.TransientModel):
    """Asks to whom the customers of colleagues who leave go."""

    _name = "crl.hand.over"
    _description = "Hand Over Customers"

    user_ids = fields.Many2many(
        "res.users",
        string="From",
        default=lambda self: self.env.context.get("active_ids"),
    )
    mode = fields.Selection(
        [
            ("stand_in", "Their team leader"),
            ("one", "One colleague"),
            ("even", "Several colleagues, evenly"),
        ],
        "To",
        required=True,
        default="stand_in",
    )
    heir_id = fields.Many2one(
        "res.users", "Colleague", domain="[('share', '=', False)]"
    )
    heir_ids = fields.Many2many(
        "res.users",
        "crl_hand_over_heir_rel",
        string="Colleagues",
        domain="[('share', '=', False)]",
    )
    archive = fields.Boolean("Archive Them Afterwards")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("user_ids")
    def _compute_summary(self):
        for wizard in self:
            customers, contacts, cases = wizard.user_ids._crl_count_portfolio()
            wizard.summary = self.env._(
                "Customers: %(customers)s · contacts still to be done: %(contacts)s · "
                "open cases: %(cases)s",
                customers=customers,
                contacts=contacts,
                cases=cases,
            )

    def action_confirm(self):
        """Hand over, then archive where that was asked for.

        :raises UserError: for an heir who leaves too or cannot work in the companies
        :raises AccessError: for a manager who does not work in all of them
        """
        self.env["crl.actor"]._check_one(self)
        heirs = {"one": self.heir_id, "even": self.heir_ids}.get(self.mode)
        if heirs is not None:
            if not heirs:
                raise UserError(self.env._("Choose who takes over."))
            for heir in heirs:
                self._check_heir(heir)
        self.user_ids.filtered("active").check_access("read")
        self._check_companies()
        self.user_ids._crl_hand_over(heirs)
        if self.archive:
            self.user_ids.with_context(crl_hand_over=True).action_archive()
        return {"type": "ir.actions.act_window_close"}

    def _check_companies(self):
        """Customers of a company are for its own managers to give away; who archives
        users does so everywhere."""
        # sudo: where they work counts, also where the manager does not
        companies = self.user_ids.sudo().company_ids
        if companies - self.env.user.company_ids and not self.env.user.has_group(
            "base.group_erp_manager"
        ):
            raise AccessError(
                self.env._(
                    "They also look after customers of another company: a manager who "
                    "works in both must hand over."
                )
            )

    def _check_heir(self, heir):
        for user in self.user_ids:
            if heir in self.user_ids or not heir._crl_can_replace(user):
                raise UserError(
                    self.env._(
                        "%(heir)s cannot take over from %(user)s: choose a colleague "
                        "who works in the same company and stays.",
                        heir=heir.name,
                        user=user.name,
                    )
                )
