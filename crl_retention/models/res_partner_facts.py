from odoo import models
from odoo.tools import SQL

LINK = "crl_relationship_id"


class ResPartner(models.Model):
    """Whose facts a user reads on a customer: those of the relationships they may see.

    Colleagues open each other's customers, as Odoo's own rules have it. Facts of others
    are empty there, wherever they are read, sorted or grouped by.
    """

    _inherit = "res.partner"

    def _compute_field_value(self, field):
        if self.env.su or not (field.related or "").startswith(f"{LINK}."):
            super()._compute_field_value(field)
            return
        seen = self[LINK]._filtered_access("read")
        for partner in self:
            # sudo: what follows from a relationship the user sees is theirs to read
            fact = partner.sudo() if partner[LINK] in seen else partner.browse()
            for name in field.related.split("."):
                fact = fact[name]
            partner[field.name] = fact

    def _traverse_related_sql(self, alias, field, query):
        first, __, path = field.related.partition(".")
        if self.env.su or first != LINK:
            return super()._traverse_related_sql(alias, field, query)
        # only the rows the user may see are joined
        model = self.env["crl.relationship"]
        joined = query.make_alias(alias, f"{LINK}_seen")
        seen = model._search([]).subselect(SQL("%s.*", SQL.identifier(model._table)))
        link = self._field_to_sql(alias, LINK, query)
        query.add_join(
            "LEFT JOIN",
            joined,
            seen,
            SQL("%s = %s", link, SQL.identifier(joined, "id")),
        )
        # and what follows from them comes with them
        model = model.sudo()
        *between, last = path.split(".")
        for name in between:
            model, joined = model._fields[name].join(model, joined, query)
        return model, model._fields[last], joined
