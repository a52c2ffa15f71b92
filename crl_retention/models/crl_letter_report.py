from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import image_data_uri

from ..tools import envelopes, labels, postal

#: Millimetres kept free within a label.
PADDING = 3.0


class CrlLetterReport(models.AbstractModel):
    """What the reports have in common: only who works letters prints, only what they
    may see."""

    _name = "crl.letter.report"
    _description = "Printed Letters"

    @api.model
    def _get_records(self, model, docids, data):
        self.env["crl.desk"]._check_worker()
        numbers = (data or {}).get("numbers") or docids
        # the same twice stays twice
        records = self.env[model].browse(numbers)
        self.env["crl.actor"]._check_ids(records)
        if records.exists() != records.browse(dict.fromkeys(records._ids)):
            raise UserError(self.env._("Some of these were deleted: print anew."))
        records.check_access("read")
        return records


class CrlLetterLabels(models.AbstractModel):
    _name = "report.crl_retention.crl_letter_labels"
    _description = "Address Labels"
    _inherit = ["crl.letter.report"]

    def _get_report_values(self, docids, data=None):
        data = data or {}
        partners = self._get_records("res.partner", docids, data)
        start = data.get("start", 1)
        sheet = labels.SHEETS[partners._crl_check_sheet(data.get("sheet"), start)]
        paper_width, paper_height = labels.PAPERS[sheet.paper]
        return {
            "doc_ids": partners.ids,
            "doc_model": partners._name,
            "paper": {"width": paper_width, "height": paper_height},
            "sheet": sheet,
            "padding": PADDING,
            "pages": labels.lay_out(
                sheet,
                [self._get_label(partner, sheet) for partner in partners],
                start,
            ),
        }

    @api.model
    def _get_label(self, partner, sheet):
        lines = partner._crl_get_postal_lines(self.env.company)
        size = postal.fit(lines, sheet.width - 2 * PADDING, sheet.height - 2 * PADDING)
        return {"lines": lines, "size": size, "lang": partner._crl_lang()}


class CrlLetterEnvelope(models.AbstractModel):
    _name = "report.crl_retention.crl_letter_envelope"
    _description = "Envelopes"
    _inherit = ["crl.letter.report"]

    def _get_report_values(self, docids, data=None):
        data = data or {}
        partners = self._get_records("res.partner", docids, data)
        company = self.env.company
        key = data.get("envelope") or company._crl_get_envelope_format()
        envelope = envelopes.ENVELOPES[
            partners._crl_check_format(key, envelopes.ENVELOPES)
        ]
        sender = company.partner_id.sudo()._crl_get_postal_lines(company)  # ourselves
        return {
            "doc_ids": partners.ids,
            "doc_model": partners._name,
            "envelope": envelope,
            "sender": {
                "lines": sender,
                "size": postal.fit(
                    sender, envelope.sender.width, envelope.sender.height, 8.0
                ),
            },
            "envelopes": [
                self._get_envelope(partner, envelope) for partner in partners
            ],
        }

    @api.model
    def _get_envelope(self, partner, envelope):
        digits = envelopes.fill_boxes(envelope, partner.zip)
        box = envelope.address
        lines = partner._crl_get_postal_lines(
            self.env.company, with_postcode=not digits
        )
        return {
            "lines": lines,
            "size": postal.fit(lines, box.width, box.height, 13.0),
            "lang": partner._crl_lang(),
            "digits": digits,
        }


class CrlLetterPaper(models.AbstractModel):
    _name = "report.crl_retention.crl_letter_paper"
    _description = "Letters"
    _inherit = ["crl.letter.report"]

    def _get_report_values(self, docids, data=None):
        letters = self._get_records("crl.touchpoint", docids, data)._as_engine()
        texts = letters._get_letter_texts()
        paper = labels.get_paper(self.env.company.country_id.code)
        width, height = labels.PAPERS[paper]
        return {
            "doc_ids": letters.ids,
            "doc_model": letters._name,
            "paper": {"width": width, "height": height},
            "letters": [self._get_letter(letter, texts) for letter in letters],
        }

    @api.model
    def _get_letter(self, letter, texts):
        company, addressee = letter.company_id, letter._get_addressee()
        lang = letter._get_lang()
        card = letter.access_token and letter._get_card()
        lines = addressee._crl_get_postal_lines(company)
        has_logo = company.logo and not company.uses_default_logo
        return {
            "lang": lang,
            "company": company.name,
            "logo": has_logo and image_data_uri(company.logo),
            "sender": " · ".join(company.partner_id._crl_get_postal_lines(company)),
            "lines": lines,
            # the field of 85 by 45 mm, less the line of the sender
            "size": postal.fit(lines, 85, 37),
            "day": format_date(self.env, company._crl_today(), lang_code=lang),
            "text": texts[letter.id],
            "code": card and card["code"],
        }
