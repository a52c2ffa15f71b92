from odoo import fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """Visits that no procedure asks for."""

    _inherit = "res.partner"

    def crl_book_visit(self, date_planned, user_id=None):
        """Book a visit to a customer, outside any procedure.

        :param date_planned: UTC datetime, or its ISO text
        :param user_id: id of the rep who goes; who looks after the customer when empty
        :returns: ids of the visits (``crl.touchpoint``)
        :raises UserError: when the rep is not free, the customer does not want to be
            contacted, or has a visit on that day already
        """
        actor = self.env["crl.actor"]
        actor._check_one(self)
        self._crl_check_mine()
        moment = actor._check_moment(date_planned)
        customer = self.commercial_partner_id
        visit = customer._crl_book_visits({customer.id: moment}, user_id)
        visit._tell_booked()
        return visit.ids

    def _crl_book_visits(self, moments, user_id=None):
        """As ``crl_book_visit`` for several customers of one company and one rep;
        nobody is told yet.

        :param moments: ``{partner id: naive UTC}``
        """
        company = self.company_id[:1] or self.env.company
        # sudo: checked by the verbs: users book visits, but write no contacts
        Touchpoint = self.env["crl.touchpoint"].sudo()
        rep = Touchpoint._check_rep(user_id, self[:1]._crl_get_owner(company), company)
        self.env["crl.relationship"].sudo()._ensure(self)  # as above
        visits = Touchpoint.create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "channel": "visit",
                    "user_id": rep.id,
                    "date_planned": moments[partner.id],
                    "date_due": fields.Datetime.now(),
                }
                for partner in self
            ]
        )
        visits._book({visit.id: moments[visit.partner_id.id] for visit in visits}, rep)
        return visits

    def _crl_check_visitable(self):
        """:raises UserError: for customers who are not to be visited"""
        for partner in self:
            if not partner.active:
                raise UserError(self.env._("%s is archived.", partner.display_name))
            if partner.crl_do_not_contact:
                raise UserError(
                    self.env._(
                        "%s does not want to be contacted.", partner.display_name
                    )
                )
