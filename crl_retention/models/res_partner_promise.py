from odoo import fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """Promises to customers, which every colleague who answers them may take."""

    _inherit = "res.partner"

    def _crl_may_answer(self, company):
        """Whether the user answers for these customers, whoever looks after them.

        :param company: the company that deals with them
        """
        asked = self.sudo(False)
        return (
            self.env.user.has_group("crl_retention.crl_retention_group_reception")
            and company in self.env.companies
            and asked.has_access("read")
        )

    def crl_take_promise(self, text, deadline, user_id=None):
        """Write down what was promised to a customer.

        :param text: what was promised
        :param deadline: UTC moment, or its ISO text, until which it is to be done
        :param user_id: id of the colleague who does it; empty: whoever looks after the
            customer, else the user
        :returns: id of the ``crl.case``
        :raises UserError: without a text, for a moment that is past, for a colleague
            who does not work there
        """
        Case = self.env["crl.case"]
        Case._check_one(self)
        customer = self.commercial_partner_id
        company = customer.company_id or self.env.company
        if not self.env.su and not customer._crl_may_answer(company):
            self._crl_check_mine()
        words = Case._check_text(text)
        if not words:
            raise UserError(self.env._("Say what was promised."))
        if Case._check_moment(deadline) <= fields.Datetime.now():
            raise UserError(self.env._("Choose a moment that is ahead."))
        owner = Case._check_record("res.users", user_id)
        if user_id and not owner._crl_can_work(company):
            raise UserError(
                self.env._("Choose a colleague who works in %s.", company.name)
            )
        # sudo: checked above; who answers for everybody writes no cases
        case = Case.sudo().create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "kind": "promise",
                "description": words,
                "deadline": deadline,
                "user_id": (
                    owner
                    # sudo: who looks after a customer is for every colleague to know
                    or customer.sudo()._crl_get_owner(company)
                    or self.env.user
                ).id,
            }
        )
        return case.id
