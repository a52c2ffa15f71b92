from lxml import etree

from odoo import models


class CompiledBodies(dict):
    """The code of the texts compiled so far: in the context ``crl_compiled`` of one
    rendering of one text for many records, in one language."""


class IrQweb(models.AbstractModel):
    """Lets one text that is written to many customers be compiled once.

    Odoo compiles the body of a mail template again for every record it is rendered
    for, which takes most of the time of queueing. What may stand in a text, what it
    is rendered with and what is done to the result stay Odoo's own.
    """

    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        compiled = self.env.context.get("crl_compiled")
        if not isinstance(compiled, CompiledBodies) or not isinstance(
            template, etree._Element
        ):
            return super()._generate_code_uncached(template)
        # all that tells one compilation from another besides the text
        names = [
            *self._get_template_cache_keys(),
            "preserve_comments",
            "raise_on_forbidden_code_for_model",
        ]
        key = (
            etree.tostring(template),
            *(self.env.context.get(name) for name in names),
        )
        if key not in compiled:
            compiled[key] = super()._generate_code_uncached(template)
        return compiled[key]
