from odoo import fields, models


class CrlIndicatorImportColumn(models.TransientModel):
    """A column of a file that values are loaded from."""

    _name = "crl.indicator.import.column"
    _description = "Column of a File"
    _order = "position, id"

    import_id = fields.Many2one("crl.indicator.import", index=True, ondelete="cascade")
    position = fields.Integer()
    name = fields.Char()
