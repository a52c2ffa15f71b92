from odoo import fields, models


class CrlCampaignAnswer(models.Model):
    """What a customer answered to a question of a campaign, when they were reached;
    without a value where they were asked in vain.

    Written by the engine with the result of the contact. Words stay with those who
    read what customers say; what can only be chosen or counted, marketing reads too.
    """

    _name = "crl.campaign.answer"
    _description = "Answer to a Campaign's Question"
    _inherit = ["crl.sheet"]
    _order = "id"
    _rec_name = "value"

    question_id = fields.Many2one(
        "crl.campaign.question", required=True, ondelete="cascade"
    )
    campaign_id = fields.Many2one(
        related="question_id.campaign_id", store=True, index=True
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True)
    touchpoint_id = fields.Many2one(
        "crl.touchpoint", "Contact", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Operator")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    value = fields.Char("Answer")
    number = fields.Float("Average", aggregator="avg", digits=(16, 4))

    _once = models.Constraint(
        "UNIQUE(question_id, touchpoint_id)",
        "This question was asked at this contact already.",
    )

    def action_open_partner(self):
        self.env["crl.actor"]._check_one(self)
        return self.partner_id._crl_open()
