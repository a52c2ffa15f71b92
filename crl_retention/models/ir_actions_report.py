from odoo import models

#: Context key with the paper a report is to be printed on: the end of an xml id.
PAPER = "crl_paper"
#: Reports that are printed on whatever paper is chosen.
REPORTS = (
    "crl_retention.crl_letter_paper",
    "crl_retention.crl_letter_envelope",
    "crl_retention.crl_letter_labels",
)


class IrActionsReport(models.Model):
    """Letters, envelopes and labels come in many sizes, and each report has one."""

    _inherit = "ir.actions.report"

    def get_paperformat(self):
        paper = self.env.context.get(PAPER)
        if self.report_name in REPORTS and isinstance(paper, str):
            paperformat = self.env.ref(
                f"crl_retention.paperformat_{paper}", raise_if_not_found=False
            )
            if paperformat and paperformat._name == "report.paperformat":
                return paperformat
        return super().get_paperformat()
