from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrlEnrollment(models.Model):
    """Whom a procedure writes to, and who else has that address: one customer who was
    entered twice goes through a procedure once."""

    _inherit = "crl.enrollment"

    @api.model
    def _get_contacts(self, partners, means=("email", "phone")):
        """The person of each customer who gets the messages: the customer itself when
        it has an address or a number, else its first contact person who has.

        :param means: what one of is needed
        """
        contacts = {partner: partner for partner in partners}
        silent = partners.filtered(lambda p: not any(p[name] for name in means))
        people = self.env["res.partner"].search(
            Domain("commercial_partner_id", "in", silent.ids)
            & Domain("id", "not in", silent.ids)
            & Domain.OR(Domain(name, "!=", False) for name in means),
            order="id desc",
        )
        for person in people:
            contacts[person.commercial_partner_id] = person
        return contacts

    @api.model
    def _get_addresses(self, partners):
        """The normalized emails and numbers of customers, and of the person of each who
        gets the messages: ``{customer: [address]}``."""
        return {
            partner: [
                address
                for person in partner | contact
                for address in (person.email_normalized, person.phone_sanitized)
                if address
            ]
            for partner, contact in self._get_contacts(partners).items()
        }

    @api.model
    def _get_holders(self, addresses, cadence):
        """Who goes through a procedure with one of these addresses, in one query.

        :param addresses: as ``_get_addresses`` gives them
        :returns: ``{address: customer}``
        """
        wanted = tuple({address for each in addresses.values() for address in each})
        if not (wanted and cadence):
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT e.partner_id, p.email_normalized, p.phone_sanitized
                     FROM res_partner p
                     JOIN crl_enrollment e ON e.partner_id = p.commercial_partner_id
                      AND p.id IN (e.partner_id, e.contact_id)
                    WHERE (p.email_normalized IN %(wanted)s
                       OR p.phone_sanitized IN %(wanted)s)
                      AND e.is_live AND e.cadence_id = %(cadence)s
                 ORDER BY e.id DESC""",
                wanted=wanted,
                cadence=cadence.id,
            )
        )
        return {
            address: self.env["res.partner"].browse(partner_id)
            for partner_id, *found in rows
            for address in found
            if address
        }

    @api.model
    def _get_twin_text(self, partner, twin):
        if twin.sudo().company_id - self.env.companies:  # who it is stays there
            return self.env._(
                "%s has the same email or phone as a customer of another company, who "
                "is in this procedure.",
                partner.display_name,
            )
        return self.env._(
            "%(customer)s has the same email or phone as %(other)s, who is in this "
            "procedure: are they one customer?",
            customer=partner.display_name,
            # whoever it is must be found, also where the user cannot look
            other=twin.sudo().display_name,
        )
