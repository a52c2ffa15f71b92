from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner import INSIDERS, READERS


class ResPartner(models.Model):
    """The segments a customer is in."""

    _inherit = "res.partner"

    crl_segment_ids = fields.Many2many(
        "crl.segment",
        string="Segments",
        compute="_compute_crl_segment_ids",
        search="_search_crl_segment_ids",
        groups=READERS,
    )

    crl_campaign_member_ids = fields.One2many(
        "crl.campaign.member", "partner_id", "Campaigns", groups=READERS
    )
    # not marketing's: a filter on them would tell what was said in words
    crl_campaign_answer_ids = fields.One2many(
        "crl.campaign.answer", "partner_id", "Answers in Campaigns", groups=INSIDERS
    )

    @api.depends("crl_relationship_id")
    @api.depends_context("uid")
    def _compute_crl_segment_ids(self):
        """As of the last count, of the customers whose facts the user may see."""
        link = self.crl_relationship_id._filtered_access("read")
        seen = self.filtered(lambda partner: partner.crl_relationship_id in link)
        found = dict(
            self.env["crl.segment.member"]
            .sudo()  # whose facts the user sees was filtered just before
            ._read_group(
                [("partner_id", "in", seen.ids), ("date_to", "=", False)],
                ["partner_id"],
                ["segment_id:recordset"],
            )
        )
        visible = self.env["crl.segment"].union(*found.values()).sudo(False)
        visible = visible._filtered_access("read")
        for partner in self:
            partner.crl_segment_ids = visible & found.get(partner, visible.browse())

    def _search_crl_segment_ids(self, operator, value):
        """By the filters themselves: whoever they find at this moment, of the facts the
        user may see."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        segments = self.env["crl.segment"]
        if operator == "any":
            named = segments.search(value)
        elif operator == "in":
            named = segments._find("in", [each for each in value if each])
            if False in value or None in value:
                return NotImplemented
        else:
            named = segments._find(operator, value)
        return Domain.OR(segment._get_domain() for segment in named)
