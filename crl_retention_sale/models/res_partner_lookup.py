from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql

#: Documents a customer may name on the phone, the surest first: model, which of them,
#: and the fields with a number or reference.
DOCUMENTS = (
    (
        "account.move",
        [("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted")],
        ("name", "payment_reference", "ref"),
    ),
    ("sale.order", [], ("name", "client_order_ref")),
)


class ResPartner(models.Model):
    """Customers found by the number of an order or invoice, or by their own reference
    on it, in the reception."""

    _inherit = "res.partner"

    @api.model
    def _crl_find_by_document(self, text, limit):
        found = super()._crl_find_by_document(text, limit)
        for model, domain, names in DOCUMENTS:
            written = Domain.OR(
                Domain(name, "=ilike", escape_psql(text)) for name in names
            )
            here = Domain("company_id", "in", self.env.companies.ids)
            # whose a number is every colleague may know; the reception shows customers
            # the user may open
            documents = self.env[model].sudo()
            found |= {
                document.partner_id.commercial_partner_id.id: document.name
                for document in documents.search(
                    here & Domain(domain) & written, limit=limit
                )
            }
        return found
