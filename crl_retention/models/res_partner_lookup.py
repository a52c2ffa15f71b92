from odoo import api, models
from odoo.modules.db import FunctionStatus


def index_pieces(column):
    """An index that finds a piece of a text, as Odoo's own of this kind.

    That of a field's ``index="trigram"`` would outlive the addon on a field of Odoo's.
    """

    def define(registry):
        if not registry.has_trigram:
            return ""
        found = column
        if registry.has_unaccent == FunctionStatus.INDEXABLE:
            found = registry.unaccent(column)
        return f"USING gin (({found}) gin_trgm_ops)"

    return define


class ResPartner(models.Model):
    """How customers are found while somebody types."""

    _inherit = "res.partner"

    _crl_name_piece = models.Index(index_pieces("complete_name"))
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
