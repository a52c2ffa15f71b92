from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crl_portfolio import FIGURES


class CrlPortfolio(models.AbstractModel):
    """What is behind a figure of the board, and the targets."""

    _inherit = "crl.portfolio"

    @api.model
    def open_figure(self, figure, month=None, user_id=None):
        """The records behind a figure of the board, as an action.

        :param figure: one of ``FIGURES``
        :param user_id: id of the rep; those of everybody the user sees when empty
        """
        company, month = self.env.company, self._get_month(month)
        if figure not in FIGURES:
            raise UserError(self.env._("Choose a figure of the board."))
        reps = self._get_reps(company, month)
        if user_id:
            reps = self._check_seen(user_id, company, month)
        Quota = self.env[
            "crl.quota"
        ].sudo()  # only the filter: the list asks for rights
        source = Quota._get_sources(company)[figure]
        domain = Quota._get_month_domain(company, source, month, month)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(figure)s, %(month)s",
                figure=self._get_labels()[figure],
                month=self.env["crl.screen"]._show_day(month, "yMMMM"),
            ),
            "res_model": source.model,
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain & Domain("user_id", "in", reps.ids)),
        }

    @api.model
    def _get_labels(self):
        return {
            "new_accounts": self.env._("New accounts"),
            "won_back": self.env._("Won back"),
            "meetings": self.env._("Visits held"),
            "booked": self.env._("Visits ahead"),
            "proposed": self.env._("Visits to confirm"),
            "no_show": self.env._("No-shows"),
            "overdue": self.env._("Overdue visits"),
        }

    @api.model
    def accept(self, month=None):
        """Say yes to all visits of a month that were booked for the user.

        :returns: how many
        """
        company, month = self.env.company, self._get_month(month)
        Quota = self.env[
            "crl.quota"
        ].sudo()  # only the filter: the verb asks for rights
        source = Quota._get_sources(company)["proposed"]
        domain = Quota._get_month_domain(company, source, month, month)
        visits = self.env["crl.touchpoint"].search(
            domain & Domain("user_id", "=", self.env.uid)
        )
        if visits:
            visits.action_accept_booking()
        return len(visits)

    @api.model
    def set_target(self, metric, target, month=None, user_id=None, team_id=None):
        """Write the target of a rep, a team, or with neither of the company.

        :param metric: 'new_accounts' or 'meetings'
        :param int target: 0 or more
        :raises AccessError: unless a portfolio administrator asks
        """
        actor, Quota = self.env["crl.actor"], self.env["crl.quota"]
        if not (target == 0 or actor._is_id(target)):
            raise UserError(self.env._("A target is a whole number, 0 or more."))
        if not metric:
            raise UserError(self.env._("Choose a figure of the board."))
        values = {
            "metric": Quota._check_choice("metric", metric),
            "date_from": self._get_month(month),
            "company_id": self.env.company.id,
            "user_id": actor._check_named("res.users", user_id).id,
            "team_id": actor._check_named("crm.team", team_id).id,
        }
        row = Quota.search([(name, "=", value) for name, value in values.items()])
        if row:
            row.target = target
        else:
            Quota.create({**values, "target": target})
        return True

    @api.model
    def copy_targets(self, month=None):
        """Copy the latest targets before a month into it, where it has none.

        :returns: how many were copied
        :raises AccessError: unless a portfolio administrator asks
        """
        Quota = self.env["crl.quota"]
        Quota.check_access("create")
        # sudo: checked above
        return Quota.sudo()._copy_into(
            self._get_month(month), self.env.company, repeated=False
        )
