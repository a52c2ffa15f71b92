from odoo import api, models
from odoo.fields import Domain


class CrlEnrollment(models.Model):
    """How the customers a procedure's filter finds get into it by themselves."""

    _inherit = "crl.enrollment"

    @api.model
    def _enroll_automatically(self, limit):
        """Enroll the customers whom a procedure's filter finds and who never were.

        :returns: how many customers were enrolled
        """
        before = self.search([], order="id desc", limit=1).id or 0
        self.env["crl.engine"]._isolate(
            self.env["crl.cadence"].search([("auto_enroll", "=", True)]),
            lambda cadences: [
                self._enroll_found(cadence, limit) for cadence in cadences
            ],
        )
        return self.search_count([("id", ">", before)])

    @api.model
    def _enroll_found(self, cadence, limit):
        """Enroll the first customers a procedure's filter finds, past those who cannot
        enter."""
        found = accepted = self.env["res.partner"]
        while not accepted:
            found = self._find_new(cadence, limit, after=found[-1:].id or 0)
            if not found:
                break
            accepted, __ = self._sort_out(found, cadence)
        cadence._set_right()
        self.env["crl.engine"]._isolate(
            accepted, lambda partners: self._enroll(partners, cadence)
        )

    @api.model
    def _find_new(self, cadence, limit, after=0):
        """The first customers a procedure would enroll by itself.

        :param after: id of a customer; only those after it
        """
        domain = cadence._get_enroll_domain() & cadence._get_newcomers_domain()
        domain &= Domain(
            [
                ("partner_share", "=", True),
                ("crl_do_not_contact", "=", False),
                ("crl_enrollment_ids", "not any", [("cadence_id", "=", cadence.id)]),
                "|",
                ("is_company", "=", True),
                ("parent_id", "=", False),
            ]
        )
        if cadence.is_main:
            domain &= Domain("crl_enrollment_id", "=", False)
        if cadence.company_id:
            domain &= Domain("company_id", "in", [cadence.company_id.id, False])
        domain &= Domain("id", ">", after)
        return self.env["res.partner"].search(domain, limit=limit, order="id")
