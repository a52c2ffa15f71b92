from odoo import api, models
from odoo.modules.db import FunctionStatus


def _get_name_index(registry):
    """An index that finds a piece of a name, as Odoo's own of this kind."""
    if not registry.has_trigram:
        return ""
    column = "complete_name"
    if registry.has_unaccent == FunctionStatus.INDEXABLE:
        column = registry.unaccent(column)
    return f"USING gin (({column}) gin_trgm_ops)"


class ResPartner(models.Model):
    """How customers are found while somebody types."""

    _inherit = "res.partner"

    _crl_name_piece = models.Index(_get_name_index)
    # equal, or beginning alike
    _crl_ref_piece = models.Index("(ref text_pattern_ops) WHERE ref IS NOT NULL")

    def _crl_get_phones(self):
        """The numbers of these contacts as links to call, in their order, none twice.

        :returns: ``[{"label": whose, "number": as written, "url"}]``
        """
        phones = {}
        for person in self.filtered("phone"):
            number = person.phone_sanitized or person.phone
            dialled = "".join(char for char in number if char in "+0123456789")
            shown = {"label": person.name or "", "number": person.phone}
            phones.setdefault(dialled, {**shown, "url": f"tel:{dialled}"})
        return list(phones.values())

    @api.model
    def _crl_find_by_document(self, text, limit):
        """Customers of documents with a number: an addon with orders, invoices or
        repairs adds its own, read with the rights of whoever asks or with fields that
        every colleague may know.

        :param text: what was typed, at least two characters
        :param limit: the most that are looked for
        :returns: ``{customer id: number of the document}``
        """
        return {}
