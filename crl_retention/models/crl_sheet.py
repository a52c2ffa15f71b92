from odoo import models

from ..tools.text import disarm


class CrlSheet(models.AbstractModel):
    """Lists that can be exported without running what somebody wrote into a name.

    Our own texts are disarmed when they come in; a customer's name and address belong
    to Odoo, whose XLSX export takes a leading "=" for a formula.
    """

    _name = "crl.sheet"
    _description = "Safe Export"

    def export_data(self, fields_to_export):
        exported = super().export_data(fields_to_export)
        exported["datas"] = [
            [disarm(cell) if isinstance(cell, str) else cell for cell in row]
            for row in exported["datas"]
        ]
        return exported
