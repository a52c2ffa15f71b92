from odoo import fields, models

from ..tools import envelopes, labels


class ResCompany(models.Model):
    """What letters are printed on."""

    _inherit = "res.company"

    crl_label_format = fields.Selection(
        "_crl_get_label_formats",
        "Label Sheets",
        help="Empty: what is usual in the country of the company.",
    )
    crl_envelope_format = fields.Selection(
        "_crl_get_envelope_formats",
        "Envelopes",
        help="Empty: what is usual in the country of the company.",
    )

    def _crl_get_label_formats(self):
        """The sheets one can print on: ``[(code, name)]``."""
        names = {
            "a4_3x8": self.env._("A4, 3 × 8 labels of 70 × 37 mm"),
            "a4_3x7": self.env._("A4, 3 × 7 labels of 63.5 × 38.1 mm"),
            "us_3x10": self.env._("US Letter, 3 × 10 labels of 2⅝ × 1 inch"),
            "a4_2x6": self.env._("A4, 2 × 6 labels of 86.4 × 42.3 mm"),
        }
        return [(key, names[key]) for key in labels.SHEETS]

    def _crl_get_envelope_formats(self):
        """The envelopes one can print on: ``[(code, name)]``."""
        names = {
            "dl": self.env._("DL, 220 × 110 mm"),
            "c6": self.env._("C6, 162 × 114 mm"),
            "c5": self.env._("C5, 229 × 162 mm"),
            "us10": self.env._("No. 10, 9½ × 4⅛ inches"),
            "jp3": self.env._("Naga 3 (Japan), 120 × 235 mm"),
            "cn_zl": self.env._("ZL (China), 230 × 120 mm"),
            "cn_dl": self.env._("DL (China), 220 × 110 mm"),
        }
        return [(key, names[key]) for key in envelopes.ENVELOPES]

    def _crl_get_label_format(self):
        """The sheet this company prints on."""
        self.ensure_one()
        return self.crl_label_format or labels.get_default(self.country_id.code)

    def _crl_get_envelope_format(self):
        """The envelope this company prints on."""
        self.ensure_one()
        return self.crl_envelope_format or envelopes.get_default(self.country_id.code)
