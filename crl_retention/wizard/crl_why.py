from odoo import api, fields, models
from odoo.tools import format_datetime


class CrlWhy(models.TransientModel):
    """Answers "why did this customer get something, or nothing, on this day?"."""

    _name = "crl.why"
    _description = "Why a Customer Got Something, or Nothing"

    partner_id = fields.Many2one("res.partner", "Customer", required=True)
    day = fields.Date(required=True, default=lambda self: self.env.company._crl_today())
    line_ids = fields.One2many(
        "crl.why.line",
        "why_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )

    @api.depends("partner_id", "day")
    def _compute_line_ids(self):
        for why in self:
            told = []
            if why.partner_id and why.day:
                told = why.partner_id._origin.crl_explain(why.day)
            tz = self.env.user.tz or self.env.company._crl_tz()
            why.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "at": line["date"]
                        and format_datetime(
                            self.env, line["date"], tz=tz, dt_format="HH:mm"
                        ),
                        "sentence": line["sentence"],
                    }
                )
                for line in told
            ]


class CrlWhyLine(models.TransientModel):
    _name = "crl.why.line"
    _description = "What Happened on a Day"

    why_id = fields.Many2one("crl.why", ondelete="cascade", index=True)
    at = fields.Char()
    sentence = fields.Char("What Happened, and Why")
