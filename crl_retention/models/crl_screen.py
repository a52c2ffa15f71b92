from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import SQL, get_lang
from odoo.tools.misc import babel_locale_parse


class CrlScreen(models.AbstractModel):
    """What the screens of our own have in common: how they put what is shown."""

    _name = "crl.screen"
    _description = "Retention Screens"
    _inherit = ["crl.actor"]

    @api.model
    def _show_moment(self, moment):
        """A moment as the browser reads it (UTC), or None."""
        return fields.Datetime.to_string(moment) if moment else None

    @api.model
    def _show_day(self, day, parts):
        """A day as the user's language writes it, in its order and with its signs.

        :param parts: what of it is told, as a skeleton of Unicode's: ``MMMEd`` is
            “Sun, Nov 22” or “11月22日(日)”
        """
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton(parts, day, locale=locale)

    @api.model
    def _show_label(self, record, name):
        """A selection's value in the user's language, or ""."""
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], "")

    @api.model
    def _get_card_facts(self, customer):
        """What else a card says of a customer, at the desk and at the reception: an
        addon adds its own, the last order for instance.

        What every colleague may know is for everybody; more only for who may open it.

        :param customer: in sudo
        :returns: ``[{"label", "text", "model", "id"}]``; ``model`` and ``id`` are what
            a click opens, empty where the user may not
        """
        return []

    @api.model
    def _show_colleagues(self, company):
        """Who can keep a promise: any employee of the company, by name."""
        self.env["res.users"].flush_model(["active", "share", "company_ids"])
        self.env["res.partner"].flush_model(["name"])
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id, p.name FROM res_users u
                     JOIN res_partner p ON p.id = u.partner_id
                     JOIN res_company_users_rel c ON c.user_id = u.id AND c.cid = %s
                    WHERE u.active AND NOT u.share ORDER BY p.name, u.id""",
                company.id,
            )
        )
        return [{"id": number, "name": name} for number, name in rows]
